# SPDX-License-Identifier: Apache-2.0
# Tests of the block ciphers' modes. After hash.cmake, which looks for libgcrypt and valgrind.
if(GOSTTOKEN_NIGHTLY)
    set(MODES_NIGHTLY GOSTTOKEN_NIGHTLY)
endif()

gosttoken_test(NAME modes SOURCES test_modes.c plain_modes.c LIBS gost LABELS gost)
gosttoken_test(NAME aead SOURCES test_aead.c plain_modes.c LIBS gost LABELS gost)
gosttoken_test(NAME 28147 SOURCES test_28147.c plain_28147.c LIBS gost LABELS gost TIMEOUT 1800)
if(GCRYPT_FOUND)
    target_compile_definitions(test-28147 PRIVATE HAVE_GCRYPT)
    target_link_libraries(test-28147 PRIVATE PkgConfig::GCRYPT)
endif()
gosttoken_test(NAME cross-modes SOURCES test_cross_modes.c LIBS gost PkgConfig::OPENSSL
               ${CMAKE_DL_LIBS} LABELS gost TIMEOUT 1800 ENV "OPENSSL_CONF=/dev/null")
foreach(name modes aead 28147 cross-modes)
    target_compile_definitions(test-${name} PRIVATE ${MODES_NIGHTLY})
endforeach()

# Constant time, by memcheck; hash.cmake says what there is.
if(VALGRIND AND GOST_HAVE_MEMCHECK AND NOT GOSTTOKEN_SANITIZE)
    foreach(name ct-modes ct-modes-plain)
        add_executable(${name} ct_modes.c)
        set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                              ${CMAKE_BINARY_DIR}/tests)
        target_link_libraries(${name} PRIVATE gost PkgConfig::CMOCKA)
    endforeach()
    target_sources(ct-modes-plain PRIVATE no_cpu.c)
    add_test(NAME modes-ct COMMAND ${VALGRIND} -q --error-exitcode=9 $<TARGET_FILE:ct-modes>)
    add_test(NAME modes-ct-plain
             COMMAND ${VALGRIND} -q --error-exitcode=9 $<TARGET_FILE:ct-modes-plain>)
    # A gamma that is looked up must be seen, or the tests above mean nothing.
    add_test(NAME modes-ct-control
             COMMAND ${VALGRIND} -q --error-exitcode=9 $<TARGET_FILE:ct-modes> control)
    set_tests_properties(modes-ct-control PROPERTIES PASS_REGULAR_EXPRESSION
                         "ninitialised value of size 8.*control")
    set_tests_properties(modes-ct modes-ct-plain modes-ct-control PROPERTIES TIMEOUT 300
                         LABELS "gost;ct")
elseif(NOT GOSTTOKEN_SANITIZE)
    add_test(NAME modes-ct COMMAND ${CMAKE_COMMAND} -E false)
    set_tests_properties(modes-ct PROPERTIES DISABLED TRUE)
endif()
