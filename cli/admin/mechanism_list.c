/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/mechanism_list.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/admin/mechanism_list.h"
#include <gosttoken/pkcs11-3.h>

static const struct {
    CK_FLAGS flag;
    const char *word;
} abilities[] = {
    {CKF_ENCRYPT, "encrypt"},
    {CKF_DECRYPT, "decrypt"},
    {CKF_DIGEST, "digest"},
    {CKF_SIGN, "sign"},
    {CKF_SIGN_RECOVER, "sign-recover"},
    {CKF_VERIFY, "verify"},
    {CKF_VERIFY_RECOVER, "verify-recover"},
    {CKF_GENERATE, "generate"},
    {CKF_GENERATE_KEY_PAIR, "generate-key-pair"},
    {CKF_WRAP, "wrap"},
    {CKF_UNWRAP, "unwrap"},
    {CKF_DERIVE, "derive"},
};
#define ABILITIES (sizeof(abilities) / sizeof(*abilities))

static int by_number(const void *a, const void *b)
{
    CK_MECHANISM_TYPE x = ((const cli_mechanism *)a)->type, y = ((const cli_mechanism *)b)->type;

    return (x > y) - (x < y);
}

CK_RV cli_mechanisms_read(cli *c, CK_SLOT_ID slot, cli_mechanisms *m)
{
    CK_MECHANISM_TYPE *types = NULL;
    CK_ULONG n = 0;
    CK_RV rv = c->fn->C_GetMechanismList(slot, NULL, &n);

    if (rv == CKR_OK) {
        types = cli_alloc((n + 1) * sizeof(*types));
        rv = c->fn->C_GetMechanismList(slot, types, &n);
    }
    if (rv != CKR_OK) {
        free(types);
        return rv;
    }
    m->at = cli_alloc((n + 1) * sizeof(*m->at));
    for (CK_ULONG i = 0; i < n; i++) {
        m->at[m->n].type = types[i];
        if (c->fn->C_GetMechanismInfo(slot, types[i], &m->at[m->n].info) == CKR_OK)
            m->n++;
    }
    free(types);
    qsort(m->at, m->n, sizeof(*m->at), by_number);
    return CKR_OK;
}

void cli_mechanisms_free(cli_mechanisms *m)
{
    free(m->at);
    memset(m, 0, sizeof(*m));
}

/* Of "no key size" there are several spellings. */
static int has_sizes(const CK_MECHANISM_INFO *info)
{
    return info->ulMaxKeySize != 0 && info->ulMaxKeySize != CK_UNAVAILABLE_INFORMATION &&
           info->ulMinKeySize != CK_UNAVAILABLE_INFORMATION;
}

static void print_one(const cli_mechanism *m)
{
    char number[20], sizes[48] = "-";
    const char *between = "";

    if (has_sizes(&m->info) && m->info.ulMinKeySize == m->info.ulMaxKeySize)
        snprintf(sizes, sizeof(sizes), "%lu", m->info.ulMinKeySize);
    else if (has_sizes(&m->info))
        snprintf(sizes, sizeof(sizes), "%lu-%lu", m->info.ulMinKeySize, m->info.ulMaxKeySize);
    printf("  %-34s %-12s ", cli_mechanism_name(m->type, number), sizes);
    for (size_t i = 0; i < ABILITIES; i++) {
        if (!(m->info.flags & abilities[i].flag))
            continue;
        printf("%s%s", between, abilities[i].word);
        between = " ";
    }
    putchar('\n');
}

void cli_mechanisms_print(const cli_mechanisms *m)
{
    if (!m->at)
        return;
    puts(_("Mechanisms, their key sizes as the token counts them, and what they do:"));
    for (size_t i = 0; i < m->n; i++)
        print_one(&m->at[i]);
}

cJSON *cli_json_of_mechanisms(const cli_mechanisms *m)
{
    cJSON *all = cli_json_array();

    for (size_t i = 0; i < m->n; i++) {
        const CK_MECHANISM_INFO *info = &m->at[i].info;
        cJSON *json = cli_json_object(), *can = cli_json_array();
        int sizes = has_sizes(info);
        char number[20];

        cli_json_string(json, "name", cli_mechanism_name(m->at[i].type, number));
        cli_json_ulong(json, "number", m->at[i].type);
        cli_json_ulong(json, "min_key_size",
                       sizes ? info->ulMinKeySize : CK_UNAVAILABLE_INFORMATION);
        cli_json_ulong(json, "max_key_size",
                       sizes ? info->ulMaxKeySize : CK_UNAVAILABLE_INFORMATION);
        cli_json_bool(json, "hardware", (info->flags & CKF_HW) != 0);
        for (size_t k = 0; k < ABILITIES; k++)
            if (info->flags & abilities[k].flag)
                cli_json_string_item(can, abilities[k].word);
        cli_json_add(json, "can", can);
        cli_json_add(all, NULL, json);
    }
    return all;
}
