# SPDX-License-Identifier: Apache-2.0
# Tests of Streebog, HMAC, Kuznyechik, MGM and of memory and randomness.
if(GOSTTOKEN_NIGHTLY)
    set(HASH_NIGHTLY GOSTTOKEN_NIGHTLY)
endif()

foreach(name mem streebog hmac)
    gosttoken_test(NAME ${name} SOURCES test_${name}.c LIBS gost LABELS gost)
endforeach()
foreach(name kuznyechik mgm)
    gosttoken_test(NAME ${name} SOURCES test_${name}.c plain_kuznyechik.c LIBS gost LABELS gost)
endforeach()

pkg_check_modules(NETTLE IMPORTED_TARGET nettle>=3.7)
pkg_check_modules(GCRYPT IMPORTED_TARGET libgcrypt)
gosttoken_test(NAME hash-peers SOURCES test_hash_peers.c LIBS gost PkgConfig::OPENSSL LABELS gost
               TIMEOUT 1800 ENV "OPENSSL_CONF=/dev/null")
if(NETTLE_FOUND)
    target_compile_definitions(test-hash-peers PRIVATE HAVE_NETTLE)
    target_link_libraries(test-hash-peers PRIVATE PkgConfig::NETTLE)
endif()
if(GCRYPT_FOUND)
    target_compile_definitions(test-hash-peers PRIVATE HAVE_GCRYPT)
    target_link_libraries(test-hash-peers PRIVATE PkgConfig::GCRYPT)
endif()
foreach(name streebog kuznyechik hash-peers)
    target_compile_definitions(test-${name} PRIVATE ${HASH_NIGHTLY})
endforeach()

# That the tables in the tree are the standards'.
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
    add_test(NAME pi-tables
             COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/gost/gen/pi_tables.py --check)
    set_tests_properties(pi-tables PROPERTIES TIMEOUT 60 LABELS gost)
endif()

# Constant time, by memcheck, which cannot run a program built with a sanitizer.
find_program(VALGRIND valgrind)
if(VALGRIND AND GOST_HAVE_MEMCHECK AND NOT GOSTTOKEN_SANITIZE)
    add_executable(ct-hash ct_hash.c)
    set_target_properties(ct-hash PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_link_libraries(ct-hash PRIVATE gost PkgConfig::CMOCKA)
    add_test(NAME hash-ct COMMAND ${VALGRIND} -q --error-exitcode=9 $<TARGET_FILE:ct-hash>)
    # The same where there are no vectors to take: secrets must not go to the body with tables.
    add_executable(ct-hash-plain ct_hash.c no_cpu.c)
    set_target_properties(ct-hash-plain PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                          ${CMAKE_BINARY_DIR}/tests)
    target_link_libraries(ct-hash-plain PRIVATE gost PkgConfig::CMOCKA)
    add_test(NAME hash-ct-plain
             COMMAND ${VALGRIND} -q --error-exitcode=9 $<TARGET_FILE:ct-hash-plain>)
    # A secret that goes through tables must be seen, or the test above means nothing.
    add_test(NAME hash-ct-control
             COMMAND ${VALGRIND} -q --error-exitcode=9 $<TARGET_FILE:ct-hash> control)
    set_tests_properties(hash-ct-control PROPERTIES PASS_REGULAR_EXPRESSION
                         "ninitialised value of size 8.*gost_streebog_g_table")
    set_tests_properties(hash-ct hash-ct-plain hash-ct-control PROPERTIES TIMEOUT 300 LABELS "gost;ct")
elseif(NOT GOSTTOKEN_SANITIZE)
    # Counted as not run, so that nobody takes silence for proof.
    add_test(NAME hash-ct COMMAND ${CMAKE_COMMAND} -E false)
    set_tests_properties(hash-ct PROPERTIES DISABLED TRUE)
endif()
