/* SPDX-License-Identifier: Apache-2.0 */
/* Results of PKCS #11 as errors that a person can read. */
#include "p11/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* PKCS #11 2.40 and 3.x, and the Rutoken extension's own; by number. The numbers stand here and not
 * the macros: p11-kit's header has some of them wrong (0x1B5 to 0x1B9 in the standard). */
static const struct rv_name {
    CK_RV rv;
    const char *name;
} names[] = {
    {0x00, "CKR_OK"},
    {0x01, "CKR_CANCEL"},
    {0x02, "CKR_HOST_MEMORY"},
    {0x03, "CKR_SLOT_ID_INVALID"},
    {0x05, "CKR_GENERAL_ERROR"},
    {0x06, "CKR_FUNCTION_FAILED"},
    {0x07, "CKR_ARGUMENTS_BAD"},
    {0x08, "CKR_NO_EVENT"},
    {0x09, "CKR_NEED_TO_CREATE_THREADS"},
    {0x0A, "CKR_CANT_LOCK"},
    {0x10, "CKR_ATTRIBUTE_READ_ONLY"},
    {0x11, "CKR_ATTRIBUTE_SENSITIVE"},
    {0x12, "CKR_ATTRIBUTE_TYPE_INVALID"},
    {0x13, "CKR_ATTRIBUTE_VALUE_INVALID"},
    {0x1B, "CKR_ACTION_PROHIBITED"},
    {0x20, "CKR_DATA_INVALID"},
    {0x21, "CKR_DATA_LEN_RANGE"},
    {0x30, "CKR_DEVICE_ERROR"},
    {0x31, "CKR_DEVICE_MEMORY"},
    {0x32, "CKR_DEVICE_REMOVED"},
    {0x40, "CKR_ENCRYPTED_DATA_INVALID"},
    {0x41, "CKR_ENCRYPTED_DATA_LEN_RANGE"},
    {0x42, "CKR_AEAD_DECRYPT_FAILED"},
    {0x50, "CKR_FUNCTION_CANCELED"},
    {0x51, "CKR_FUNCTION_NOT_PARALLEL"},
    {0x54, "CKR_FUNCTION_NOT_SUPPORTED"},
    {0x60, "CKR_KEY_HANDLE_INVALID"},
    {0x62, "CKR_KEY_SIZE_RANGE"},
    {0x63, "CKR_KEY_TYPE_INCONSISTENT"},
    {0x64, "CKR_KEY_NOT_NEEDED"},
    {0x65, "CKR_KEY_CHANGED"},
    {0x66, "CKR_KEY_NEEDED"},
    {0x67, "CKR_KEY_INDIGESTIBLE"},
    {0x68, "CKR_KEY_FUNCTION_NOT_PERMITTED"},
    {0x69, "CKR_KEY_NOT_WRAPPABLE"},
    {0x6A, "CKR_KEY_UNEXTRACTABLE"},
    {0x70, "CKR_MECHANISM_INVALID"},
    {0x71, "CKR_MECHANISM_PARAM_INVALID"},
    {0x82, "CKR_OBJECT_HANDLE_INVALID"},
    {0x90, "CKR_OPERATION_ACTIVE"},
    {0x91, "CKR_OPERATION_NOT_INITIALIZED"},
    {0xA0, "CKR_PIN_INCORRECT"},
    {0xA1, "CKR_PIN_INVALID"},
    {0xA2, "CKR_PIN_LEN_RANGE"},
    {0xA3, "CKR_PIN_EXPIRED"},
    {0xA4, "CKR_PIN_LOCKED"},
    {0xB0, "CKR_SESSION_CLOSED"},
    {0xB1, "CKR_SESSION_COUNT"},
    {0xB3, "CKR_SESSION_HANDLE_INVALID"},
    {0xB4, "CKR_SESSION_PARALLEL_NOT_SUPPORTED"},
    {0xB5, "CKR_SESSION_READ_ONLY"},
    {0xB6, "CKR_SESSION_EXISTS"},
    {0xB7, "CKR_SESSION_READ_ONLY_EXISTS"},
    {0xB8, "CKR_SESSION_READ_WRITE_SO_EXISTS"},
    {0xC0, "CKR_SIGNATURE_INVALID"},
    {0xC1, "CKR_SIGNATURE_LEN_RANGE"},
    {0xD0, "CKR_TEMPLATE_INCOMPLETE"},
    {0xD1, "CKR_TEMPLATE_INCONSISTENT"},
    {0xE0, "CKR_TOKEN_NOT_PRESENT"},
    {0xE1, "CKR_TOKEN_NOT_RECOGNIZED"},
    {0xE2, "CKR_TOKEN_WRITE_PROTECTED"},
    {0xF0, "CKR_UNWRAPPING_KEY_HANDLE_INVALID"},
    {0xF1, "CKR_UNWRAPPING_KEY_SIZE_RANGE"},
    {0xF2, "CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT"},
    {0x100, "CKR_USER_ALREADY_LOGGED_IN"},
    {0x101, "CKR_USER_NOT_LOGGED_IN"},
    {0x102, "CKR_USER_PIN_NOT_INITIALIZED"},
    {0x103, "CKR_USER_TYPE_INVALID"},
    {0x104, "CKR_USER_ANOTHER_ALREADY_LOGGED_IN"},
    {0x105, "CKR_USER_TOO_MANY_TYPES"},
    {0x110, "CKR_WRAPPED_KEY_INVALID"},
    {0x112, "CKR_WRAPPED_KEY_LEN_RANGE"},
    {0x113, "CKR_WRAPPING_KEY_HANDLE_INVALID"},
    {0x114, "CKR_WRAPPING_KEY_SIZE_RANGE"},
    {0x115, "CKR_WRAPPING_KEY_TYPE_INCONSISTENT"},
    {0x120, "CKR_RANDOM_SEED_NOT_SUPPORTED"},
    {0x121, "CKR_RANDOM_NO_RNG"},
    {0x130, "CKR_DOMAIN_PARAMS_INVALID"},
    {0x140, "CKR_CURVE_NOT_SUPPORTED"},
    {0x150, "CKR_BUFFER_TOO_SMALL"},
    {0x160, "CKR_SAVED_STATE_INVALID"},
    {0x170, "CKR_INFORMATION_SENSITIVE"},
    {0x180, "CKR_STATE_UNSAVEABLE"},
    {0x190, "CKR_CRYPTOKI_NOT_INITIALIZED"},
    {0x191, "CKR_CRYPTOKI_ALREADY_INITIALIZED"},
    {0x1A0, "CKR_MUTEX_BAD"},
    {0x1A1, "CKR_MUTEX_NOT_LOCKED"},
    {0x1B0, "CKR_NEW_PIN_MODE"},
    {0x1B1, "CKR_NEXT_OTP"},
    {0x1B5, "CKR_EXCEEDED_MAX_ITERATIONS"},
    {0x1B6, "CKR_FIPS_SELF_TEST_FAILED"},
    {0x1B7, "CKR_LIBRARY_LOAD_FAILED"},
    {0x1B8, "CKR_PIN_TOO_WEAK"},
    {0x1B9, "CKR_PUBLIC_KEY_INVALID"},
    {0x200, "CKR_FUNCTION_REJECTED"},
    {0x201, "CKR_TOKEN_RESOURCE_EXCEEDED"},
    {0x202, "CKR_OPERATION_CANCEL_FAILED"},
    {0x203, "CKR_KEY_EXHAUSTED"},
    {0x80000001, "CKR_CORRUPTED_MAPFILE"},
    {0x80000002, "CKR_WRONG_VERSION_FIELD"},
    {0x80000003, "CKR_WRONG_PKCS1_ENCODING"},
    {0x80000004, "CKR_RTPKCS11_DATA_CORRUPTED"},
    {0x80000005, "CKR_RTPKCS11_RSF_DATA_CORRUPTED"},
    {0x80000006, "CKR_SM_PASSWORD_INVALID"},
    {0x80000007, "CKR_LICENSE_READ_ONLY"},
    {0x80000008, "CKR_VENDOR_EMITENT_KEY_BLOCKED"},
    {0x80000009, "CKR_CERT_CHAIN_NOT_VERIFIED"},
    {0x8000000A, "CKR_INAPPROPRIATE_PIN"},
    {0x8000000B, "CKR_PIN_IN_HISTORY"},
};

