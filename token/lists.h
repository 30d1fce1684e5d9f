/* SPDX-License-Identifier: Apache-2.0 */
/* The function lists. No slot is NULL. */
#ifndef TOK_LISTS_H
#define TOK_LISTS_H

#include <gosttoken/pkcs11-3.h>
#include <gosttoken/rutoken.h>

CK_FUNCTION_LIST *tok_function_list(void);
CK_FUNCTION_LIST_3_0 *tok_function_list_3(void);
CK_FUNCTION_LIST_EXTENDED *tok_function_list_extended(void);

#endif
