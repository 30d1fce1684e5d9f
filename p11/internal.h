/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the PKCS #11 client.
 *
 * LOCKS, in the order in which they are taken:
 *   1. the registry's (module.c): which modules are loaded, which instances exist;
 *   2. an instance's, gt_p11.lock: everything marked [lock] below.
 * Neither is ever held while the module, the prompt, the log or a `found` callback runs, so two
 * threads work on a token at the same time and a callback may fork. What takes long and must not
 * be done twice at once is done by whoever has the *turn*: loading and initialising (one turn for
 * the process), finding a token again and logging in (a turn per token). A thread with a token's
 * turn may wait for a session; a thread with a session never waits for a turn.
 *
 * FORK: pthread_atfork handlers (fork.c) take both locks before a fork and free them after it, so a
 * child never inherits one that is held, nor a half-changed list. The child's handler takes turns
 * away from threads that the child does not have. The handlers call nothing of the module: a
 * child finds out by comparing process ids when it calls in, and only then initialises the module.
 *
 * HANDLES die when the module is initialised again, when a token goes away, when somebody logs
 * out. So every session handle carries the token's sessions_gen at its opening, and every object
 * handle the objects_gen at its finding; a handle of another generation is forgotten, never used
 * and never closed (its number may belong to somebody else by now).
 */
#ifndef GT_P11_INTERNAL_H
#define GT_P11_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "p11/p11.h"
#include <gosttoken/rutoken.h>
#include <p11-kit/uri.h>

/* ---- secrets (secret.c) --------------------------------------------------------------------- */

#define GT_PIN_MAX     255
#define GT_REFUSED_MAX 10

typedef struct gt_pin {
    size_t len; /* 0: none */
    char bytes[GT_PIN_MAX + 1];
} gt_pin;

/* A child does not inherit the locking of pages. */
void gt_secret_relock(void *secret, size_t size);

/* ---- errors (error.c) ----------------------------------------------------------------------- */

typedef struct gt_token gt_token;

/* err from a result of the token; what: the function that gave it. t may be NULL. */
int gt_fail_rv(gt_error *err, const gt_p11 *p, const gt_token *t, CK_RV rv, const char *what);

/* Whether the result is one that tells, of our own module, that its store fails. */
int gt_is_store_result(const gt_p11 *p, CK_RV rv);

/* ---- the module (module.c) ------------------------------------------------------------------ */

/* Of the Rutoken extension, the one function that tells how many tries are left. */
typedef CK_RV gt_get_info_extended_fn(CK_SLOT_ID slot, CK_TOKEN_INFO_EXTENDED *info);
/* The functions of <gosttoken/module.h>. */
typedef const char *gt_error_text_fn(void);
typedef CK_RV gt_get_details_fn(CK_SLOT_ID slot, gosttoken_details *details);
typedef CK_RV gt_verify_journal_fn(CK_SLOT_ID slot, gosttoken_journal_state *state);

/* A loaded module: one for the process however many instances use it, since its state of
 * initialisation is the process's too. */
typedef struct gt_module {
    struct gt_module *next;
    size_t refs;
    void *dl;
    CK_FUNCTION_LIST *f;
    gt_get_info_extended_fn *info_extended; /* NULL if it has none */
    CK_FUNCTION_LIST_EXTENDED *extended;    /* NULL if it has none */
    gt_error_text_fn *error_text;           /* this and the next two: NULL of another module */
    gt_get_details_fn *get_details;
    gt_verify_journal_fn *verify_journal;
    pid_t loaded_by;    /* the process that called dlopen */
    pid_t pid;          /* initialised in this process; 0: not */
    int owner;          /* our C_Initialize did it, so C_Finalize is ours too */
    int inherited;      /* in a child: owner, in the process that forked */
    unsigned quirks;    /* of the instance that loaded it */
    atomic_ulong epoch; /* counts initialisations: handles of another epoch are dead */
} gt_module;

/* p's module, initialised in this process; NULL: it cannot be. Lives as long as p. */
const gt_module *gt_module_of(gt_p11 *p);

/* See gt_p11_tries_left and gt_p11_slot_trouble (tell.c). */
void gt_tries_left(const gt_module *m, CK_SLOT_ID slot, CK_USER_TYPE user, char *out, size_t size);
int gt_slot_trouble(const gt_module *m, CK_SLOT_ID slot, char *out, size_t size);

/*
 * quirks.c: the same functions, called by one thread at a time; NULL: another module is called so
 * already. Ends that, where list is such a one: the module's own list.
 */
CK_FUNCTION_LIST *gt_serial_list(CK_FUNCTION_LIST *real);
CK_FUNCTION_LIST *gt_serial_end(CK_FUNCTION_LIST *list);
void gt_serial_in_child(void);

/* Loads and initialises as far as is needed; afterwards p->pid and p->epoch are current. */
int gt_module_ready(gt_p11 *p, gt_error *err);
/* Somebody has finalised the module under us: initialise again at the next use. */
void gt_module_lost(gt_p11 *p, unsigned long epoch);

