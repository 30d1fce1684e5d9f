# SPDX-License-Identifier: Apache-2.0
# The block ciphers and their S-boxes.
target_sources(gost PRIVATE
    block.c
    block28147.c
    block28147_avx2.c
    block28147_ssse3.c
    kuznyechik_avx2.c
    kuznyechik_ct.c
    kuznyechik_shuffle.c
    kuznyechik_sliced.c
    kuznyechik_ssse3.c
    sbox.c)
