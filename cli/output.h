/* SPDX-License-Identifier: Apache-2.0 */
/* Files that commands write: whole or not at all. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <sys/types.h>
#include "cli/cli.h"

/*
 * Writes len bytes to path, or to standard output if it is NULL or "-". A file appears under its
 * name when it is whole and on the disk. One that is there already is CLI_FAILURE without --force
 * (OPT_FORCE). What is no plain file (a pipe, a terminal) is written to as it is.
 */
int cli_output(const cli *c, const char *path, const void *data, size_t len, mode_t mode);

/* The same refusal, to be told before a PIN is asked for. */
int cli_output_free(const cli *c, const char *path);

/*
 * In two steps, for what is to be looked at before it gets its name: makes a file in the directory
 * of path (its descriptor, for reading and writing, in *fd), then syncs it and gives it the name;
 * replace 0: not if there is one. A name of what is no plain file is refused. Until then the file
 * has no name, and is gone with the program whatever ends it; only where the file system has no
 * such files it has a hidden one. *temp is for the two below alone, and NULL after a failure.
 * cli_output_end takes *fd and *temp and leaves nothing of a failure; cli_output_drop gives up.
 */
int cli_output_begin(const char *path, mode_t mode, char **temp, int *fd);
int cli_output_end(const char *path, int replace, char *temp, int fd);
void cli_output_drop(char *temp, int fd);

/* All of a file, at most max bytes, with a NUL after it; freed with free(). "-": standard input. A
 * pipe with a name is refused: it would be waited for. */
int cli_input(const char *path, size_t max, uint8_t **data, size_t *len);

#endif