/* C_GetInfo; somebody else may have finalised the module since we looked: then once more. */
int gt_module_info(gt_p11 *p, CK_INFO *info, gt_error *err);
/* 0: the process exits, and the module's destructors may have run. */
int gt_module_usable(const gt_p11 *p);

/* Gives up p's reference; the last one finalises and unloads what this process has initialised. */
void gt_module_release(gt_p11 *p);

void gt_registry_add(gt_p11 *p);
void gt_registry_remove(gt_p11 *p);
void gt_registry_before_fork(void);
void gt_registry_in_parent(void);
void gt_registry_in_child(void);

/* Registers the handlers, once for the process (fork.c). */
void gt_fork_watch(void);

/* ---- instances (p11.c) ---------------------------------------------------------------------- */

struct gt_p11 {
    gt_p11 *next; /* in the registry */
    atomic_size_t refs;

    /* Set by gt_p11_new. */
    char *module_path;
    char *token;
    gt_pin *pin; /* secret; NULL: none */
    char *pin_source;
    unsigned quirks;
    int ours; /* the module is this project's, so hints may name its store */
    void (*log)(void *arg, const char *line);
    void *log_arg;

    pthread_mutex_t lock;
    gt_module *module;   /* [lock] NULL until loaded */
    pid_t pid;           /* [lock] the process for which the handles below hold */
    unsigned long epoch; /* [lock] and the initialisation */
    gt_token *tokens;    /* [lock] the list only grows */
};

