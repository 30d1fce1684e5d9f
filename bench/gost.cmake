# SPDX-License-Identifier: Apache-2.0
# The algorithms' benchmarks: run them by hand, bin/bench-*.
add_executable(bench-sign bench_sign.c)
target_link_libraries(bench-sign PRIVATE gost PkgConfig::OPENSSL)
