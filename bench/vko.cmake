# SPDX-License-Identifier: Apache-2.0
# Key agreement, and the hash of 1994.
add_executable(bench-vko bench_vko.c)
target_link_libraries(bench-vko PRIVATE gost PkgConfig::OPENSSL)
