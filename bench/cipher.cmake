# SPDX-License-Identifier: Apache-2.0
# The block ciphers beside gost-engine: run it by hand, bin/bench-cipher.
add_executable(bench-cipher bench_cipher.c)
target_link_libraries(bench-cipher PRIVATE gost PkgConfig::OPENSSL)