/* What a result means for the caller; anything else is GT_TOKEN_ERROR. */
static const struct rv_meaning {
    CK_RV rv;
    gt_reason reason;
    const char *advice;
} meanings[] = {
    {CKR_HOST_MEMORY, GT_NO_MEMORY, "out of memory"},
    {CKR_PIN_INCORRECT, GT_PIN_WRONG, "the PIN is wrong"},
    {CKR_PIN_INVALID, GT_PIN_WRONG, "the PIN has characters that the token does not take"},
    {CKR_PIN_LEN_RANGE, GT_PIN_WRONG, "the PIN is too short or too long for the token"},
    {CKR_PIN_EXPIRED, GT_PIN_WRONG, "the PIN has expired and must be changed"},
    {CKR_PIN_LOCKED, GT_PIN_LOCKED, "the PIN is locked; the administrator can unlock it"},
    {CKR_USER_PIN_NOT_INITIALIZED, GT_PIN_NEEDED,
     "the token has no user PIN yet; the administrator can set one"},
    {CKR_USER_NOT_LOGGED_IN, GT_PIN_NEEDED,
     "a login is needed; give a PIN in the URI, the configuration or $GOSTTOKEN_PIN"},
    {CKR_USER_ANOTHER_ALREADY_LOGGED_IN, GT_TOKEN_ERROR,
     "this program is logged in as the administrator"},
    {CKR_SESSION_READ_WRITE_SO_EXISTS, GT_TOKEN_ERROR,
     "this program is logged in as the administrator"},
    {CKR_SESSION_COUNT, GT_TOKEN_ERROR, "the token has no session left"},
    {CKR_DEVICE_REMOVED, GT_TOKEN_GONE, "the token was removed"},
    {CKR_TOKEN_NOT_PRESENT, GT_TOKEN_GONE, "the token was removed"},
    {CKR_SLOT_ID_INVALID, GT_TOKEN_GONE, "the slot is gone"},
    {CKR_SESSION_HANDLE_INVALID, GT_TOKEN_GONE, "the session was closed by somebody else"},
    {CKR_SESSION_CLOSED, GT_TOKEN_GONE, "the session was closed by somebody else"},
    {CKR_MECHANISM_INVALID, GT_TOKEN_ERROR, "the token cannot do this operation"},
    {CKR_MECHANISM_PARAM_INVALID, GT_TOKEN_ERROR, "the token cannot do it with these parameters"},
    {CKR_KEY_TYPE_INCONSISTENT, GT_KEY_TYPE, "the key is of another type"},
    {CKR_KEY_FUNCTION_NOT_PERMITTED, GT_TOKEN_ERROR, "the key may not be used for this"},
    {CKR_ATTRIBUTE_SENSITIVE, GT_TOKEN_ERROR, "the token never gives this value out"},
    {CKR_ATTRIBUTE_TYPE_INVALID, GT_TOKEN_ERROR, "the object has no such attribute"},
    {CKR_BUFFER_TOO_SMALL, GT_TOKEN_ERROR, "the caller's buffer is too small"},
};

