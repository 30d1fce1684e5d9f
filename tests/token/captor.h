/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_TOKEN_CAPTOR_H
#define TEST_TOKEN_CAPTOR_H

extern unsigned captor_asked;

#endif
