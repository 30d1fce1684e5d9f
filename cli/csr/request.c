/* SPDX-License-Identifier: Apache-2.0 */
/* What a request is made of: extensions, attributes, named values. See cli/csr/csr.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/csr/csr.h"
#include "gost/mem.h"

void csr_request_free(csr_request *r)
{
    csr_buf_free(&r->subject);
    if (r->active_pin)
        gost_wipe(r->active_pin, strlen(r->active_pin));
    free(r->active_pin);
    free(r->active_pin_source);
    free(r->active_id);
    free(r->group);
    for (size_t i = 0; i < r->n_exts; i++) {
        csr_buf_free(&r->exts[i].oid);
        csr_buf_free(&r->exts[i].value);
        free(r->exts[i].from);
    }
    for (size_t i = 0; i < r->n_attrs; i++) {
        for (size_t j = 0; j < r->attrs[i].n; j++)
            csr_buf_free(&r->attrs[i].blobs[j]);
        free(r->attrs[i].blobs);
        csr_buf_free(&r->attrs[i].oid);
    }
    for (size_t i = 0; i < r->n_named; i++) {
        free(r->named[i].name);
        free(r->named[i].value);
    }
    free(r->exts);
    free(r->attrs);
    free(r->named);
    memset(r, 0, sizeof(*r));
}

/* Room for one more, zeroed, in an array of n elements; the array may move. */
static void *one_more(void *array, size_t n, size_t size)
{
    uint8_t *longer = cli_alloc((n + 1) * size);

    if (n)
        memcpy(longer, array, n * size);
    free(array);
    return longer;
}

static int same_bytes(const csr_buf *b, const void *bytes, size_t len)
{
    return b->len == len && (!len || memcmp(b->p, bytes, len) == 0);
}

const csr_ext *csr_find_ext(const csr_request *r, const char *oid)
{
    csr_buf der = {0};
    const csr_ext *found = NULL;

    if (csr_oid(oid, &der))
        for (size_t i = 0; i < r->n_exts && !found; i++)
            if (same_bytes(&r->exts[i].oid, der.p, der.len))
                found = &r->exts[i];
    csr_buf_free(&der);
    return found;
}

int csr_add_ext(csr_request *r, const char *where, const char *oid, int critical, const void *value,
                size_t len, csr_log *log)
{
    const csr_ext *old = csr_find_ext(r, oid);
    csr_buf der = {0};
    csr_ext *e;

    if (old) {
        if (!same_bytes(&old->value, value, len) || old->critical != critical)
            return csr_fail(log, where,
                            _("%s gives the extension %s another value: a request has each "
                              "extension once"),
                            old->from, oid);
        csr_warn(log, where, _("the extension %s is there already and is not put twice"), oid);
        return 1;
    }
    if (!csr_oid(oid, &der))
        return csr_fail(log, where,
                        _("\"%.100s\" is not an object identifier such as 1.2.643.100.114"), oid);
    if (r->n_exts == CSR_LIST_MAX) {
        csr_buf_free(&der);
        return csr_fail(log, where, _("there are more than %d extensions"), CSR_LIST_MAX);
    }
    r->exts = one_more(r->exts, r->n_exts, sizeof(*r->exts));
    e = &r->exts[r->n_exts++];
    e->oid = der;
    e->critical = critical;
    e->from = cli_strdup(where);
    csr_put(&e->value, value, len);
    return 1;
}

int csr_add_attr(csr_request *r, const char *where, const char *oid, const void *value, size_t len,
                 csr_log *log)
{
    csr_attr *a = NULL;
    csr_buf der = {0};

    if (!csr_oid(oid, &der))
        return csr_fail(log, where,
                        _("\"%.100s\" is not an object identifier such as 1.2.643.100.114"), oid);
    for (size_t i = 0; i < r->n_attrs && !a; i++)
        if (same_bytes(&r->attrs[i].oid, der.p, der.len))
            a = &r->attrs[i];
    if (a) {
        csr_buf_free(&der);
        for (size_t i = 0; i < a->n; i++) {
            if (same_bytes(&a->blobs[i], value, len)) {
                csr_warn(log, where, _("the attribute %s has this value already"), oid);
                return 1;
            }
        }
    } else {
        r->attrs = one_more(r->attrs, r->n_attrs, sizeof(*r->attrs));
        a = &r->attrs[r->n_attrs++];
        a->oid = der;
    }
    a->blobs = one_more(a->blobs, a->n, sizeof(*a->blobs));
    csr_put(&a->blobs[a->n++], value, len);
    return 1;
}

int csr_add_named(csr_request *r, const char *where, const char *name, const char *value,
                  csr_log *log)
{
    for (size_t i = 0; i < r->n_named; i++)
        if (csr_same_word(r->named[i].name, name))
            return csr_fail(log, where, _("the named value \"%.100s\" is given twice"), name);
    r->named = one_more(r->named, r->n_named, sizeof(*r->named));
    r->named[r->n_named].name = cli_strdup(name);
    r->named[r->n_named++].value = cli_strdup(value);
    return 1;
}
