# SPDX-License-Identifier: Apache-2.0
# Streebog, HMAC, Kuznyechik, MGM and what they stand on.
include(CheckIncludeFile)

target_sources(gost PRIVATE
    cpu.c
    hmac.c
    kuznyechik.c
    kuznyechik_tables.c
    mem.c
    mgm.c
    random.c
    streebog.c
    streebog_avx2.c
    streebog_ct.c
    streebog_shuffle.c
    streebog_ssse3.c
    streebog_table.c)

# Only a header: the client requests are instructions that do nothing outside valgrind. A "no" is
# asked again: run-tests installs valgrind into a tree that quickstart has configured without it.
if(NOT GOST_HAVE_MEMCHECK)
    unset(GOST_HAVE_MEMCHECK CACHE)
endif()
check_include_file(valgrind/memcheck.h GOST_HAVE_MEMCHECK)
if(GOST_HAVE_MEMCHECK)
    set_source_files_properties(mem.c PROPERTIES COMPILE_DEFINITIONS GOST_HAVE_MEMCHECK)
endif()
