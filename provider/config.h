/* SPDX-License-Identifier: Apache-2.0 */
/* The provider's section of openssl.cnf. */
#ifndef GT_CONFIG_H
#define GT_CONFIG_H

#include "provider/error.h"

typedef enum gt_bridge_mode { GT_BRIDGE_AUTO, GT_BRIDGE_ON, GT_BRIDGE_OFF } gt_bridge_mode;

/* The strings are copies; NULL where the section says nothing. */
typedef struct gt_config {
    char *module; /* `module-path`, or its alias `pkcs11-module-path` */
    char *token;
    char *pin;
    char *pin_source;
    char *log;       /* a path, or "stderr" */
    unsigned quirks; /* GT_QUIRK_… */
    gt_bridge_mode bridge;
} gt_config;

enum { GT_CONFIG_TEXT = 256 };

/* Reads and checks the section. Returns 1, or 0 with the reason in why, in words for a person; then
 * the configuration is empty. */
int gt_config_read(gt_config *config, const gt_core *core, char why[GT_CONFIG_TEXT]);

/* Copies it all; 0 when out of memory. */
int gt_config_copy(gt_config *to, const gt_config *from);

/* Wipes and frees what it holds. */
void gt_config_clear(gt_config *config);

#endif
