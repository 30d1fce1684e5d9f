/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/json.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/json.h"

static cJSON *need(cJSON *json)
{
    if (!json) {
        fputs("gosttoken: out of memory\n", stderr);
        exit(CLI_FAILURE);
    }
    return json;
}

cJSON *cli_json_object(void)
{
    return need(cJSON_CreateObject());
}

cJSON *cli_json_array(void)
{
    return need(cJSON_CreateArray());
}

void cli_json_add(cJSON *to, const char *key, cJSON *value)
{
    if (key)
        cJSON_AddItemToObject(to, key, value);
    else
        cJSON_AddItemToArray(to, value);
}

void cli_json_string(cJSON *to, const char *key, const char *value)
{
    char *utf8 = value ? cli_utf8(value, strlen(value)) : NULL;

    cli_json_add(to, key, need(utf8 ? cJSON_CreateString(utf8) : cJSON_CreateNull()));
    free(utf8);
}

void cli_json_string_item(cJSON *array, const char *value)
{
    cli_json_string(array, NULL, value);
}

void cli_json_bool(cJSON *to, const char *key, int value)
{
    cli_json_add(to, key, need(cJSON_CreateBool(value)));
}

int cli_json_print(cJSON *json)
{
    char *text = cJSON_Print(json), *shown;

    cJSON_Delete(json);
    if (!text)
        return cli_fail(CLI_FAILURE, _("out of memory"));
    shown = cli_json_safe(text);
    puts(shown);
    free(shown);
    cJSON_free(text);
    return CLI_OK;
}

/* A blank-padded field of CK_TOKEN_INFO. */
static void add_field(cJSON *to, const char *key, const CK_UTF8CHAR *field, size_t len)
{
    char *text;

    while (len && (field[len - 1] == ' ' || field[len - 1] == 0))
        len--;
    text = cli_utf8(field, len);
    cli_json_string(to, key, text);
    free(text);
}

cJSON *cli_json_of_token(const cli_token *token)
{
    cJSON *json = cli_json_object();
    char *uri = cli_token_uri(token);

    cli_json_add(json, "slot", need(cJSON_CreateNumber((double)token->slot)));
    cli_json_string(json, "label", token->label);
    cli_json_string(json, "serial", token->serial);
    add_field(json, "manufacturer", token->info.manufacturerID, sizeof(token->info.manufacturerID));
    add_field(json, "model", token->info.model, sizeof(token->info.model));
    cli_json_string(json, "state", cli_token_state(token));
    cli_json_string(json, "trouble", *token->trouble ? token->trouble : NULL);
    cli_json_string(json, "uri", token->initialized ? uri : NULL);
    free(uri);
    return json;
}

cJSON *cli_json_of_object(const cli_token *token, const cli_object *object)
{
    cJSON *json = cli_json_object();
    char *id = cli_hex(object->id, object->id_len);
    int is_key = object->key_type != CK_UNAVAILABLE_INFORMATION;

    cli_json_string(json, "token", token->label);
    cli_json_string(json, "type", object->cls->type);
    cli_json_string(json, "label", object->label);
    cli_json_string(json, "id", id);
    cli_json_string(json, "key_type", is_key ? cli_key_type_name(object->key_type) : NULL);
    cli_json_string(json, "paramset", object->paramset ? object->paramset->name : NULL);
    cli_json_bool(json, "private", object->is_private);
    cli_json_string(json, "uri", object->uri);
    free(id);
    return json;
}
