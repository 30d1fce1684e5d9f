/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gosttoken doctor: looks for what keeps tokens from working. A check is a row of doc_checks
 * (checks.c): a name and a function, in the file of its group. Each runs in a child process of its
 * own, so that a module or provider that crashes or hangs is a finding and not the end, and no
 * check can spoil another. No check changes anything.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/json.h"
#include "cli/setup/conf.h"

typedef enum doc_status { DOC_OK, DOC_SKIPPED, DOC_WARNING, DOC_ERROR, DOC_STATES } doc_status;

typedef struct doctor {
    cli *c;
    unsigned long days;     /* warn of what expires in so many days */
    unsigned long min_free; /* warn of less than so many MiB on the store's disk */
    const cli_pin *pin;     /* of the user, given by an option; NULL */
    const char *ca;         /* a file of CA certificates; NULL */
    int module_fails;       /* the check of that name has found an error */
    cJSON *findings;        /* of the check that runs */
} doctor;

typedef struct doc_check {
    const char *name;
    const char *about; /* one line, N_("…") */
    void (*run)(doctor *d);
    int needs_module; /* skipped when the module does not work: that is said already */
} doc_check;

extern const doc_check doc_checks[]; /* name NULL ends it */

/* ---- for checks (finding.c) ------------------------------------------------------------------ */

/* A finding: its sentence, and what to do about it: a command to run, freed here; NULL: none. */
void doc_find(doctor *d, doc_status status, char *remedy, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* What was written on standard error since the check began, or since the last call, as one line
 * without "gosttoken: ". To be freed. */
char *doc_heard(void);

/* " --token LABEL" for a command to run; freed with free(). */
char *doc_token_option(const char *label);
/* A word of a command, quoted for the shell if it has to be. Freed with free(). */
char *doc_quoted(const char *word);
/* A remedy: the command, a blank, the word quoted. Freed with free(). */
char *doc_command(const char *command, const char *word);

/* ---- the module (module.c) ------------------------------------------------------------------- */

/* The path that the program takes its module from; freed with free(). */
char *doc_module_path(const cli *c);
/* A function that only our module has; NULL: it is another module, or cannot be loaded. */
void *doc_own_function(const cli *c, const char *name);
/* cli_functions; a failure has become a finding, unless config or module tell of it. */
int doc_module(doctor *d);

/* The tokens in use, or all that are there: those that cannot be read are left to the check
 * "tokens". 0: a finding says why there is none. *list is to be freed. */
int doc_tokens(doctor *d, cli_token **list, size_t *n);

/* ---- openssl.cnf (opensslcnf.c) -------------------------------------------------------------- */

typedef struct doc_cnf {
    char *path;    /* what OpenSSL would read; NULL: it reads none */
    int there;     /* the file can be read */
    cli_conf conf; /* what it says; all NULL if it is not there */
} doc_cnf;

void doc_cnf_read(doc_cnf *cnf);
void doc_cnf_free(doc_cnf *cnf);

/* ---- the checks ------------------------------------------------------------------------------ */

void doc_environment(doctor *d);  /* environment.c */
void doc_config(doctor *d);       /* config.c: gosttoken.conf */
void doc_openssl(doctor *d);      /* openssl.c: OpenSSL and its openssl.cnf */
void doc_provider(doctor *d);     /* provider.c */
void doc_engines(doctor *d);      /* engines.c: other makers' GOST */
void doc_module_check(doctor *d); /* module.c */
void doc_store(doctor *d);        /* store.c: the directory */
void doc_space(doctor *d);
void doc_token_files(doctor *d);  /* tokens.c: integrity */
void doc_pins(doctor *d);         /* pins.c */
void doc_certificates(doctor *d); /* certificates.c */
void doc_keys(doctor *d);         /* keys.c */
void doc_clock(doctor *d);        /* clock.c */

/* ---- running and telling --------------------------------------------------------------------- */

/* Runs one check in a child; an array of findings, never empty (run.c). */
cJSON *doc_run(doctor *d, const doc_check *check);

extern const char *const doc_status_words[DOC_STATES]; /* "ok", … */
doc_status doc_finding_status(const cJSON *finding);

#endif
