/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A BER reader, for the outer structure of CMS messages: programs that sign streams write
 * indefinite lengths and OCTET STRINGs in pieces. Certificates are DER: see token/der.h.
 */
#ifndef TOK_X509_BER_H
#define TOK_X509_BER_H

#include "token/x509/bytes.h"

typedef struct tok_ber {
    uint8_t tag;
    tok_der content; /* without the end-of-contents octets */
    tok_der whole;
} tok_ber;

/* Takes the next element. 1, or 0 (then nothing has changed) if there is none or it is malformed.
 */
int tok_ber_any(tok_der *in, tok_ber *out);

/* The same if it has that tag. */
int tok_ber_take(tok_der *in, uint8_t tag, tok_ber *out);

/* Appends what an OCTET STRING holds, in one piece or several. 1, or 0 if it is none. */
int tok_ber_octets(const tok_ber *e, tok_bytes *out);

#endif
