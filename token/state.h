/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saved operations (C_GetOperationState): sealed by Kuznyechik-MGM under a random key of this
 * process, so that what depends on a key cannot be read and a forged state is known as one. They
 * are good for the slot they come from, until C_Finalize.
 */
#ifndef TOK_STATE_H
#define TOK_STATE_H

/* Forgets the key. */
void tok_state_drop(void);

/* In a forked child that cannot free what it has inherited: begins anew. */
void tok_state_forget(void);

#endif
