/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The substitution of GOST R 34.11-2012 and GOST R 34.12-2015 (RFC 6986 section 6.2, RFC 7801
 * section 4.1) as a macro list: GOST_PI(F, ...) is F(252, ...) F(238, ...) and so on. Internal to
 * gost/.
 */
#ifndef GOST_PI_H
#define GOST_PI_H

/* clang-format off */
#define GOST_PI_0(F, ...) \
    F(252, __VA_ARGS__) F(238, __VA_ARGS__) F(221, __VA_ARGS__) F(17, __VA_ARGS__) \
    F(207, __VA_ARGS__) F(110, __VA_ARGS__) F(49, __VA_ARGS__) F(22, __VA_ARGS__) \
    F(251, __VA_ARGS__) F(196, __VA_ARGS__) F(250, __VA_ARGS__) F(218, __VA_ARGS__) \
    F(35, __VA_ARGS__) F(197, __VA_ARGS__) F(4, __VA_ARGS__) F(77, __VA_ARGS__)
#define GOST_PI_1(F, ...) \
    F(233, __VA_ARGS__) F(119, __VA_ARGS__) F(240, __VA_ARGS__) F(219, __VA_ARGS__) \
    F(147, __VA_ARGS__) F(46, __VA_ARGS__) F(153, __VA_ARGS__) F(186, __VA_ARGS__) \
    F(23, __VA_ARGS__) F(54, __VA_ARGS__) F(241, __VA_ARGS__) F(187, __VA_ARGS__) \
    F(20, __VA_ARGS__) F(205, __VA_ARGS__) F(95, __VA_ARGS__) F(193, __VA_ARGS__)
#define GOST_PI_2(F, ...) \
    F(249, __VA_ARGS__) F(24, __VA_ARGS__) F(101, __VA_ARGS__) F(90, __VA_ARGS__) \
    F(226, __VA_ARGS__) F(92, __VA_ARGS__) F(239, __VA_ARGS__) F(33, __VA_ARGS__) \
    F(129, __VA_ARGS__) F(28, __VA_ARGS__) F(60, __VA_ARGS__) F(66, __VA_ARGS__) \
    F(139, __VA_ARGS__) F(1, __VA_ARGS__) F(142, __VA_ARGS__) F(79, __VA_ARGS__)
#define GOST_PI_3(F, ...) \
    F(5, __VA_ARGS__) F(132, __VA_ARGS__) F(2, __VA_ARGS__) F(174, __VA_ARGS__) \
    F(227, __VA_ARGS__) F(106, __VA_ARGS__) F(143, __VA_ARGS__) F(160, __VA_ARGS__) \
    F(6, __VA_ARGS__) F(11, __VA_ARGS__) F(237, __VA_ARGS__) F(152, __VA_ARGS__) \
    F(127, __VA_ARGS__) F(212, __VA_ARGS__) F(211, __VA_ARGS__) F(31, __VA_ARGS__)
#define GOST_PI_4(F, ...) \
    F(235, __VA_ARGS__) F(52, __VA_ARGS__) F(44, __VA_ARGS__) F(81, __VA_ARGS__) \
    F(234, __VA_ARGS__) F(200, __VA_ARGS__) F(72, __VA_ARGS__) F(171, __VA_ARGS__) \
    F(242, __VA_ARGS__) F(42, __VA_ARGS__) F(104, __VA_ARGS__) F(162, __VA_ARGS__) \
    F(253, __VA_ARGS__) F(58, __VA_ARGS__) F(206, __VA_ARGS__) F(204, __VA_ARGS__)
#define GOST_PI_5(F, ...) \
    F(181, __VA_ARGS__) F(112, __VA_ARGS__) F(14, __VA_ARGS__) F(86, __VA_ARGS__) \
    F(8, __VA_ARGS__) F(12, __VA_ARGS__) F(118, __VA_ARGS__) F(18, __VA_ARGS__) \
    F(191, __VA_ARGS__) F(114, __VA_ARGS__) F(19, __VA_ARGS__) F(71, __VA_ARGS__) \
    F(156, __VA_ARGS__) F(183, __VA_ARGS__) F(93, __VA_ARGS__) F(135, __VA_ARGS__)
#define GOST_PI_6(F, ...) \
    F(21, __VA_ARGS__) F(161, __VA_ARGS__) F(150, __VA_ARGS__) F(41, __VA_ARGS__) \
    F(16, __VA_ARGS__) F(123, __VA_ARGS__) F(154, __VA_ARGS__) F(199, __VA_ARGS__) \
    F(243, __VA_ARGS__) F(145, __VA_ARGS__) F(120, __VA_ARGS__) F(111, __VA_ARGS__) \
    F(157, __VA_ARGS__) F(158, __VA_ARGS__) F(178, __VA_ARGS__) F(177, __VA_ARGS__)
#define GOST_PI_7(F, ...) \
    F(50, __VA_ARGS__) F(117, __VA_ARGS__) F(25, __VA_ARGS__) F(61, __VA_ARGS__) \
    F(255, __VA_ARGS__) F(53, __VA_ARGS__) F(138, __VA_ARGS__) F(126, __VA_ARGS__) \
    F(109, __VA_ARGS__) F(84, __VA_ARGS__) F(198, __VA_ARGS__) F(128, __VA_ARGS__) \
    F(195, __VA_ARGS__) F(189, __VA_ARGS__) F(13, __VA_ARGS__) F(87, __VA_ARGS__)
