/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill -9 at random moments of a process that creates objects, changes their values, generates
 * keys, changes PINs, formats, or signs with the journal on. Afterwards a fresh process opens the
 * token: every change that was acknowledged is there, nothing is half made, one of the old and the
 * new PIN works, and the journal's chain is whole.
 *
 *     kill MODULE [ROUNDS]         rounds of each kind (default 6, or $GOSTTOKEN_BIG)
 */
#include "tests/fault/harm.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gost/streebog.h"

/* Shared with the process that is killed: what it has been told is done, and what it has begun. */
static struct progress {
    volatile unsigned done, begun;
    volatile unsigned char sure[65536]; /* by number: acknowledged */
} * said;

static CK_SESSION_HANDLE s;

static void acknowledge(unsigned number)
{
    said->sure[number % sizeof said->sure] = 1;
    said->done = number;
}

static void enter(void)
{
    NEED(F->C_Initialize(NULL));
    s = harm_session();
    harm_login(s);
}

/* ---- objects -------------------------------------------------------------------------------- */

static CK_ULONG value_of(unsigned number, CK_BYTE value[4000])
{
    for (unsigned i = 0; i < 4000; i++)
        value[i] = (CK_BYTE)(number * 37 + i * 11 + (i >> 7));
    memcpy(value, &number, sizeof number);
    return 200 + number * 97 % 3800;
}

static void create(void)
{
    CK_OBJECT_CLASS class = CKO_DATA;
    CK_BYTE value[4000];
    char label[16];
    CK_ATTRIBUTE t[] = {{CKA_CLASS, &class, sizeof class},
                        {CKA_TOKEN, &yes, sizeof yes},
                        {CKA_PRIVATE, &yes, sizeof yes},
                        {CKA_LABEL, label, 0},
                        {CKA_VALUE, value, 0}};
    CK_OBJECT_HANDLE o;

    enter();
    for (;;) {
        unsigned number = ++said->begun;

        (void)snprintf(label, sizeof label, "c%u", number);
        t[3].ulValueLen = strlen(label);
        t[4].ulValueLen = value_of(number, value);
        NEED(F->C_CreateObject(s, t, COUNT(t), &o));
        acknowledge(number);
    }
}

/* The object of that label is there with its value: 1; not at all: 0. */
static int is_there(CK_OBJECT_CLASS class, const char *label, unsigned number)
{
    CK_BYTE want[4000], got[4000];
    CK_ATTRIBUTE t[] = {{CKA_CLASS, &class, sizeof class},
                        {CKA_LABEL, (void *)(uintptr_t)label, strlen(label)}};
    CK_ATTRIBUTE a = {CKA_VALUE, got, sizeof got};
    CK_OBJECT_HANDLE o[2];
    CK_ULONG n = 0;

    NEED(F->C_FindObjectsInit(s, t, 2));
    NEED(F->C_FindObjects(s, o, 2, &n));
    NEED(F->C_FindObjectsFinal(s));
    if (n == 2)
        die("%s is there twice", label);
    if (n == 1 && class == CKO_DATA) {
        NEED(F->C_GetAttributeValue(s, o[0], &a, 1));
        if (a.ulValueLen != value_of(number, want) || memcmp(got, want, a.ulValueLen) != 0)
            die("%s has another value", label);
    }
    return n == 1;
}

static void check_create(void)
{
    char label[16];

    enter();
    for (unsigned i = 1; i <= said->begun; i++) {
        (void)snprintf(label, sizeof label, "c%u", i);
        if (!is_there(CKO_DATA, label, i) && said->sure[i])
            die("%s was acknowledged and is not there", label);
    }
}

/* The value of one object, again and again. */
static void change(void)
{
    CK_BYTE value[4000];
    CK_ATTRIBUTE a = {CKA_VALUE, value, 0};

    enter();
    for (;;) {
        unsigned number = ++said->begun;

        a.ulValueLen = value_of(number, value);
        NEED(F->C_SetAttributeValue(s, harm_find(s, CKO_DATA, "o4"), &a, 1));
        acknowledge(number);
    }
}

static void check_change(void)
{
    CK_BYTE want[4000], got[9000];
    CK_ATTRIBUTE a = {CKA_VALUE, got, sizeof got};

    enter();
    NEED(F->C_GetAttributeValue(s, harm_find(s, CKO_DATA, "o4"), &a, 1));
    for (unsigned i = said->done; i <= said->begun; i++)
        if (i == 0 || (a.ulValueLen == value_of(i, want) && memcmp(got, want, a.ulValueLen) == 0))
            return;
    die("the value is neither of %u nor of %u", said->done, said->begun);
}

