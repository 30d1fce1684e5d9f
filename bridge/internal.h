/* SPDX-License-Identifier: Apache-2.0 */
/* What the bridge's files share. */
#ifndef GT_BRIDGE_INTERNAL_H
#define GT_BRIDGE_INTERNAL_H

#include "bridge/libcrypto.h"
#include "bridge/bridge.h"

/* ---- the table of key types, in OpenSSL's numbers ------------------------------------------- */

typedef struct gt_bridge_type {
    unsigned bits;
    int nid, md_nid;
} gt_bridge_type;

/* In the order of keymgmt/alg.h's table. */
enum { GT_BRIDGE_TYPES = 3 };
extern const gt_bridge_type gt_bridge_types[GT_BRIDGE_TYPES];

/* The row of a key's type, and the way back; NULL if there is none. */
const gt_bridge_type *gt_bridge_type_by_nid(int nid);
const gt_bridge_type *gt_bridge_type_of(const gt_alg *alg);
const gt_alg *gt_bridge_alg(const gt_bridge_type *type);

/* ---- methods.c: pmeth.c's and ameth.c's tables, as the engine serves them -------------------- */

int gt_pmeth_make(EVP_PKEY_METHOD **meth, int nid);
int gt_ameth_make(EVP_PKEY_ASN1_METHOD **meth, int nid);

/* ameth_cms.c: the method's controls. */
int gt_ameth_ctrl(EVP_PKEY *pkey, int op, long arg1, void *arg2);

/* ---- mac_key.c: the same for the MACs of TLS suites (mac/mac.h has their NIDs) ----------------
 */

enum { GT_BRIDGE_MACS = 4 };
int gt_mac_pmeth_make(EVP_PKEY_METHOD **meth, int nid);
int gt_mac_ameth_make(EVP_PKEY_ASN1_METHOD **meth, int nid);

/* The engine, NULL before it is up and after libcrypto's cleanup. */
ENGINE *gt_engine(void);

/* 1 if the method is one of the engine's own for GOST keys. */
int gt_engine_has_ameth(const EVP_PKEY_ASN1_METHOD *ameth);

/* ---- key.c: a gt_key inside an EVP_PKEY ----------------------------------------------------- */

int gt_bridge_key_setup(void);

/* Our key in it, borrowed; NULL if the EVP_PKEY has none or belongs to somebody else. */
gt_key *gt_bridge_key(const EVP_PKEY *pkey);

/* The same for anybody's GOST key, its public half; the caller owns the reference. */
gt_key *gt_bridge_key_any(const EVP_PKEY *pkey);

/* Puts key in, under a new reference. Returns 1, or 0 with an error raised. */
int gt_bridge_assign(EVP_PKEY *pkey, gt_key *key);

/* The same so that it stays ours, whatever other GOST engine there is; pkey is a new one. */
int gt_bridge_fill_pkey(EVP_PKEY *pkey, gt_key *key);

/* An EVP_PKEY that stays ours, whatever other GOST engine there is. NULL with an error raised. */
EVP_PKEY *gt_bridge_new_pkey(gt_key *key);

/*
 * For the functions that decode. While one thread takes a key of a token out of the store, every
 * key of the type comes to us, also those that other threads read from files and that belong to
 * another GOST engine. If pkey is such a one: waits until that is over, lets the owner read it
 * (`read`, which makes a new EVP_PKEY of arg) and makes pkey the owner's. 1 if so; else pkey is
 * ours to decode.
 */
int gt_bridge_give_back(EVP_PKEY *pkey, EVP_PKEY *(*read)(const void *), const void *arg);

/* The key handed over in this thread, if its URI is this one; borrowed. */
gt_key *gt_bridge_handed_over(const char *uri);

/* ---- load.c: keys and certificates by URI ---------------------------------------------------- */

/* Through the engine's own settings, or the activation attached last. The caller owns the result.
 */
gt_p11 *gt_bridge_client(void);

gt_key *gt_bridge_find_private(const char *uri, const gt_prompt *prompt);
EVP_PKEY *gt_bridge_load_private(ENGINE *e, const char *uri, UI_METHOD *ui, void *data);
EVP_PKEY *gt_bridge_load_public(ENGINE *e, const char *uri, UI_METHOD *ui, void *data);
X509 *gt_bridge_load_certificate(const char *uri);

/* For pthread_atfork: a child must not inherit a lock that somebody else holds. */
void gt_bridge_load_before_fork(void);
void gt_bridge_load_after_fork(void);

/* The engine commands PIN and MODULE_PATH. value NULL: back to the configuration. */
int gt_bridge_set_pin(const char *value);
int gt_bridge_set_module(const char *value);

/* Wipes both, when the engine goes. The client made for them stays until the last provider does:
 * libcrypto holds its engine lock here, under which no module is called. */
void gt_bridge_forget_settings(void);

/* ---- prompt.c -------------------------------------------------------------------------------- */

typedef struct gt_ui_prompt {
    UI_METHOD *method;
    void *data;
} gt_ui_prompt;

/* gt_prompt.ask over a UI_METHOD; arg is a gt_ui_prompt. */
int gt_prompt_ui(void *arg, const char *token, const char *warning, char *pin, size_t size);

/* gt_prompt.ask on the controlling terminal, if there is one; arg is unused. */
int gt_prompt_terminal(void *arg, const char *token, const char *warning, char *pin, size_t size);

#endif