/* What our own token says when its store fails. Of another module these tell of hardware. */
static const struct rv_meaning store[] = {
    {CKR_DEVICE_ERROR, GT_STORE, "the token store cannot be read or written"},
    {CKR_DEVICE_MEMORY, GT_STORE, "the token store cannot grow: the disk or a quota is full"},
    {CKR_TOKEN_WRITE_PROTECTED, GT_STORE, "the token store is not writable"},
    {CKR_TOKEN_NOT_RECOGNIZED, GT_STORE, "the token store cannot be read"},
};

const char *gt_rv_name(CK_RV rv)
{
    static _Thread_local char number[2 + 2 * sizeof(CK_RV) + 1];
    size_t low = 0, high = sizeof(names) / sizeof(names[0]);

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (names[mid].rv == rv)
            return names[mid].name;
        if (names[mid].rv < rv)
            low = mid + 1;
        else
            high = mid;
    }
    (void)snprintf(number, sizeof(number), "0x%08lX", rv);
    return number;
}

/* Labels come from tokens: no control characters on a terminal, no half of a UTF-8 character. */
static void tidy(char *text)
{
    size_t n = strlen(text), tail = n;

    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            text[i] = '?';
    while (tail > 0 && n - tail < 4 && ((unsigned char)text[tail - 1] & 0xC0) == 0x80)
        tail--;
    if (tail > 0 && (unsigned char)text[tail - 1] >= 0xC0) {
        unsigned char lead = (unsigned char)text[tail - 1];
        size_t whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;

        if (n - (tail - 1) < whole)
            text[tail - 1] = '\0';
    }
}

