# SPDX-License-Identifier: Apache-2.0
# The hash family beside its peers, as far as these are installed.
pkg_check_modules(NETTLE IMPORTED_TARGET nettle>=3.7)

add_executable(bench-hash bench_hash.c)
target_link_libraries(bench-hash PRIVATE gost PkgConfig::OPENSSL)
if(NETTLE_FOUND)
    target_compile_definitions(bench-hash PRIVATE HAVE_NETTLE)
    target_link_libraries(bench-hash PRIVATE PkgConfig::NETTLE)
endif()
