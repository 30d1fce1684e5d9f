# SPDX-License-Identifier: Apache-2.0
# What the module adds to a signature: run it by hand, bin/bench-token.
if(TARGET gosttoken-pkcs11)
    add_executable(bench-token ${CMAKE_CURRENT_SOURCE_DIR}/bench_token.c
                   ${CMAKE_CURRENT_SOURCE_DIR}/bench_token_find.c)
    target_link_libraries(bench-token PRIVATE gost PkgConfig::OPENSSL PkgConfig::P11KIT
                          Threads::Threads ${CMAKE_DL_LIBS})
    target_compile_definitions(bench-token PRIVATE
                               BENCH_MODULE="$<TARGET_FILE:gosttoken-pkcs11>")
    add_dependencies(bench-token gosttoken-pkcs11)
endif()
