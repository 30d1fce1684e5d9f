# SPDX-License-Identifier: Apache-2.0
# Warnings, hardening and sanitizers, for every target.
add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes)
if(GOSTTOKEN_WERROR)
    add_compile_options(-Werror)
endif()

if(GOSTTOKEN_SANITIZE)
    add_compile_options(-fsanitize=${GOSTTOKEN_SANITIZE} -fno-omit-frame-pointer
                        -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${GOSTTOKEN_SANITIZE})
else()
    # Without a sanitizer every symbol must be found when a module is linked, not when it is used.
    add_link_options(-Wl,--no-undefined)
    if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
        add_compile_options(-fstack-protector-strong -fcf-protection)
        add_compile_definitions(_FORTIFY_SOURCE=2)
        add_link_options(-Wl,-z,relro,-z,now -Wl,-z,noexecstack)
    endif()
endif()
