/* SPDX-License-Identifier: Apache-2.0 */
/* One activation of the provider in one library context. */
#ifndef GT_PROVIDER_H
#define GT_PROVIDER_H

#include "provider/config.h"
#include "provider/error.h"
#include "provider/log.h"

/*
 * libcrypto drops what a provider says when it refuses to start from openssl.cnf, and the user
 * would read of an unknown scheme. So a bad configuration does not stop the start: it is kept in
 * `broken`, and told by whatever needs a token.
 */
typedef struct gt_provider {
    gt_core core;
    OSSL_LIB_CTX *libctx; /* NULL: of another libcrypto */
    gt_config config;
    gt_log *log;
    gt_p11 *p11;                 /* NULL only when broken */
    char broken[GT_CONFIG_TEXT]; /* what is wrong with the configuration; "" if nothing */
    int bridged;                 /* the bridge is up, and this activation is attached to it */
    int counted;                 /* among the activations without the bridge */
    struct gt_provider *next;    /* the bridge's list */
} gt_provider;

/* A client of the module that a configuration names. NULL: no memory. */
gt_p11 *gt_provider_new_p11(const gt_config *config, gt_log *log);

#endif
