# SPDX-License-Identifier: Apache-2.0
# A program like any other; bench/handshakes runs it.
pkg_check_modules(LIBSSL REQUIRED IMPORTED_TARGET libssl)
add_executable(bench-tls bench_tls.c)
set_target_properties(bench-tls PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
target_link_libraries(bench-tls PRIVATE PkgConfig::LIBSSL PkgConfig::OPENSSL)
