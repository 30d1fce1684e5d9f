# SPDX-License-Identifier: Apache-2.0
# cmake --install, and the target `uninstall`. What OpenSSL and p11-kit load goes where they look
# for it (Dependencies.cmake), whatever the prefix: set GOSTTOKEN_MODULES_DIR, GOSTTOKEN_PKCS11_DIR
# and GOSTTOKEN_P11KIT_CONFIG_DIR to install elsewhere. DESTDIR is put before every path.
if(TARGET gosttoken-provider)
    install(TARGETS gosttoken-provider LIBRARY DESTINATION ${GOSTTOKEN_MODULES_DIR})
endif()

if(TARGET gosttoken-pkcs11)
    install(TARGETS gosttoken-pkcs11 LIBRARY DESTINATION ${GOSTTOKEN_PKCS11_DIR})
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/gosttoken
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

    # p11-kit finds a module by its bare name only in its own directory.
    if(GOSTTOKEN_PKCS11_DIR STREQUAL P11KIT_MODULE_DIR)
        set(module_name libgosttoken-pkcs11.so)
    else()
        set(module_name ${GOSTTOKEN_PKCS11_DIR}/libgosttoken-pkcs11.so)
    endif()
    file(WRITE ${CMAKE_BINARY_DIR}/gosttoken.module
         "# A software token for GOST keys; see gosttoken(1).\nmodule: ${module_name}\n")
    install(FILES ${CMAKE_BINARY_DIR}/gosttoken.module
            DESTINATION ${GOSTTOKEN_P11KIT_CONFIG_DIR})
    install(FILES ${PROJECT_SOURCE_DIR}/docs/gosttoken.conf.example
            DESTINATION ${CMAKE_INSTALL_DOCDIR})
    configure_file(${PROJECT_SOURCE_DIR}/packaging/gosttoken.pc.in ${CMAKE_BINARY_DIR}/gosttoken.pc
                   @ONLY)
    install(FILES ${CMAKE_BINARY_DIR}/gosttoken.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()

if(TARGET gosttoken)
    install(TARGETS gosttoken RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(FILES ${PROJECT_SOURCE_DIR}/cli/completion/gosttoken.bash
            DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME gosttoken)
endif()

# Manual pages: docs/NAME.SECTION.
foreach(part "gosttoken-provider:provider-gosttoken.7" "gosttoken:gosttoken.1"
             "gosttoken-pkcs11:gosttoken.conf.5" "gosttoken-pkcs11:libgosttoken-pkcs11.7")
    string(REGEX MATCH "^([^:]*):(.*[.]([1-9]))$" whole ${part})
    if(TARGET ${CMAKE_MATCH_1})
        install(FILES ${PROJECT_SOURCE_DIR}/docs/${CMAKE_MATCH_2}
                DESTINATION ${CMAKE_INSTALL_MANDIR}/man${CMAKE_MATCH_3})
    endif()
endforeach()

add_custom_target(uninstall
    COMMAND ${CMAKE_COMMAND} -DMANIFEST=${CMAKE_BINARY_DIR}/install_manifest.txt
            -P ${PROJECT_SOURCE_DIR}/cmake/Uninstall.cmake
    COMMENT "Removing what was installed" VERBATIM)
