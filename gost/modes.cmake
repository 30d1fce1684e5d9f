# SPDX-License-Identifier: Apache-2.0
# The modes of the block ciphers, and the keys that are wrapped by them.
target_sources(gost PRIVATE
    aead.c
    ctr.c
    feedback.c
    gost28147_keys.c
    gost28147_mac.c
    gost28147_stream.c
    kexp15.c
    mgm_sum.c
    omac.c)
