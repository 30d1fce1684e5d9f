/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages in the user's language: gettext(3), domain "gosttoken", translations in po/.
 *
 * _("…") around what a person reads; N_("…") around a constant in a table, whose reader passes it
 * to gettext. ngettext for what is counted. Not translated: JSON, URIs, names of options, of
 * codes, of files, and anything a script may look for.
 */
#ifndef CLI_I18N_H
#define CLI_I18N_H

#include <libintl.h>

#define _(text)  gettext(text)
#define N_(text) text

#endif