static void generate(void)
{
    static CK_BYTE curve[] = {6, 7, 0x2A, 0x85, 3, 2, 2, 35, 1};
    CK_MECHANISM m = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    char label[16];
    CK_ATTRIBUTE pub[] = {{CKA_TOKEN, &yes, sizeof yes},
                          {CKA_LABEL, label, 0},
                          {CKA_GOSTR3410_PARAMS, curve, sizeof curve}};
    CK_ATTRIBUTE priv[] = {{CKA_TOKEN, &yes, sizeof yes}, {CKA_LABEL, label, 0}};
    CK_OBJECT_HANDLE a, b;

    enter();
    for (;;) {
        unsigned number = ++said->begun;

        (void)snprintf(label, sizeof label, "k%u", number);
        pub[1].ulValueLen = priv[1].ulValueLen = strlen(label);
        NEED(F->C_GenerateKeyPair(s, &m, pub, 3, priv, 2, &a, &b));
        acknowledge(number);
    }
}

static void sign_and_verify(const char *label)
{
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_BYTE digest[32] = {1}, sig[64];
    CK_ULONG n = sizeof sig;

    NEED(F->C_SignInit(s, &m, harm_find(s, CKO_PRIVATE_KEY, label)));
    NEED(F->C_Sign(s, digest, sizeof digest, sig, &n));
    NEED(F->C_VerifyInit(s, &m, harm_find(s, CKO_PUBLIC_KEY, label)));
    NEED(F->C_Verify(s, digest, sizeof digest, sig, n));
}

static void check_generate(void)
{
    char label[16];

    enter();
    for (unsigned i = 1; i <= said->begun; i++) {
        int there;

        (void)snprintf(label, sizeof label, "k%u", i);
        there = is_there(CKO_PRIVATE_KEY, label, i);
        if (there != is_there(CKO_PUBLIC_KEY, label, i))
            die("half of %s is there", label);
        if (there)
            sign_and_verify(label);
        else if (said->sure[i])
            die("%s was acknowledged and is not there", label);
    }
}

/* ---- PINs and formats ----------------------------------------------------------------------- */

static const char *const pins[2] = {USER_PIN, PIN_2};
static const char *const so_pins[2] = {SO_PIN, PIN_2};

/* The PIN of an even number is the first. What was begun after the last one that is known to be
 * done may have been done: bits of what there may be. */
static unsigned likely(void)
{
    return said->begun != said->done ? 3 : 1u << (said->done % 2);
}

static void change_pin(void)
{
    enter();
    for (;;) {
        unsigned number = ++said->begun;

        NEED(F->C_SetPIN(s, NULL, 0, TEXT(pins[number % 2])));
        acknowledge(number);
    }
}

static void check_pin(void)
{
    unsigned can = likely();

    NEED(F->C_Initialize(NULL));
    s = harm_session();
    for (unsigned i = 0; i < 2; i++)
        if (F->C_Login(s, CKU_USER, TEXT(pins[i])) == CKR_OK && (can & (1u << i)) != 0)
            return;
    die("neither PIN, or an old one, works");
}

static void format(void)
{
    NEED(F->C_Initialize(NULL));
    for (;;) {
        unsigned number = ++said->begun;
        const char *user = pins[number % 2], *so = so_pins[number % 2];
        CK_RUTOKEN_INIT_PARAM p = {
            .ulSizeofThisStructure = sizeof p,
            .pNewAdminPin = (CK_BYTE *)(uintptr_t)so,
            .ulNewAdminPinLen = strlen(so),
            .pNewUserPin = (CK_BYTE *)(uintptr_t)user,
            .ulNewUserPinLen = strlen(user),
            .ChangeUserPINPolicy = 3,
            .ulMinAdminPinLen = 6,
            .ulMinUserPinLen = 6,
            .ulMaxAdminRetryCount = 10,
            .ulMaxUserRetryCount = 10,
        };

        if (X->C_EX_InitToken(0, TEXT(so_pins[1 - number % 2]), &p) != CKR_OK)
            NEED(X->C_EX_InitToken(0, TEXT(so_pins[number % 2]), &p));
        acknowledge(number);
    }
}

/* Both PINs are of one format; so is what is on the token: nothing, once it was formatted. */
static void check_format(void)
{
    CK_OBJECT_HANDLE o[100];
    CK_ULONG n = 0;
    unsigned i;

    NEED(F->C_Initialize(NULL));
    s = harm_session();
    for (i = 0; i < 2 && F->C_Login(s, CKU_SO, TEXT(so_pins[i])) != CKR_OK; i++)
        continue;
    if (i == 2)
        die("neither PIN of the SO works");
    NEED(F->C_Logout(s));
    NEED(F->C_Login(s, CKU_USER, TEXT(pins[i])));
    if ((likely() & (1u << i)) == 0)
        die("an old format");
    NEED(F->C_FindObjectsInit(s, NULL, 0));
    NEED(F->C_FindObjects(s, o, COUNT(o), &n));
    if (said->done > 0 ? n != 1 : n != 1 && n != OBJECTS + 1) /* with the device's own */
        die("%lu objects", n);
}

