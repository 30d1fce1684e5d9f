/* SPDX-License-Identifier: Apache-2.0 */
/* Objects on a token: finding, describing and naming them. */
#ifndef CLI_OBJECT_H
#define CLI_OBJECT_H

#include "cli/token.h"
#include "gost/paramset.h"

/* The classes that people see, by the `type` of RFC 7512. */
typedef struct cli_class {
    CK_OBJECT_CLASS cls;
    const char *type;  /* "private" */
    const char *words; /* N_("private key") */
} cli_class;

const cli_class *cli_class_by_type(const char *type); /* NULL if unknown */
const cli_class *cli_class_of(CK_OBJECT_CLASS cls);

typedef struct cli_object {
    CK_OBJECT_HANDLE handle;
    const cli_class *cls;
    char *label; /* UTF-8; "" if none */
    uint8_t *id;
    size_t id_len;
    CK_KEY_TYPE key_type;          /* of keys */
    const gost_paramset *paramset; /* of GOST keys, if known */
    int is_private;                /* CKA_PRIVATE */
    char *uri;
} cli_object;

typedef struct cli_objects {
    cli_object *at;
    size_t n;
} cli_objects;

/* The objects of the classes above that match the template; what the session may see. */
int cli_objects_find(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                     const CK_ATTRIBUTE *match, size_t n, cli_objects *found);
void cli_objects_free(cli_objects *o);

/* "gost2012_256", "gost2012_512", "rsa", …; "unknown". */
const char *cli_key_type_name(CK_KEY_TYPE type);

/* An attribute's value, with a NUL after it, freed with free(). NULL: the token does not give it.
 */
uint8_t *cli_attribute(cli *c, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                       CK_ATTRIBUTE_TYPE type, size_t *len);

/* The URI of an object of this class, label and id (either may be empty), freed with free(). */
char *cli_object_uri(const cli_token *token, CK_OBJECT_CLASS cls, const char *label,
                     const uint8_t *id, size_t id_len);

#endif
