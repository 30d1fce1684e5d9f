/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of tokens: see <gosttoken/backup.h>. */
#include "token/log.h"
#include "token/session.h"
#include "token/slot.h"
#include "token/vault/backup.h"

#include <gosttoken/backup.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

_Static_assert(GOSTTOKEN_BACKUP_ID == VAULT_COPY_ID, "one length of a copy's id");

/* The structure as it was at first. */
#define SIZE_1 offsetof(gosttoken_backup_info, kept)

static CK_RV judge(const CK_UTF8CHAR *passphrase, const gosttoken_backup_info *info)
{
    if (passphrase == NULL || info == NULL)
        return CKR_ARGUMENTS_BAD;
    return info->size < SIZE_1 ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

static void tell(const vault_copy *copy, gosttoken_backup_info *out)
{
    gosttoken_backup_info info;

    memset(&info, 0, sizeof info);
    info.size = out->size < sizeof info ? out->size : sizeof info;
    memcpy(info.label, copy->label, sizeof info.label);
    memcpy(info.serial, copy->serial, sizeof info.serial);
    memcpy(info.id, copy->id, sizeof info.id);
    info.slot = (CK_SLOT_ID)copy->slot;
    info.time = (CK_ULONG)copy->time;
    info.objects = (CK_ULONG)copy->objects;
    info.bytes = (CK_ULONG)copy->bytes;
    info.replaced = copy->replaced != 0;
    if (copy->kept[0] != '\0')
        (void)snprintf(info.kept, sizeof info.kept, "%s/%s", vault_dir(tok.vault), copy->kept);
    memcpy(out, &info, info.size);
}

CK_RV gosttoken_backup(CK_SESSION_HANDLE session, int fd, const CK_UTF8CHAR *passphrase,
                       CK_ULONG passphrase_len, gosttoken_backup_info *info)
{
    tok_card *card = NULL;
    vault_copy copy;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = judge(passphrase, info);
    if (rv == CKR_OK)
        rv = tok_slot_card(s->slot, &card);
    if (rv == CKR_OK && card == NULL) /* a factory token: there is nothing yet */
        rv = CKR_USER_NOT_LOGGED_IN;
    if (rv == CKR_OK)
        rv = tok_slot_result(
            s->slot, "gosttoken_backup",
            vault_backup(card->vt, s->slot->id, fd, passphrase, passphrase_len, &copy));
    if (rv == CKR_OK)
        tell(&copy, info);
    tok_card_free(card);
    return tok_session_leave(s, rv);
}

CK_RV gosttoken_backup_check(int fd, const CK_UTF8CHAR *passphrase, CK_ULONG passphrase_len,
                             gosttoken_backup_info *info)
{
    vault_copy copy;
    CK_RV rv = tok_enter();

    if (rv != CKR_OK)
        return rv;
    rv = judge(passphrase, info);
    if (rv == CKR_OK)
        rv = vault_backup_check(fd, passphrase, passphrase_len, &copy);
    if (rv == CKR_OK)
        tell(&copy, info);
    tok_leave();
    return rv;
}

/* Sessions of this process with any token: which one is to be replaced is not known yet. (One that
 * is opened meanwhile finds its token removed, as those of other processes do.) */
static CK_RV all_idle(void)
{
    tok_slot_kind kind;
    CK_RV rv = CKR_OK;

    (void)pthread_mutex_lock(&tok.slots_lock);
    for (size_t i = 0; rv == CKR_OK && i < tok.slots_n; i++)
        rv = tok_slot_idle(tok.slots[i], &kind);
    (void)pthread_mutex_unlock(&tok.slots_lock);
    return rv;
}

static CK_RV restore(const gosttoken_restore_request *r, gosttoken_backup_info *info)
{
    const vault_restore request = {
        .fd = r->fd,
        .passphrase = r->passphrase,
        .passphrase_len = r->passphrase_len,
        .user = r->user,
        .pin = r->pin,
        .pin_len = r->pin_len,
        .any_slot = r->slot == GOSTTOKEN_SLOT_ANY,
        .slot = r->slot,
        .replace = r->replace,
    };
    vault_copy copy;
    tok_slot *slot;
    CK_RV rv = all_idle();

    if (rv == CKR_OK)
        rv = tok_vault_result("gosttoken_restore", vault_restore_copy(tok.vault, &request, &copy));
    if (rv != CKR_OK)
        return rv;
    tell(&copy, info);
    (void)tok_slots_refresh();
    if (tok_slot_find(info->slot, &slot) == CKR_OK) {
        (void)pthread_mutex_lock(&slot->admin);
        tok_slot_close_card(slot);
        (void)pthread_mutex_unlock(&slot->admin);
    }
    return CKR_OK;
}

CK_RV gosttoken_restore(const gosttoken_restore_request *r, gosttoken_backup_info *info)
{
    CK_RV rv = tok_enter();

    if (rv != CKR_OK)
        return rv;
    if (r == NULL || r->size < sizeof *r)
        rv = CKR_ARGUMENTS_BAD;
    else
        rv = judge(r->passphrase, info);
    if (rv == CKR_OK && (r->pin == NULL || (r->user != CKU_USER && r->user != CKU_SO)))
        rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        rv = restore(r, info);
    tok_leave();
    return rv;
}
