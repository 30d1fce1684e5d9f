/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gosttoken sign and verify: CMS SignedData (RFC 5652) with CAdES-BES attributes (ETSI EN 319 122).
 *
 * OpenSSL makes and checks the signatures, over content that is read piece by piece. The message
 * around them is put together here (parts.c), so that content of any size is attached with lengths
 * known in advance, as DER wants them, and a signature is added without touching those before it.
 */
#ifndef CLI_CMS_CMS_H
#define CLI_CMS_CMS_H

#include <sys/types.h>
#include <openssl/cms.h>
#include "cli/cert.h"
#include "cli/json.h"
#include "cli/ossl.h"

/* The options of both commands. */
enum {
    OPT_CMS_DIR = OPT_OWN,
    OPT_CMS_OUT,
    OPT_CMS_OUTFORM,
    OPT_CMS_DETACHED,
    OPT_CMS_SIGNER,
    OPT_CMS_KEY,
    OPT_CMS_CERT,
    OPT_CMS_CHAIN,
    OPT_CMS_INCLUDE,
    OPT_CMS_ADD,
    OPT_CMS_CONTENT,
    OPT_CMS_CA,
    OPT_CMS_CRL,
    OPT_CMS_CRL_CHECK,
    OPT_CMS_NO_CHAIN,
    OPT_CMS_AT,
    OPT_CMS_CADES
};

#define CLI_CMS_SUFFIX ".sig"

/* A message is held in memory; more than this is not read. */
#define CLI_CMS_MAX ((size_t)1 << 30)

/* ---- what is signed (source.c) -------------------------------------------------------------- */

/* How far a command is, on a terminal only. */
typedef struct cli_progress {
    int on;
    size_t at, files; /* the file being worked on, from 1; how many there are, 0: not known */
    uint64_t shown;   /* when, in milliseconds */
    int dirty;        /* something stands in the line */
} cli_progress;

void cli_progress_start(const cli *c, cli_progress *p, size_t files);
void cli_progress_show(cli_progress *p, const char *name, uint64_t done, uint64_t size);
void cli_progress_clear(cli_progress *p);

/* Bytes that are read from the beginning as often as is wanted. */
typedef struct cli_source {
    const char *name;  /* for messages */
    int fd;            /* -1: memory */
    const uint8_t *at; /* of memory */
    uint64_t size;     /* of a plain file and of memory; else 0 */
    int seekable;
    mode_t mode; /* of a plain file; else 0600 */
    uint64_t pos;
    cli_progress *progress; /* may be NULL */
} cli_source;

/* A file, or standard input for "-". again: it will be read twice, so what cannot be wound back is
 * copied to a file without a name first. */
int cli_source_open(const char *path, int again, cli_progress *progress, cli_source *s);
void cli_source_memory(const char *name, const uint8_t *at, size_t len, cli_source *s);
int cli_source_rewind(cli_source *s);
/* How many bytes were read, 0 at the end, -1 after a failure, reported. */
long cli_source_read(cli_source *s, void *buf, size_t size);
void cli_source_close(cli_source *s);

/* The plain files below a directory, sorted, without hidden ones and without following links; those
 * whose name ends in CLI_CMS_SUFFIX if `signatures`, else the others. Paths are freed with
 * cli_walk_free. */
typedef struct cli_files {
    char **at;
    size_t n, room;
} cli_files;
int cli_walk(const char *dir, int signatures, cli_files *files);
void cli_files_add(cli_files *files, char *path); /* takes it */
void cli_files_sort(cli_files *files);
void cli_walk_free(cli_files *files);

/* ---- the message's parts (parts.c) ---------------------------------------------------------- */

typedef struct cli_span {
    const uint8_t *at;
    size_t len;
} cli_span;

/* SignedData by its fields (RFC 5652, 5.1): spans of the DER it was read from. */
typedef struct cli_parts {
    unsigned version;
    cli_span digests; /* the contents of the SET */
    cli_span type;    /* eContentType, with tag and length */
    int attached;
    cli_span content; /* of the OCTET STRING */
    cli_span certs;   /* the contents of [0]; empty if it is not there */
    cli_span crls;    /* the contents of [1] */
    cli_span signers; /* the contents of the SET */
} cli_parts;

/* Strict DER with nothing after it. Returns 0 if it is not that. */
int cli_parts_read(const uint8_t *der, size_t len, cli_parts *p);