#define GOST_PI_8(F, ...) \
    F(223, __VA_ARGS__) F(245, __VA_ARGS__) F(36, __VA_ARGS__) F(169, __VA_ARGS__) \
    F(62, __VA_ARGS__) F(168, __VA_ARGS__) F(67, __VA_ARGS__) F(201, __VA_ARGS__) \
    F(215, __VA_ARGS__) F(121, __VA_ARGS__) F(214, __VA_ARGS__) F(246, __VA_ARGS__) \
    F(124, __VA_ARGS__) F(34, __VA_ARGS__) F(185, __VA_ARGS__) F(3, __VA_ARGS__)
#define GOST_PI_9(F, ...) \
    F(224, __VA_ARGS__) F(15, __VA_ARGS__) F(236, __VA_ARGS__) F(222, __VA_ARGS__) \
    F(122, __VA_ARGS__) F(148, __VA_ARGS__) F(176, __VA_ARGS__) F(188, __VA_ARGS__) \
    F(220, __VA_ARGS__) F(232, __VA_ARGS__) F(40, __VA_ARGS__) F(80, __VA_ARGS__) \
    F(78, __VA_ARGS__) F(51, __VA_ARGS__) F(10, __VA_ARGS__) F(74, __VA_ARGS__)
#define GOST_PI_A(F, ...) \
    F(167, __VA_ARGS__) F(151, __VA_ARGS__) F(96, __VA_ARGS__) F(115, __VA_ARGS__) \
    F(30, __VA_ARGS__) F(0, __VA_ARGS__) F(98, __VA_ARGS__) F(68, __VA_ARGS__) \
    F(26, __VA_ARGS__) F(184, __VA_ARGS__) F(56, __VA_ARGS__) F(130, __VA_ARGS__) \
    F(100, __VA_ARGS__) F(159, __VA_ARGS__) F(38, __VA_ARGS__) F(65, __VA_ARGS__)
#define GOST_PI_B(F, ...) \
    F(173, __VA_ARGS__) F(69, __VA_ARGS__) F(70, __VA_ARGS__) F(146, __VA_ARGS__) \
    F(39, __VA_ARGS__) F(94, __VA_ARGS__) F(85, __VA_ARGS__) F(47, __VA_ARGS__) \
    F(140, __VA_ARGS__) F(163, __VA_ARGS__) F(165, __VA_ARGS__) F(125, __VA_ARGS__) \
    F(105, __VA_ARGS__) F(213, __VA_ARGS__) F(149, __VA_ARGS__) F(59, __VA_ARGS__)
#define GOST_PI_C(F, ...) \
    F(7, __VA_ARGS__) F(88, __VA_ARGS__) F(179, __VA_ARGS__) F(64, __VA_ARGS__) \
    F(134, __VA_ARGS__) F(172, __VA_ARGS__) F(29, __VA_ARGS__) F(247, __VA_ARGS__) \
    F(48, __VA_ARGS__) F(55, __VA_ARGS__) F(107, __VA_ARGS__) F(228, __VA_ARGS__) \
    F(136, __VA_ARGS__) F(217, __VA_ARGS__) F(231, __VA_ARGS__) F(137, __VA_ARGS__)
#define GOST_PI_D(F, ...) \
    F(225, __VA_ARGS__) F(27, __VA_ARGS__) F(131, __VA_ARGS__) F(73, __VA_ARGS__) \
    F(76, __VA_ARGS__) F(63, __VA_ARGS__) F(248, __VA_ARGS__) F(254, __VA_ARGS__) \
    F(141, __VA_ARGS__) F(83, __VA_ARGS__) F(170, __VA_ARGS__) F(144, __VA_ARGS__) \
    F(202, __VA_ARGS__) F(216, __VA_ARGS__) F(133, __VA_ARGS__) F(97, __VA_ARGS__)
#define GOST_PI_E(F, ...) \
    F(32, __VA_ARGS__) F(113, __VA_ARGS__) F(103, __VA_ARGS__) F(164, __VA_ARGS__) \
    F(45, __VA_ARGS__) F(43, __VA_ARGS__) F(9, __VA_ARGS__) F(91, __VA_ARGS__) \
    F(203, __VA_ARGS__) F(155, __VA_ARGS__) F(37, __VA_ARGS__) F(208, __VA_ARGS__) \
    F(190, __VA_ARGS__) F(229, __VA_ARGS__) F(108, __VA_ARGS__) F(82, __VA_ARGS__)
#define GOST_PI_F(F, ...) \
    F(89, __VA_ARGS__) F(166, __VA_ARGS__) F(116, __VA_ARGS__) F(210, __VA_ARGS__) \
    F(230, __VA_ARGS__) F(244, __VA_ARGS__) F(180, __VA_ARGS__) F(192, __VA_ARGS__) \
    F(209, __VA_ARGS__) F(102, __VA_ARGS__) F(175, __VA_ARGS__) F(194, __VA_ARGS__) \
    F(57, __VA_ARGS__) F(75, __VA_ARGS__) F(99, __VA_ARGS__) F(182, __VA_ARGS__)
#define GOST_PI(F, ...) \
    GOST_PI_0(F, __VA_ARGS__) GOST_PI_1(F, __VA_ARGS__) GOST_PI_2(F, __VA_ARGS__) GOST_PI_3(F, __VA_ARGS__) \
    GOST_PI_4(F, __VA_ARGS__) GOST_PI_5(F, __VA_ARGS__) GOST_PI_6(F, __VA_ARGS__) GOST_PI_7(F, __VA_ARGS__) \
    GOST_PI_8(F, __VA_ARGS__) GOST_PI_9(F, __VA_ARGS__) GOST_PI_A(F, __VA_ARGS__) GOST_PI_B(F, __VA_ARGS__) \
    GOST_PI_C(F, __VA_ARGS__) GOST_PI_D(F, __VA_ARGS__) GOST_PI_E(F, __VA_ARGS__) GOST_PI_F(F, __VA_ARGS__)
/* clang-format on */

#endif
