# SPDX-License-Identifier: Apache-2.0
# GOST R 34.11-94, key agreement and key derivation. The oracles are used where they are installed.
foreach(name hash94 kdf vko)
    gosttoken_test(NAME ${name} SOURCES test_${name}.c LIBS gost LABELS gost)
endforeach()
gosttoken_test(NAME curve-mul SOURCES test_curve_mul.c LIBS gost PkgConfig::OPENSSL LABELS gost
               TIMEOUT ${GOST_CROSS_TIMEOUT})
gosttoken_test(NAME cross-vko SOURCES test_cross_vko.c LIBS gost PkgConfig::OPENSSL LABELS gost
               TIMEOUT ${GOST_CROSS_TIMEOUT} ENV "OPENSSL_CONF=/dev/null")
gosttoken_test(NAME kdf-peers SOURCES test_kdf_peers.c LIBS gost PkgConfig::OPENSSL LABELS gost
               TIMEOUT 1800 ENV "OPENSSL_CONF=/dev/null")
if(HOGWEED_FOUND)
    target_compile_definitions(test-cross-vko PRIVATE HAVE_NETTLE)
    target_link_libraries(test-cross-vko PRIVATE PkgConfig::HOGWEED)
endif()
if(NETTLE_FOUND)
    target_compile_definitions(test-kdf-peers PRIVATE HAVE_NETTLE)
    target_link_libraries(test-kdf-peers PRIVATE PkgConfig::NETTLE)
endif()
if(GCRYPT_FOUND)
    target_compile_definitions(test-kdf-peers PRIVATE HAVE_GCRYPT)
    target_link_libraries(test-kdf-peers PRIVATE PkgConfig::GCRYPT)
endif()
foreach(name hash94 curve-mul cross-vko kdf-peers)
    target_compile_definitions(test-${name} PRIVATE ${GOST_CROSS_DEFINITIONS})
endforeach()

# Constant time, by memcheck, with a control that must fail: as in curve.cmake, which says where it
# is not run.
if(VALGRIND AND GOST_HAVE_MEMCHECK AND NOT GOSTTOKEN_SANITIZE)
    add_executable(ct-kdf ct_kdf.c)
    add_executable(ct-kdf-plain ct_kdf.c no_cpu.c)
    foreach(name ct-kdf ct-kdf-plain)
        target_link_libraries(${name} PRIVATE gost)
        set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    endforeach()
    foreach(backend 0 1)
        add_test(NAME ct-kdf-${backend} COMMAND ${VALGRIND} --quiet --error-exitcode=99
                 $<TARGET_FILE:ct-kdf> ${backend})
    endforeach()
    add_test(NAME ct-kdf-plain COMMAND ${VALGRIND} --quiet --error-exitcode=99
             $<TARGET_FILE:ct-kdf-plain> 0)
    add_test(NAME ct-kdf-control COMMAND ${VALGRIND} --quiet --error-exitcode=99
             $<TARGET_FILE:ct-kdf> leak)
    set_tests_properties(ct-kdf-0 ct-kdf-1 ct-kdf-plain ct-kdf-control PROPERTIES
                         TIMEOUT 300 LABELS "gost;ct" SKIP_RETURN_CODE 77)
    set_tests_properties(ct-kdf-control PROPERTIES PASS_REGULAR_EXPRESSION
                         "jump or move depends on uninitialised value.*leak")
elseif(NOT GOSTTOKEN_SANITIZE)
    add_test(NAME ct-kdf COMMAND ${CMAKE_COMMAND} -E false)
    set_tests_properties(ct-kdf PROPERTIES DISABLED TRUE)
endif()