/*
 * The message of a with the digests, certificates and signers of b (NULL: none) added, in two
 * pieces, freed with free(), between which the content goes; content_len is then its length.
 * attached 0: no content, and *tail is empty.
 */
void cli_parts_join(const cli_parts *a, const cli_parts *b, int attached, uint64_t content_len,
                    cli_bytes *head, cli_bytes *tail);

/* Takes one element of DER off *in: its tag, its contents, and all of it. 0: malformed. */
int cli_der_take(cli_span *in, uint8_t *tag, cli_span *contents, cli_span *whole);

/* ---- reading messages (message.c) ----------------------------------------------------------- */

/* Reads a message as DER, PEM or bare Base64 into DER, freed with free(). "-": standard input. */
int cli_message_read(const char *path, cli_bytes *der);

/* After the last of the objects that a PEM reader took: whether it ended at what is no object, a
 * damaged one. */
int cli_pem_damaged(void);

/* The message again as definite-length DER, if it is BER; 0: it is no CMS. */
int cli_message_normalise(cli_bytes *der);

/* "dir/name" of "dir/name.sig"; NULL: the name does not end so. Freed with free(). */
char *cli_message_content_name(const char *path);

/* Whether there is a plain file of that name: nothing else is read that nobody has named. */
int cli_message_content_is_there(const char *path);

/* ---- who signs (signers.c) ------------------------------------------------------------------ */

typedef struct cli_signer {
    EVP_PKEY *key;
    X509 *cert;
    const EVP_MD *md;
} cli_signer;

typedef struct cli_signers {
    cli_signer *at;
    size_t n;
    STACK_OF(X509) * include; /* the certificates that go into the message */
} cli_signers;

/* By --signer, --key, --label, --cert, --chain, --include; logs in. Reports mistakes. */
int cli_signers_find(cli *c, cli_signers *s);
void cli_signers_free(cli_signers *s);

/* Certificates of a file, PEM or DER, one or more, pushed to `to`. Reports mistakes. */
int cli_certs_read(const char *path, STACK_OF(X509) * to);

/* ---- whom to trust (trust.c) ---------------------------------------------------------------- */

typedef struct cli_trust {
    X509_STORE *store;         /* NULL: chains are not checked */
    STACK_OF(X509_CRL) * crls; /* those that were given, which the store has as well */
    STACK_OF(X509) * extra;
    int has_time;
    time_t time;
} cli_trust;

/* By --ca, --crl, --crl-check, --no-chain, --at, --cert. */
int cli_trust_start(cli *c, cli_trust *t);
void cli_trust_free(cli_trust *t);

/* ---- one signature (check.c) ---------------------------------------------------------------- */

/* What can be wrong with a signature; the words are those of --json. */
typedef enum cli_flaw {
    CLI_FLAW_NONE,
    CLI_FLAW_NO_CERT,
    CLI_FLAW_ALGORITHM,
    CLI_FLAW_ATTRIBUTES,
    CLI_FLAW_SIGNATURE,
    CLI_FLAW_CONTENT,
    CLI_FLAW_CADES,
    CLI_FLAW_NO_CADES,
    CLI_FLAW_KEY_USAGE,
    CLI_FLAW_WEAK,
    CLI_FLAW_OTHER_SIGNER,
    CLI_FLAW_EXPIRED,
    CLI_FLAW_NOT_YET,
    CLI_FLAW_REVOKED,
    CLI_FLAW_NO_CRL,
    CLI_FLAW_ISSUER,
    CLI_FLAW_CHAIN
} cli_flaw;

typedef struct cli_checked {
    cli_flaw flaw;
    char *detail; /* more of it; may be NULL */
    char *subject, *issuer, *serial, *time, *not_after;
    const char *digest, *key; /* OpenSSL's short names */
    int cades;                /* has the attribute, and it fits */
    int chain;                /* 1: trusted; 0: not; -1: not checked */
} cli_checked;

const char *cli_flaw_word(cli_flaw flaw);
const char *cli_flaw_text(cli_flaw flaw);

/* The content when it has been read to its end. */
typedef struct cli_content {
    BIO *bio; /* CMS_dataInit's chain, with the digests */
    uint8_t first[512];
    size_t n_first;
} cli_content;

void cli_check_signer(const cli *c, const cli_trust *t, CMS_ContentInfo *cms, CMS_SignerInfo *si,
                      const cli_content *content, cli_checked *r);
void cli_checked_free(cli_checked *r);

#endif