/* ---- the journal ---------------------------------------------------------------------------- */

static void sign(void)
{
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_BYTE digest[32] = {1}, sig[64];

    enter();
    for (;;) {
        CK_OBJECT_HANDLE key = harm_find(s, CKO_PRIVATE_KEY, "o0");

        for (unsigned i = 0; i < 20; i++) {
            CK_ULONG n = sizeof sig;

            said->begun++;
            NEED(F->C_SignInit(s, &m, key));
            NEED(F->C_Sign(s, digest, sizeof digest, sig, &n));
            said->done++;
        }
        NEED(F->C_Logout(s)); /* what was kept in memory is written */
        harm_login(s);
    }
}

static void unhex(const char *hex, uint8_t out[32])
{
    for (unsigned i = 0; i < 32; i++) {
        unsigned v;

        if (sscanf(hex + 2 * i, "%2x", &v) != 1)
            die("the journal: no hash");
        out[i] = (uint8_t)v;
    }
}

/* As vault.h says: each line's hash is Streebog of the one before and of the line up to it. */
static void check_journal(void)
{
    CK_ULONG len = 0;
    char *text, *line, *end, *mark;
    uint8_t link[32], stated[32];
    gost_streebog h;
    unsigned lines = 0;

    enter();
    NEED(X->C_EX_GetJournal(0, NULL, &len));
    len += 65536;
    text = malloc(len + 1);
    if (text == NULL)
        die("no memory");
    NEED(X->C_EX_GetJournal(0, (CK_BYTE *)text, &len));
    text[len] = 0;
    if (strstr(text, "journal-altered") != NULL || strstr(text, "journal-anchor") != NULL)
        die("the journal says that it was altered");
    mark = strstr(text, "\"base\":\"");
    if (mark == NULL)
        die("the journal: no base");
    unhex(mark + 8, link);
    for (line = strchr(text, '\n'); line != NULL && *++line != 0; line = end) {
        end = strchr(line, '\n');
        mark = strstr(line, ",\"hash\":\"");
        if (mark == NULL || (end != NULL && mark > end))
            die("the journal: a line without a hash");
        unhex(mark + 9, stated);
        gost_streebog_init(&h, 256);
        gost_streebog_update(&h, link, sizeof link);
        gost_streebog_update(&h, line, (size_t)(mark - line));
        gost_streebog_final(&h, link);
        if (memcmp(link, stated, sizeof link) != 0)
            die("the journal's chain is broken in line %u", lines);
        lines++;
    }
    if (lines < 3)
        die("the journal has %u lines", lines);
    free(text);
}

/* ---- rounds --------------------------------------------------------------------------------- */

static const struct kind {
    const char *name;
    void (*work)(void), (*check)(void);
} kinds[] = {
    {"creating objects", create, check_create},    {"changing a value", change, check_change},
    {"generating keys", generate, check_generate}, {"changing the PIN", change_pin, check_pin},
    {"formatting", format, check_format},          {"signing, with a journal", sign, check_journal},
};

static int aside(void (*f)(void), long kill_after_us)
{
    const struct timespec t = {kill_after_us / 1000000, kill_after_us % 1000000 * 1000};
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        (void)alarm(120);
        f();
        (void)F->C_Finalize(NULL);
        _exit(0);
    }
    if (kill_after_us > 0) {
        (void)nanosleep(&t, NULL);
        (void)kill(pid, SIGKILL);
    }
    if (waitpid(pid, &status, 0) != pid)
        return 0;
    return kill_after_us > 0 ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL : status == 0;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : harm_rounds(6), wrong = 0;

    if (argc < 2)
        return 2;
    said = mmap(NULL, sizeof *said, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (said == MAP_FAILED)
        return 2;
    srandom(11);
    harm_start(argv[1], "journal = all");
    for (unsigned k = 0; k < COUNT(kinds); k++) {
        unsigned bad = 0, done = 0, left = 0;

        for (unsigned r = 0; r < rounds; r++) {
            if (r % 20 == 0) {
                harm_restore();
                done += said->done;
                memset((void *)said, 0, sizeof *said);
            }
            if (!aside(kinds[k].work, 3000 + random() % 90000)) {
                fprintf(stderr, "%s, round %u: it ended by itself\n", kinds[k].name, r);
                bad++;
            }
            if (!aside(kinds[k].check, 0)) {
                fprintf(stderr, "%s, round %u: %u done, %u begun\n", kinds[k].name, r, said->done,
                        said->begun);
                bad++;
            }
            left += said->begun != said->done;
            said->begun = said->done > said->begun ? said->done : said->begun;
        }
        done += said->done;
        memset((void *)said, 0, sizeof *said);
        printf("%-24s killed %u times, %u of them in the middle; %u done; %u wrong\n",
               kinds[k].name, rounds, left, done, bad);
        wrong += bad;
    }
    harm_end();
    return wrong != 0;
}
