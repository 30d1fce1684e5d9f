/* SPDX-License-Identifier: Apache-2.0 */
/* pubkey URI: prints the parameter set's OID (DER) and the point of a GOST public key, in
 * hexadecimal, for certificates to be made of it without OpenSSL. */
#include <stdio.h>
#include "p11/p11.h"

static void print(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        printf("%02x", (unsigned)bytes[i]);
    putchar('\n');
}

int main(int argc, char **argv)
{
    gt_p11_config config = {0};
    gt_p11 *p = gt_p11_new(&config);
    uint8_t oid[32], pub[128];
    size_t oid_len = sizeof(oid), pub_len = sizeof(pub);
    gt_object *key = NULL;
    gt_error err = {0};
    int ok = 0;

    if (p && argc == 2)
        key = gt_p11_find_one(p, argv[1], CKO_PUBLIC_KEY, NULL, &err);
    if (key)
        ok = gt_object_gost_public(key, oid, &oid_len, pub, &pub_len, &err);
    if (ok) {
        print(oid, oid_len);
        print(pub, pub_len);
    } else {
        fprintf(stderr, "pubkey: %s\n", err.text);
    }
    gt_object_free(key);
    gt_p11_free(p);
    return ok ? 0 : 1;
}
