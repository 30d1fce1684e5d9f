/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The object that says what the device can do (class CKO_HW_FEATURE): it is of the token and not
 * stored, is seen without a login, and cannot be made, copied, changed or destroyed. Programs for
 * Rutoken tokens ask it before they use a PIN or a secure channel.
 */
#ifndef TOK_HWFEATURE_H
#define TOK_HWFEATURE_H

#include "token/attrs.h"

/* CKA_HW_FEATURE_TYPE */
#define TOK_FEATURE_TOKEN_INFO (CKH_VENDOR_DEFINED | 1UL)

CK_RV tok_hwfeature_attrs(tok_attrs **out);

#endif
