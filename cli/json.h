/* SPDX-License-Identifier: Apache-2.0 */
/* JSON output. The keys are documented in gosttoken(1) and do not change. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <cjson/cJSON.h>
#include "cli/object.h"

/* Prints and deletes. */
int cli_json_print(cJSON *json);

cJSON *cli_json_object(void);
cJSON *cli_json_array(void);
void cli_json_string(cJSON *to, const char *key, const char *value); /* value NULL: null */
void cli_json_string_item(cJSON *array, const char *value);
void cli_json_bool(cJSON *to, const char *key, int value);
void cli_json_add(cJSON *to, const char *key, cJSON *value); /* key NULL: to an array */

cJSON *cli_json_of_token(const cli_token *token);
/* The token's label and what cli_object knows. */
cJSON *cli_json_of_object(const cli_token *token, const cli_object *object);

#endif
