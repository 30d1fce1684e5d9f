/* SPDX-License-Identifier: Apache-2.0 */
/* Logging in to a token: where the PIN comes from, and what is said when it is wrong. See
 * cli/token.h. */
#include <stdlib.h>
#include <string.h>
#include "cli/admin/admin.h"
#include "gost/mem.h"

static cli_pin_source login_source(const cli *c, P11KitUri *uri)
{
    cli_pin_source s = {c->value[OPT_PIN_FILE], c->value[OPT_PIN_FD], NULL};

    if (cli_pin_source_given(&s))
        return s;
    if (uri && p11_kit_uri_get_pin_value(uri)) {
        s.text = p11_kit_uri_get_pin_value(uri);
        return s;
    }
    if (uri && p11_kit_uri_get_pin_source(uri)) {
        s.file = p11_kit_uri_get_pin_source(uri);
        if (!strncmp(s.file, "file:", 5))
            s.file += !strncmp(s.file, "file:///", 8) ? 7 : 5;
        return s;
    }
    return cli_user_pin_source(c);
}

int cli_login_has_source(const cli *c, P11KitUri *uri)
{
    cli_pin_source s = login_source(c, uri);

    return cli_pin_source_given(&s);
}

int cli_login_with(cli *c, const cli_token *token, CK_SESSION_HANDLE session, CK_USER_TYPE user,
                   const cli_pin *pin)
{
    CK_RV rv;

    rv = c->fn->C_Login(session, user, pin ? (CK_UTF8CHAR *)pin->text : NULL,
                        pin ? (CK_ULONG)pin->len : 0);
    if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
        return CLI_OK;
    return cli_fail_pin(c, rv, user, token->slot,
                        user == CKU_SO ? _("log in as the security officer (SO)")
                                       : _("log in to the token"));
}

int cli_login(cli *c, const cli_token *token, CK_SESSION_HANDLE session, P11KitUri *uri)
{
    cli_pin_source source = login_source(c, uri);
    CK_SESSION_INFO state;
    char *prompt, *label;
    cli_token now;
    cli_pin pin;
    int code = cli_token_read(c, token->slot, &now);

    if (code != CLI_OK)
        return code;
    /* A command that uses several keys of the token has done it for the first one. */
    if (c->fn->C_GetSessionInfo(session, &state) == CKR_OK &&
        (state.state == CKS_RO_USER_FUNCTIONS || state.state == CKS_RW_USER_FUNCTIONS))
        return CLI_OK;
    if (!(now.info.flags & CKF_USER_PIN_INITIALIZED))
        return cli_fail_rv(c, CKR_USER_PIN_NOT_INITIALIZED, _("log in to the token \"%s\""),
                           token->label);
    if (now.info.flags & CKF_USER_PIN_LOCKED)
        return cli_fail_rv(c, CKR_PIN_LOCKED, _("log in to the token \"%s\""), token->label);
    if (now.info.flags & CKF_PROTECTED_AUTHENTICATION_PATH)
        return cli_login_with(c, token, session, CKU_USER, NULL); /* typed on the device */

    if (cli_pin_source_given(&source)) {
        if (now.info.flags & CKF_USER_PIN_FINAL_TRY)
            return cli_fail(
                CLI_PIN,
                _("one try is left for the user PIN of the token \"%s\": it is not risked "
                  "on a PIN that nobody typed; run this on a terminal without a PIN option"),
                token->label);
        code = cli_pin_read(&source, &pin);
    } else {
        label = cli_printable(token->label);
        if (now.info.flags & CKF_USER_PIN_FINAL_TRY)
            prompt = cli_printf(_("One try is left: a wrong PIN locks it.\n"
                                  "PIN of the token \"%s\": "),
                                label);
        else
            prompt = cli_printf(_("PIN of the token \"%s\": "), label);
        code = cli_pin_ask(prompt, _("give --pin-file or --pin-fd, or set GOSTTOKEN_PIN"), &pin);
        free(prompt);
        free(label);
    }
    if (code == CLI_OK)
        code = cli_login_with(c, token, session, CKU_USER, &pin);
    gost_wipe(&pin, sizeof(pin));
    return code;
}