void gt_log(const gt_p11 *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes p->lock with the module initialised in this process and dead handles forgotten. 0: failed
 * and not locked. */
int gt_enter(gt_p11 *p, gt_error *err);

/* ---- tokens (slot.c) ------------------------------------------------------------------------ */

#define GT_POOL_MAX 128

typedef struct gt_token_pins {
    gt_pin right;                   /* the PIN that was right last */
    gt_pin refused[GT_REFUSED_MAX]; /* wrong ones since; never sent again */
    size_t n_refused;
} gt_token_pins;

struct gt_token {
    gt_token *next;
    gt_p11 *p;

    /* Who it is. */
    CK_TOKEN_INFO info; /* label, manufacturer, model, serial number: the rest may be old */
    char label[33];     /* blanks trimmed */
    char serial[17];

    CK_SLOT_ID slot;         /* [lock] */
    int known;               /* [lock] slot is right in this epoch */
    int wanted;              /* [lock] this client logged in, and is to do so again */
    int logged_in;           /* [lock] */
    int login_free;          /* [lock] the token needs no login: logged_in is so without one */
    gt_token_pins *pins;     /* [lock] secret */
    pthread_cond_t turn_end; /* [lock] */
    int turn;                /* [lock] somebody is finding it or logging in */
    pthread_t turn_owner;    /* [lock] */

    unsigned long sessions_gen, objects_gen; /* [lock] */
    CK_SESSION_HANDLE idle[GT_POOL_MAX];     /* [lock] */
    size_t n_idle, n_open, max_open;         /* [lock] n_open: idle and lent */
    pthread_cond_t session_back;             /* [lock] */
};

/* Under the lock: all handles of the token are dead. */
void gt_token_forget(gt_token *t);
/* Under the lock, which is given up while waiting; 0: this thread has the turn already. */
int gt_turn_begin(gt_token *t);
void gt_turn_end(gt_token *t);
/* Finds the token's slot again. */
int gt_token_locate(gt_token *t, gt_error *err);

/* URIs as this client reads them (uri.c). */
typedef struct gt_uri {
    P11KitUri *kit; /* without the PIN */
    gt_pin *pin;    /* pin-value; secret; NULL: none */
    const char *pin_source;
    int names_token; /* an attribute of the token or its slot is given */
    CK_OBJECT_CLASS cls;
    const CK_ATTRIBUTE *id, *label; /* NULL: not given */
} gt_uri;

int gt_uri_parse(const char *text, gt_uri *uri, gt_error *err);
void gt_uri_clear(gt_uri *uri);
/* "object=alice, id=01" for messages. */
void gt_uri_describe(const gt_uri *uri, char *out, size_t size);
/* The whole URI names this library. */
int gt_uri_matches_module(const gt_uri *uri, gt_p11 *p, gt_error *err);
/* Undoes %XX in place; 0 if malformed or a NUL comes out. */
int gt_percent_decode(char *s);

/* The tokens that the URI matches (uri NULL: the configured one, else all), in the slots' order;
 * *tokens is to be freed. 0: none, and *err says why. */
size_t gt_tokens_match(gt_p11 *p, const gt_uri *uri, gt_token ***tokens, gt_error *err);

/* ---- sessions (session.c) ------------------------------------------------------------------- */

typedef struct gt_lease {
    gt_token *t;
    const gt_module *m;
    CK_FUNCTION_LIST *f; /* m's */
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE object; /* 0: to be found again */
    unsigned long sessions_gen, objects_gen, epoch;
    int spoilt;    /* an operation is left open in it: do not use it again */
    int reported;  /* the work has filled err itself */
    gt_error *err; /* for the work to fill */
} gt_lease;

/* Lends a session of the token, logged in or not. */
int gt_lease_take(gt_token *t, gt_object *o, gt_lease *lease, gt_error *err);
void gt_lease_give(gt_lease *lease);

typedef CK_RV gt_work_fn(gt_lease *lease, void *arg);

/*
 * Does the work in a session of the pool; with o, on that object, lease->object. When the token or
 * the module has lost its sessions, login or handles, it is put right and the work is done once
 * more. what: for messages. anonymous: the login is not made again if it was lost.
 */
int gt_with_session(gt_token *t, gt_object *o, int anonymous, gt_work_fn *work, void *arg,
                    const char *what, gt_error *err);

/* C_GenerateRandom of one token, without a login. */
int gt_p11_random_of(gt_token *t, uint8_t *out, size_t len, gt_error *err);

/* ---- logging in (login.c, pin.c) ------------------------------------------------------------ */

typedef struct gt_pin_request {
    const gt_uri *uri;       /* NULL: none */
    const gt_prompt *prompt; /* NULL: nobody to ask */
} gt_pin_request;

/* Whether a source other than the prompt names a PIN. */
int gt_pin_offered(const gt_p11 *p, const gt_pin_request *request);

/* Fills pin from the first source that names one; only_prompt: ask or fail. *asked: a person gave
 * it. */
int gt_pin_get(gt_token *t, const gt_pin_request *request, int only_prompt, const char *warning,
               gt_pin *pin, int *asked, gt_error *err);

/* Logs in as the user; at once 1 if that is done already. */
int gt_token_login(gt_token *t, const gt_pin_request *request, gt_error *err);
/* In a session: whether the login that this client made, or found made, is gone: somebody else in
 * the program has logged out. */
int gt_login_vanished(const gt_lease *lease);
/* Looks whether that is so and writes it down. */
int gt_token_check_login(gt_token *t, gt_error *err);
/* For keys with CKA_ALWAYS_AUTHENTICATE, after C_SignInit; fills lease->err on failure. */
CK_RV gt_login_for_operation(gt_lease *lease);

/* ---- objects (object.c, find.c) ------------------------------------------------------------- */

struct gt_object {
    atomic_size_t refs;
    gt_p11 *p; /* a reference */
    gt_token *t;
    CK_OBJECT_CLASS cls;
    CK_KEY_TYPE key_type;
    CK_CERTIFICATE_TYPE cert_type;
    int always_authenticate;
    char *label; /* NUL-terminated, and label_len for labels with a NUL inside */
    size_t label_len;
    uint8_t *id;
    size_t id_len;
    uint8_t *value; /* of certificates and public keys: tells twins apart when found again */
    size_t value_len;
    char *uri;
    CK_OBJECT_HANDLE handle;   /* [lock] */
    unsigned long objects_gen; /* [lock] */
};

/* Every token object that matches: a list that the caller owns. A fault gives 0, and *err; finding
 * nothing is no fault. */
typedef struct gt_object_list {
    gt_object **items;
    size_t n;
} gt_object_list;

int gt_objects_search(gt_token *t, const CK_ATTRIBUTE *want, size_t n_want, gt_object_list *list,
                      gt_error *err);
void gt_object_list_clear(gt_object_list *list);

/* The objects of a class that go with a private key: those with its id, or with its label if it has
 * no id. The list is the caller's, also after a fault. (gost_public.c) */
int gt_object_companions(gt_object *key, CK_OBJECT_CLASS cls, gt_object_list *list, gt_error *err);

/* In a session: the handles that match, up to max (0: all); *handles is to be freed. */
CK_RV gt_find_handles(gt_lease *lease, const CK_ATTRIBUTE *want, size_t n_want, size_t max,
                      CK_OBJECT_HANDLE **handles, size_t *n);
/* In a session: finds the object again and sets lease->object. */
CK_RV gt_object_locate(gt_object *o, gt_lease *lease);

/* "private", "cert", … as in a URI's type; "object" otherwise. */
const char *gt_class_name(CK_OBJECT_CLASS cls);
/* The same for a sentence: "private key", "certificate". */
const char *gt_class_words(CK_OBJECT_CLASS cls);

/* ---- DER (der.c) ---------------------------------------------------------------------------- */

typedef struct gt_der {
    const uint8_t *p;
    size_t len;
} gt_der;

/* Takes the next element off *in if it has this tag: its contents to *out. Strict: definite and
 * shortest lengths only. */
int gt_der_take(gt_der *in, uint8_t tag, gt_der *out);

/* A GOST key inside a SubjectPublicKeyInfo or a certificate: the parameter set's OID (with tag and
 * length) and X | Y. 0: not DER or not such a key. */
int gt_der_gost_spki(gt_der spki, gt_der *params, gt_der *xy);
int gt_der_gost_certificate(gt_der cert, gt_der *params, gt_der *xy);

/* The SubjectPublicKeyInfo in a certificate, with tag and length. */
int gt_der_certificate_spki(gt_der cert, gt_der *spki);

#endif
