/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <stdlib.h>

#include <p11-kit/uri.h>

int gt_want_read(gt_want *want, const char *uri, gt_error *err)
{
    P11KitUri *parsed = p11_kit_uri_new();
    char *bare = gt_uri_without_pin(uri);
    CK_ATTRIBUTE *attr;
    int ok = 0;

    want->uri_class = GT_ANY_CLASS;
    want->names_object = 0;
    if (parsed == NULL || bare == NULL) {
        gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
        goto done;
    }
    ok = 1;
    /* What is wrong with a URI is told by gt_p11_find, in its own words. */
    if (p11_kit_uri_parse(bare, P11_KIT_URI_FOR_ANY, parsed) == P11_KIT_URI_OK) {
        attr = p11_kit_uri_get_attribute(parsed, CKA_CLASS);
        if (attr != NULL && attr->ulValueLen == sizeof(CK_OBJECT_CLASS))
            want->uri_class = *(CK_OBJECT_CLASS *)attr->pValue;
        want->names_object = p11_kit_uri_get_attribute(parsed, CKA_ID) != NULL ||
                             p11_kit_uri_get_attribute(parsed, CKA_LABEL) != NULL;
    }
done:
    p11_kit_uri_free(parsed);
    free(bare);
    return ok;
}
