# SPDX-License-Identifier: Apache-2.0
# Tests of the block ciphers. After hash.cmake, which looks for libgcrypt and valgrind.
if(GOSTTOKEN_NIGHTLY)
    set(BLOCK_NIGHTLY GOSTTOKEN_NIGHTLY)
endif()

gosttoken_test(NAME block SOURCES test_block.c plain_28147.c plain_kuznyechik.c LIBS gost
               LABELS gost TIMEOUT 1800)
gosttoken_test(NAME cross-block SOURCES test_cross_block.c LIBS gost PkgConfig::OPENSSL LABELS gost
               TIMEOUT 1800 ENV "OPENSSL_CONF=/dev/null")
if(GCRYPT_FOUND)
    target_compile_definitions(test-cross-block PRIVATE HAVE_GCRYPT)
    target_link_libraries(test-cross-block PRIVATE PkgConfig::GCRYPT)
endif()
foreach(name block cross-block)
    target_compile_definitions(test-${name} PRIVATE ${BLOCK_NIGHTLY})
endforeach()

if(VALGRIND AND GOST_HAVE_MEMCHECK AND NOT GOSTTOKEN_SANITIZE)
    add_executable(ct-block ct_block.c plain_kuznyechik.c)
    set_target_properties(ct-block PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_link_libraries(ct-block PRIVATE gost PkgConfig::CMOCKA)
    add_test(NAME block-ct COMMAND ${VALGRIND} -q --error-exitcode=9 $<TARGET_FILE:ct-block>)
    # A secret that goes through a table must be seen, or the test above means nothing.
    add_test(NAME block-ct-control
             COMMAND ${VALGRIND} -q --error-exitcode=9 $<TARGET_FILE:ct-block> control)
    set_tests_properties(block-ct-control PROPERTIES PASS_REGULAR_EXPRESSION
                         "ninitialised value of size 8.*plain_s")
    set_tests_properties(block-ct block-ct-control PROPERTIES TIMEOUT 300 LABELS "gost;ct")
elseif(NOT GOSTTOKEN_SANITIZE)
    add_test(NAME block-ct COMMAND ${CMAKE_COMMAND} -E false)
    set_tests_properties(block-ct PROPERTIES DISABLED TRUE)
endif()
