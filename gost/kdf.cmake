# SPDX-License-Identifier: Apache-2.0
# GOST R 34.11-94, key agreement and key derivation.
target_sources(gost PRIVATE
    hash94.c
    hash94_ssse3.c
    hmac94.c
    kdf.c
    pbkdf2.c
    prf.c
    vko.c)
