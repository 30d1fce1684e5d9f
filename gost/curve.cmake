# SPDX-License-Identifier: Apache-2.0
# GOST R 34.10-2012: the curves, their tables (made at build time) and the signature.
target_sources(gost PRIVATE
    curve.c
    gostr3410.c
    inverse.c
    modulus.c
    paramset.c)

# The tables: a program writes them as C. It must run on the build machine: when cross-compiling,
# build the target gost-curve-gen natively first and name the program in GOSTTOKEN_CURVE_GEN (its
# output does not depend on the machine), or set CMAKE_CROSSCOMPILING_EMULATOR.
set(GOSTTOKEN_CURVE_GEN "" CACHE FILEPATH "A gost-curve-gen that runs on the build machine")
if(GOSTTOKEN_CURVE_GEN)
    add_executable(gost-curve-gen IMPORTED)
    set_target_properties(gost-curve-gen PROPERTIES IMPORTED_LOCATION ${GOSTTOKEN_CURVE_GEN})
elseif(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    message(FATAL_ERROR "Cross-compiling needs GOSTTOKEN_CURVE_GEN: see gost/curve.cmake")
else()
    add_executable(gost-curve-gen gen/curve_gen.c modulus.c inverse.c mem.c)
    target_compile_options(gost-curve-gen PRIVATE -O2)
endif()
set(GOST_CURVE_TABLES ${CMAKE_CURRENT_BINARY_DIR}/curve_tables.c)
add_custom_command(OUTPUT ${GOST_CURVE_TABLES}
    COMMAND gost-curve-gen > ${GOST_CURVE_TABLES}
    DEPENDS gost-curve-gen VERBATIM)
target_sources(gost PRIVATE ${GOST_CURVE_TABLES})

# The field and curve arithmetic, once portably and once more for newer CPUs of the family; curve.c
# chooses when it runs.
set(GOST_CURVE_KINDS curve_p256.c curve_p255.c curve_m256.c curve_p512.c curve_p511.c curve_m512.c)
add_library(gost-curve-portable OBJECT ${GOST_CURVE_KINDS})
target_sources(gost PRIVATE $<TARGET_OBJECTS:gost-curve-portable>)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
    add_library(gost-curve-adx OBJECT ${GOST_CURVE_KINDS})
    target_compile_definitions(gost-curve-adx PRIVATE GOST_ADX)
    target_compile_options(gost-curve-adx PRIVATE -mbmi2 -madx -mavx2)
    target_sources(gost PRIVATE $<TARGET_OBJECTS:gost-curve-adx>)
    set_source_files_properties(${GOST_CURVE_TABLES} PROPERTIES COMPILE_DEFINITIONS GOST_HAVE_ADX)
endif()