int gt_fail(gt_error *err, gt_reason reason, CK_RV rv, const char *format, ...)
{
    va_list args;

    err->reason = reason;
    err->rv = rv;
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    tidy(err->text);
    return 0;
}

static const struct rv_meaning *look_up(const struct rv_meaning *table, size_t n, CK_RV rv)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].rv == rv)
            return &table[i];
    return NULL;
}

int gt_is_store_result(const gt_p11 *p, CK_RV rv)
{
    return p->ours && look_up(store, sizeof(store) / sizeof(store[0]), rv) != NULL;
}

int gt_fail_rv(gt_error *err, const gt_p11 *p, const gt_token *t, CK_RV rv, const char *what)
{
    const struct rv_meaning *m = look_up(meanings, sizeof(meanings) / sizeof(meanings[0]), rv);
    const char *on = t != NULL ? " on token \"" : "", *off = t != NULL ? "\"" : "";
    const char *label = t != NULL ? t->label : "";

    if (m == NULL && p->ours) {
        m = look_up(store, sizeof(store) / sizeof(store[0]), rv);
        if (m != NULL && p->module != NULL && p->module->error_text != NULL)
            return gt_fail(err, m->reason, rv, "%s (%s from %s%s%s%s): %s", m->advice,
                           gt_rv_name(rv), what, on, label, off, p->module->error_text());
        if (m != NULL)
            return gt_fail(err, m->reason, rv,
                           "%s (%s from %s%s%s%s): check $GOSTTOKEN_DIR, its owner, permissions "
                           "and free space",
                           m->advice, gt_rv_name(rv), what, on, label, off);
    }
    if (m == NULL)
        return gt_fail(err, GT_TOKEN_ERROR, rv, "%s failed%s%s%s: %s", what, on, label, off,
                       gt_rv_name(rv));
    return gt_fail(err, m->reason, rv, "%s (%s from %s%s%s%s)", m->advice, gt_rv_name(rv), what, on,
                   label, off);
}

int gt_error_is_unsupported(const gt_error *err)
{
    static const CK_RV results[] = {
        CKR_MECHANISM_INVALID,         CKR_MECHANISM_PARAM_INVALID,
        CKR_FUNCTION_NOT_SUPPORTED,    CKR_ARGUMENTS_BAD,
        CKR_ATTRIBUTE_TYPE_INVALID,    CKR_ATTRIBUTE_VALUE_INVALID,
        CKR_ATTRIBUTE_READ_ONLY,       CKR_TEMPLATE_INCOMPLETE,
        CKR_TEMPLATE_INCONSISTENT,     CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT,
        CKR_UNWRAPPING_KEY_SIZE_RANGE,
    };

    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
        if (err->rv == results[i])
            return 1;
    return 0;
}
