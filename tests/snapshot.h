/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a store as they once were, to be put back: one store a process. No thread safety.
 * What fails is told by the return value: the file's name, NULL if all went well.
 */
#ifndef TESTS_SNAPSHOT_H
#define TESTS_SNAPSHOT_H

/* Remembers every file of `store`, at most SNAPSHOT_FILES of them. */
#define SNAPSHOT_FILES 8
const char *snapshot_take(const char *store);

/* The directory holds what was remembered and nothing else; it is made if it is not there. */
const char *snapshot_restore(const char *store);

/* Removes the files of `store`, but not the directory. */
void snapshot_clear(const char *store);

void snapshot_free(void);

#endif
