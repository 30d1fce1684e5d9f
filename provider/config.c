/* SPDX-License-Identifier: Apache-2.0 */
#include "provider/config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/params.h>

#include "gost/mem.h"

/* The keys, and where their values go. `module` is not among them: in a provider's section it is
 * OpenSSL's own and names this shared object. */
static const struct {
    const char *name;
    size_t offset;
} keys[] = {
    {"module-path", offsetof(gt_config, module)},
    {"pkcs11-module-path", offsetof(gt_config, module)},
    {"token", offsetof(gt_config, token)},
    {"pin", offsetof(gt_config, pin)},
    {"pin-source", offsetof(gt_config, pin_source)},
    {"log", offsetof(gt_config, log)},
};

enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static const struct {
    const char *value;
    gt_bridge_mode mode;
} modes[] = {
    {"auto", GT_BRIDGE_AUTO}, {"on", GT_BRIDGE_ON},  {"yes", GT_BRIDGE_ON}, {"1", GT_BRIDGE_ON},
    {"off", GT_BRIDGE_OFF},   {"no", GT_BRIDGE_OFF}, {"0", GT_BRIDGE_OFF},
};

static char **field(gt_config *config, size_t i)
{
    return (char **)(void *)((char *)config + keys[i].offset);
}

static void wipe_free(char *s)
{
    if (s != NULL)
        gost_wipe(s, strlen(s));
    free(s);
}

static int read_bridge(gt_config *config, const char *value, char *why)
{
    config->bridge = GT_BRIDGE_AUTO;
    if (value == NULL)
        return 1;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        if (strcmp(value, modes[i].value) == 0) {
            config->bridge = modes[i].mode;
            return 1;
        }
    snprintf(why, GT_CONFIG_TEXT, "bridge = %.60s: it can be auto, on or off", value);
    return 0;
}

/* Names, with blanks or commas between them. */
static int read_quirks(gt_config *config, const char *value, char *why)
{
    size_t n = 0;

    config->quirks = 0;
    for (const char *at = value; at != NULL && *at != '\0';) {
        size_t len = strcspn(at, " \t,");
        unsigned flag = gt_quirk_by_name(at, len);

        if (len > 0 && flag == 0)
            goto unknown;
        config->quirks |= flag;
        at += len + (at[len] != '\0');
    }
    return 1;
unknown:
    n = (size_t)snprintf(why, GT_CONFIG_TEXT, "quirks = %.40s: known are", value);
    for (size_t i = 0; gt_quirk_name(i) != NULL && n < GT_CONFIG_TEXT; i++)
        n += (size_t)snprintf(why + n, GT_CONFIG_TEXT - n, " %s", gt_quirk_name(i));
    return 0;
}

int gt_config_read(gt_config *config, const gt_core *core, char why[GT_CONFIG_TEXT])
{
    char *values[KEYS] = {NULL}, *bridge = NULL, *quirks = NULL;
    OSSL_PARAM params[KEYS + 3];

    memset(config, 0, sizeof(*config));
    for (size_t i = 0; i < KEYS; i++)
        params[i] = OSSL_PARAM_construct_utf8_ptr(keys[i].name, &values[i], 0);
    params[KEYS] = OSSL_PARAM_construct_utf8_ptr("bridge", &bridge, 0);
    params[KEYS + 1] = OSSL_PARAM_construct_utf8_ptr("quirks", &quirks, 0);
    params[KEYS + 2] = OSSL_PARAM_construct_end();
    if (core->get_params == NULL || !core->get_params(core->handle, params)) {
        snprintf(why, GT_CONFIG_TEXT, "the core does not give this provider's section");
        return 0;
    }
    for (size_t i = 0; i < KEYS; i++) {
        char **to = field(config, i);

        if (values[i] == NULL)
            continue;
        if (values[i][0] == '\0') {
            snprintf(why, GT_CONFIG_TEXT, "%s has no value", keys[i].name);
            goto fail;
        }
        if (*to != NULL) {
            snprintf(why, GT_CONFIG_TEXT,
                     "module-path and pkcs11-module-path are the same: use one");
            goto fail;
        }
        *to = strdup(values[i]);
        if (*to == NULL) {
            snprintf(why, GT_CONFIG_TEXT, "out of memory");
            goto fail;
        }
    }
    if (read_bridge(config, bridge, why) && read_quirks(config, quirks, why))
        return 1;
fail:
    gt_config_clear(config);
    return 0;
}

int gt_config_copy(gt_config *to, const gt_config *from)
{
    gt_config source = *from;

    memset(to, 0, sizeof(*to));
    to->bridge = from->bridge;
    to->quirks = from->quirks;
    for (size_t i = 0; i < KEYS; i++) {
        const char *value = *field(&source, i);

        if (value == NULL || *field(to, i) != NULL)
            continue;
        *field(to, i) = strdup(value);
        if (*field(to, i) == NULL) {
            gt_config_clear(to);
            return 0;
        }
    }
    return 1;
}

void gt_config_clear(gt_config *config)
{
    for (size_t i = 0; i < KEYS; i++) {
        wipe_free(*field(config, i));
        *field(config, i) = NULL;
    }
}
