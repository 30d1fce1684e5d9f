# SPDX-License-Identifier: Apache-2.0
# GOST R 34.10-2012. The oracles (libgcrypt, nettle, gost-engine) are used where they are installed;
# a test whose oracle is missing says that it was skipped.
pkg_check_modules(GCRYPT IMPORTED_TARGET libgcrypt)
pkg_check_modules(HOGWEED IMPORTED_TARGET hogweed nettle gmp)

if(GOSTTOKEN_NIGHTLY)
    set(GOST_CROSS_DEFINITIONS GOSTTOKEN_NIGHTLY)
    set(GOST_CROSS_TIMEOUT 7200)
else()
    set(GOST_CROSS_TIMEOUT 300)
endif()

gosttoken_test(NAME gostr3410 SOURCES test_gostr3410.c LIBS gost)
gosttoken_test(NAME gostr3410-vectors SOURCES test_gostr3410_vectors.c LIBS gost PkgConfig::OPENSSL)
gosttoken_test(NAME verify-edges SOURCES test_verify_edges.c LIBS gost PkgConfig::OPENSSL)
gosttoken_test(NAME curve SOURCES test_curve.c LIBS gost PkgConfig::OPENSSL
               TIMEOUT ${GOST_CROSS_TIMEOUT})

# What is left on the stack. A sanitizer keeps frames of its own there.
if(NOT GOSTTOKEN_SANITIZE)
    gosttoken_test(NAME residue SOURCES test_residue.c LIBS gost)
endif()

# The generator, built into its test, refuses wrong constants.
gosttoken_test(NAME curve-gen SOURCES test_curve_gen.c LIBS gost)

# The targets without a 128-bit integer are told so.
add_test(NAME no-int128 COMMAND ${CMAKE_C_COMPILER} -U__SIZEOF_INT128__ -fsyntax-only -x c
         ${PROJECT_SOURCE_DIR}/gost/modulus.h)
set_tests_properties(no-int128 PROPERTIES PASS_REGULAR_EXPRESSION
                     "error.*gost/ needs a 64-bit target" TIMEOUT 60)

# One program per field and backend, as gost/curve.cmake compiles them.
function(gost_field_test name curve)
    gosttoken_test(NAME field-${name} SOURCES test_field.c LIBS gost)
    target_compile_definitions(test-field-${name} PRIVATE TEST_CURVE=gost_curve_${curve} ${ARGN})
    if(TARGET gost-curve-adx)
        gosttoken_test(NAME field-${name}-adx SOURCES test_field.c LIBS gost)
        target_compile_definitions(test-field-${name}-adx PRIVATE GOST_ADX
                                   TEST_CURVE=gost_curve_${curve} ${ARGN})
        target_compile_options(test-field-${name}-adx PRIVATE -mbmi2 -madx -mavx2)
        set_tests_properties(field-${name}-adx PROPERTIES SKIP_RETURN_CODE 77)
    endif()
endfunction()
gost_field_test(p256 256_cpa FE_LIMBS=4 FE_MINUS=617)
gost_field_test(p255 256_cpb FE_LIMBS=4 FE_PLUS=6450)
gost_field_test(m256 256_cpc FE_LIMBS=4)
gost_field_test(p512 512_a FE_LIMBS=8 FE_MINUS=569)
gost_field_test(p511 512_b FE_LIMBS=8 FE_PLUS=222)
gost_field_test(m512 512_test FE_LIMBS=8)

gosttoken_test(NAME cross-gcrypt SOURCES test_cross_gcrypt.c LIBS gost TIMEOUT ${GOST_CROSS_TIMEOUT})
target_compile_definitions(test-cross-gcrypt PRIVATE ${GOST_CROSS_DEFINITIONS})
if(GCRYPT_FOUND)
    target_link_libraries(test-cross-gcrypt PRIVATE PkgConfig::GCRYPT)
    target_compile_definitions(test-cross-gcrypt PRIVATE HAVE_GCRYPT)
endif()

gosttoken_test(NAME cross-nettle SOURCES test_cross_nettle.c LIBS gost TIMEOUT ${GOST_CROSS_TIMEOUT})
target_compile_definitions(test-cross-nettle PRIVATE ${GOST_CROSS_DEFINITIONS})
if(HOGWEED_FOUND)
    target_link_libraries(test-cross-nettle PRIVATE PkgConfig::HOGWEED)
    target_compile_definitions(test-cross-nettle PRIVATE HAVE_NETTLE)
endif()

# gost-engine is loaded by its id, in a process that reads no configuration.
gosttoken_test(NAME cross-engine SOURCES test_cross_engine.c LIBS gost PkgConfig::OPENSSL
               TIMEOUT ${GOST_CROSS_TIMEOUT} ENV "OPENSSL_CONF=/dev/null")
target_compile_definitions(test-cross-engine PRIVATE ${GOST_CROSS_DEFINITIONS})
target_compile_definitions(test-curve PRIVATE ${GOST_CROSS_DEFINITIONS})

# Constant time, by memcheck; and a control that shows that the check can fail. A sanitizer's own
# memory does not go together with valgrind's.
find_program(VALGRIND valgrind)
if(VALGRIND AND GOST_HAVE_MEMCHECK AND NOT GOSTTOKEN_SANITIZE)
    add_executable(ct-gostr3410 ct_gostr3410.c)
    target_link_libraries(ct-gostr3410 PRIVATE gost)
    set_target_properties(ct-gostr3410 PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                          ${CMAKE_BINARY_DIR}/tests)
    foreach(backend 0 1)
        add_test(NAME ct-gostr3410-${backend} COMMAND ${VALGRIND} --quiet --error-exitcode=99
                 $<TARGET_FILE:ct-gostr3410> ${backend})
        set_tests_properties(ct-gostr3410-${backend} PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
    endforeach()
    # Where there are no vectors to take, the nonce's hash must not go to the body with tables.
    add_executable(ct-gostr3410-plain ct_gostr3410.c no_cpu.c)
    target_link_libraries(ct-gostr3410-plain PRIVATE gost)
    set_target_properties(ct-gostr3410-plain PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                          ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME ct-gostr3410-plain COMMAND ${VALGRIND} --quiet --error-exitcode=99
             $<TARGET_FILE:ct-gostr3410-plain> 0)
    set_tests_properties(ct-gostr3410-plain PROPERTIES TIMEOUT 300)
    add_test(NAME ct-gostr3410-control COMMAND ${VALGRIND} --quiet --error-exitcode=99
             $<TARGET_FILE:ct-gostr3410> leak)
    set_tests_properties(ct-gostr3410-control PROPERTIES TIMEOUT 300 PASS_REGULAR_EXPRESSION
                         "jump or move depends on uninitialised value.*leak")
elseif(NOT GOSTTOKEN_SANITIZE)
    # Counted as not run, so that nobody takes silence for proof.
    add_test(NAME ct-gostr3410 COMMAND ${CMAKE_COMMAND} -E false)
    set_tests_properties(ct-gostr3410 PROPERTIES DISABLED TRUE)
endif()
