# SPDX-License-Identifier: Apache-2.0
# cmake -DMANIFEST=build/install_manifest.txt -P Uninstall.cmake: removes the files that the last
# installation put there, under DESTDIR if that is set. Files that are gone already are passed over.
if(NOT EXISTS "${MANIFEST}")
    message(FATAL_ERROR "${MANIFEST} is not there: nothing was installed from this build")
endif()
file(STRINGS "${MANIFEST}" files)
foreach(name IN LISTS files)
    set(path "$ENV{DESTDIR}${name}")
    if(EXISTS "${path}" OR IS_SYMLINK "${path}")
        message(STATUS "Removing ${path}")
        file(REMOVE "${path}")
    endif()
endforeach()
