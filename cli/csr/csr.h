/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificate requests: what goes into one, how it is read, how it is encoded.
 *
 * The parameters are those of CryptoPro's service ("Additional parameters of a certificate
 * request"), under its names, and some of our own. fields.h has the table; each parameter is a
 * field of a JSON file and an option. Readers never print: what they refuse is explained in a
 * csr_log, with the name of the field and, in a list, the index.
 */
#ifndef CLI_CSR_H
#define CLI_CSR_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cjson/cJSON.h>
#include "cli/csr/der.h"
#include "cli/i18n.h"

#define CSR_FILE_MAX                                                                               \
    (1 << 20)             /* bytes of a parameter file, of a list in it, of a configuration        \
                           */
#define CSR_LIST_MAX  256 /* items of a list */
#define CSR_WHERE_MAX 96

/* ---- what went wrong ------------------------------------------------------------------------ */

typedef struct csr_log {
    char text[640];                 /* "ExtensionsData[1].Oid: …" */
    void (*warn)(const char *text); /* may be NULL */
    /* Reads a file that a parameter names; NULL: none can be read. Returns 1, or 0 with the reason
     * printed already (text stays empty). */
    int (*read_file)(const char *path, uint8_t **data, size_t *len);
} csr_log;

/* Always returns 0. `where` is the field, with its index and member. */
int csr_fail(csr_log *log, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void csr_warn(csr_log *log, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- small parsers (parse.c, base64.c); 1 or 0 ---------------------------------------------- */

/* RFC 4648, padded; blanks and line ends are skipped. Empty text gives no bytes. */
int csr_base64(const char *text, size_t len, csr_buf *out);

/* "1.2.643.100.114" to a DER OBJECT IDENTIFIER. */
int csr_oid(const char *text, csr_buf *der);
/* And back: freed with free(). */
char *csr_oid_text(const uint8_t *der, size_t len);

int csr_is_utf8(const char *text);
/* A BMPString of the text; 0 if it has characters that it cannot have. */
int csr_put_bmp(csr_buf *out, const char *text);
/* Characters of UTF-8. */
size_t csr_chars(const char *text);
/* "true" or "false", letter case ignored. */
int csr_bool(const char *text, int *value);

/* Letter case ignored, also of Cyrillic letters. */
int csr_same_word(const char *a, const char *b);
/* The word that the text is a misspelling of: at most a third of its letters are other ones, and it
 * has three or more. NULL: none. */
const char *csr_nearest(const char *text, const char *const *words, size_t n);
/* "text" is none of these words: which one may be meant, else all there are. Always returns 0. */
int csr_unknown(csr_log *log, const char *where, const char *text, const char *const *words,
                size_t n);

/* The next item of "a, b; c d", blanks around it left out; NULL after the last one. An empty item
 * is "". by_blank: blanks part items as well. *at is the text at first. Freed with free(). */
char *csr_item(const char **at, int by_blank);

/* The JSON text, of at most CSR_FILE_MAX bytes; NULL, explained. */
cJSON *csr_json(const char *text, const char *where, csr_log *log);

/* ---- dates (date.c) ------------------------------------------------------------------------- */

typedef struct csr_time {
    time_t utc;
    int zone; /* minutes east of Greenwich, as it was written */
} csr_time;

/* 2025-03-28, 2025-03-28T00:55:01+03:00, 28.03.2025 00:55, 20250328005501+03:00; UTC if there is no
 * zone. */
int csr_time_read(const char *text, csr_time *t);
/* As CryptoPro's authority writes it in a request: 20250328005501+03:00. */
void csr_time_write(const csr_time *t, char out[32]);

typedef struct csr_unit {
    const char *name; /* "Months" */
    int months;       /* a unit is that many months, */
    long seconds;     /* or seconds */
} csr_unit;

const csr_unit *csr_unit_by_name(const char *name);
extern const char *const csr_unit_names[]; /* NULL at the end */
/* t + n units; the day is that of the month's end where the month is too short. 0: out of range. */
int csr_time_add(csr_time *t, long n, const csr_unit *unit);

/* ---- a request ------------------------------------------------------------------------------ */

typedef struct csr_ext {
    csr_buf oid;   /* DER */
    csr_buf value; /* what stands in the OCTET STRING */
    int critical;
    char *from; /* the field */
} csr_ext;

typedef struct csr_attr {
    csr_buf oid;
    csr_buf *blobs; /* DER each */
    size_t n;
} csr_attr;

typedef struct csr_named {
    char *name, *value;
} csr_named;

/* Initialised by zeros. */
typedef struct csr_request {
    csr_buf subject; /* DER Name; empty: not given */
    int renew, is_client, self_signed;
    int microsoft; /* extensions stand in the attribute 1.3.6.1.4.1.311.2.1.14, not PKCS #9's */
    char *active_id, *active_pin, *active_pin_source, *group;
    csr_time start, end;
    int has_start, has_end;
    long period; /* 0: not given */
    const csr_unit *unit;
    csr_ext *exts;
    size_t n_exts;
    csr_attr *attrs;
    size_t n_attrs;
    csr_named *named;
    size_t n_named;
} csr_request;

void csr_request_free(csr_request *r); /* wipes what is secret; leaves zeros */

/* Puts an extension; the same once more is left out with a warning, another value of the same one
 * is refused. */
int csr_add_ext(csr_request *r, const char *where, const char *oid, int critical, const void *value,
                size_t len, csr_log *log);
/* Adds a value to the attribute. */
int csr_add_attr(csr_request *r, const char *where, const char *oid, const void *value, size_t len,
                 csr_log *log);
/* Is the value what OpenSSL knows the extension to hold? Explained if not; of an extension that it
 * does not know, nothing is said. extension.c */
int csr_check_ext(const char *where, const char *oid, const void *value, size_t len, csr_log *log);
/* The value of an attribute that holds the request's extensions: each is checked. */
int csr_check_exts(const char *where, const char *oid, const void *value, size_t len, csr_log *log);
int csr_add_named(csr_request *r, const char *where, const char *name, const char *value,
                  csr_log *log);
const csr_ext *csr_find_ext(const csr_request *r, const char *oid);

/* ---- reading a parameter -------------------------------------------------------------------- */

typedef struct csr_value {
    const char *field;
    const cJSON *json;
    int from_option; /* a person typed it: @FILE is taken for a file's contents */
} csr_value;

typedef int csr_read_fn(csr_request *r, const csr_value *v, csr_log *log);

/* The string in it, not empty and UTF-8; else NULL, explained. */
const char *csr_string(const csr_value *v, csr_log *log);

csr_read_fn csr_read_subject; /* name.c */
csr_read_fn csr_read_request_type, csr_read_active_cert_id, csr_read_active_cert_pin,
    csr_read_group_id, csr_read_is_client, csr_read_self_signed, csr_read_start_date,
    csr_read_expiration_date, csr_read_cert_period, csr_read_cert_period_units,
    csr_read_extensions_attribute; /* scalars.c */
csr_read_fn csr_read_eku, csr_read_key_usage, csr_read_template, csr_read_identification_kind,
    csr_read_subject_sign_tool, csr_read_issuer_sign_tool, csr_read_policies,
    csr_read_alt_name; /* named.c */
csr_read_fn csr_read_extensions_data, csr_read_extensions_config, csr_read_named_values,
    csr_read_attributes; /* lists.c */

/* The text of an ExtensionsConfig file. */
int csr_extensions_config(csr_request *r, const char *text, const char *field, csr_log *log);
/* "CN=…, ИНН=…" or "/CN=…/INN=…" to a DER Name. */
int csr_subject(const char *text, const char *field, csr_buf *der, csr_log *log);

/* ---- encoding (build.c) --------------------------------------------------------------------- */

/* What a key contributes. DER each. */
typedef struct csr_public {
    csr_buf spki;      /* SubjectPublicKeyInfo */
    csr_buf signature; /* AlgorithmIdentifier of a signature */
    csr_buf digest;    /* AlgorithmIdentifier of the digest */
    csr_buf cms;       /* AlgorithmIdentifier of a signature in CMS */
} csr_public;

void csr_public_free(csr_public *p);

/* What depends on more than one field: conflicts, the validity as named values, the key's
 * identifier. `now` begins a certificate's validity if no date is given. */
int csr_complete(csr_request *r, time_t now, csr_log *log);
/* Does an attribute of AttributesData hold the extensions? */
int csr_has_own_extensions(const csr_request *r);
/* Adds the extension subjectKeyIdentifier, SHA-1 of the public key (RFC 5280, 4.2.1.2), unless it
 * is there. */
int csr_add_key_id(csr_request *r, const csr_public *key, csr_log *log);

/* CertificationRequestInfo, or (self_signed) TBSCertificate with this serial number. */
int csr_build_tbs(const csr_request *r, const csr_public *key, const uint8_t serial[16],
                  csr_buf *out);
/* SEQUENCE { tbs, algorithm, signature }; sig NULL: the signature is empty. */
void csr_build_signed(const csr_buf *tbs, const csr_buf *algorithm, const uint8_t *sig, size_t len,
                      csr_buf *out);

/* The signed attributes of a CMS message (a SET, as it is signed), and the message: SignedData over
 * the request, with the certificate that signs. */
void csr_build_cms_attrs(const uint8_t *digest, size_t len, time_t now, csr_buf *out);
int csr_build_cms(const csr_buf *request, const csr_public *signer, const uint8_t *cert,
                  size_t cert_len, const csr_buf *attrs, const uint8_t *sig, size_t sig_len,
                  csr_buf *out);

#endif
