/* SPDX-License-Identifier: Apache-2.0 */
/* PIN prompts through OpenSSL's UI. */
#include "bridge/internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ui.h>

int gt_prompt_ui(void *arg, const char *token, const char *warning, char *pin, size_t size)
{
    const gt_ui_prompt *source = arg;
    UI *ui = UI_new_method(source->method);
    char text[256];
    int ok = 0, result;

    if (ui == NULL)
        return 0;
    if (source->data != NULL)
        UI_add_user_data(ui, source->data);
    snprintf(text, sizeof(text), "Enter the PIN of token '%s':", token);
    ERR_set_mark();
    if (warning != NULL) {
        if (UI_dup_info_string(ui, warning) < 0 || UI_dup_info_string(ui, "\n") < 0)
            goto done;
    }
    if (UI_dup_input_string(ui, text, UI_INPUT_FLAG_DEFAULT_PWD, pin, 1, (int)size - 1) < 0)
        goto done;
    do
        result = UI_process(ui);
    while (result < 0 && UI_ctrl(ui, UI_CTRL_IS_REDOABLE, 0, NULL, NULL));
    ok = result == 0;
done:
    ERR_pop_to_mark();
    UI_free(ui);
    return ok;
}

int gt_prompt_terminal(void *arg, const char *token, const char *warning, char *pin, size_t size)
{
    gt_ui_prompt source = {UI_OpenSSL(), NULL};
    int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

    (void)arg;
    /* Without a terminal, UI_OpenSSL would take the program's standard input for the PIN. */
    if (tty < 0 || source.method == NULL) {
        if (tty >= 0)
            close(tty);
        return 0;
    }
    close(tty);
    return gt_prompt_ui(&source, token, warning, pin, size);
}
