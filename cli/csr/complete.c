/* SPDX-License-Identifier: Apache-2.0 */
/* What depends on more than one parameter. */
#include <stdio.h>
#include <string.h>
#include "cli/csr/csr.h"

#define OID_EXTENSIONS    "1.2.840.113549.1.9.14"
#define OID_MS_EXTENSIONS "1.3.6.1.4.1.311.2.1.14"
#define OID_NAMED_VALUE   "1.3.6.1.4.1.311.13.2.1"

static int conflicts(const csr_request *r, csr_log *log)
{
    if (r->is_client && r->self_signed)
        return csr_fail(log, "SelfSigned",
                        _("a certificate has a signature, and IsClient asks "
                          "for none"));
    if (r->renew && (r->is_client || r->self_signed))
        return csr_fail(log, "RequestType",
                        _("Renew is signed with the active certificate: it does not go with %s"),
                        r->is_client ? "IsClient" : "SelfSigned");
    if (r->renew && !r->active_id)
        return csr_fail(log, "ActiveCertId",
                        _("RequestType Renew needs it: the certificate to sign with"));
    if (!r->renew && (r->active_id || r->active_pin || r->active_pin_source))
        return csr_fail(log, r->active_id ? "ActiveCertId" : "ActiveCertPin",
                        _("it is only for RequestType Renew"));
    if (r->period && !r->unit)
        return csr_fail(log, "CertPeriodUnits",
                        _("CertPeriod needs it: Years, Months, Weeks, Days, Hours or Minutes"));
    if (r->unit && !r->period)
        return csr_fail(log, "CertPeriod", _("CertPeriodUnits is given, and it is not"));
    if (r->period && r->has_end)
        return csr_fail(log, "CertPeriod",
                        _("ExpirationDate says when the validity ends: give "
                          "the one or the other"));
    if (r->has_start && r->has_end && r->end.utc <= r->start.utc)
        return csr_fail(log, "ExpirationDate", _("it is not after StartDate"));
    if (r->self_signed && r->n_named)
        return csr_fail(log, "NamedValuesData", _("a certificate has no place for it"));
    if (r->self_signed && r->n_attrs)
        return csr_fail(log, "AttributesData", _("a certificate has no place for it"));
    return 1;
}

/* Of a certificate: the dates themselves. */
static int validity_of_certificate(csr_request *r, time_t now, csr_log *log)
{
    const char *field = r->period ? "CertPeriod" : "ExpirationDate";

    if (!r->has_start)
        r->start = (csr_time){now, 0};
    if (!r->has_end) {
        r->end = r->start;
        if (!csr_time_add(&r->end, r->period ? r->period : 1,
                          r->period ? r->unit : csr_unit_by_name("Years")))
            return csr_fail(log, field, _("the validity would end after the year 9999"));
    }
    if (r->end.utc <= r->start.utc)
        return csr_fail(log, field, _("the validity ends before it begins"));
    return 1;
}

/* Of a request: the values that CryptoPro's authority reads. */
static int validity_of_request(csr_request *r, csr_log *log)
{
    char text[32];
    int ok = 1;

    if (r->has_start) {
        csr_time_write(&r->start, text);
        ok = csr_add_named(r, "StartDate", "CpRaStartDate", text, log);
    }
    if (r->has_end && ok) {
        csr_time_write(&r->end, text);
        ok = csr_add_named(r, "ExpirationDate", "CpRaExpirationDate", text, log);
    }
    if (r->period && ok) {
        snprintf(text, sizeof(text), "%ld", r->period);
        ok = csr_add_named(r, "CertPeriod", "CpRaCertPeriod", text, log) &&
             csr_add_named(r, "CertPeriodUnits", "CpRaCertPeriodUnits", r->unit->name, log);
    }
    return ok;
}

/* EnrollmentNameValuePair ::= SEQUENCE { name BMPString, value BMPString } */
static int put_named(csr_request *r, csr_log *log)
{
    int ok = 1;

    for (size_t i = 0; i < r->n_named && ok; i++) {
        csr_buf pair = {0};
        size_t mark = csr_open(&pair, 0x30);

        ok = csr_put_bmp(&pair, r->named[i].name) && csr_put_bmp(&pair, r->named[i].value);
        csr_close(&pair, mark);
        ok = ok && csr_add_attr(r, "NamedValuesData", OID_NAMED_VALUE, pair.p, pair.len, log);
        csr_buf_free(&pair);
    }
    return ok;
}

/* Which attribute of AttributesData holds extensions of its own; NULL: none. */
static const char *own_extensions(const csr_request *r)
{
    static const char *const oids[] = {OID_EXTENSIONS, OID_MS_EXTENSIONS};
    const char *found = NULL;

    for (size_t k = 0; k < 2; k++) {
        csr_buf der = {0};

        for (size_t i = 0; csr_oid(oids[k], &der) && i < r->n_attrs && !found; i++) {
            if (r->attrs[i].oid.len == der.len && memcmp(r->attrs[i].oid.p, der.p, der.len) == 0)
                found = oids[k];
            csr_buf_free(&der);
        }
        csr_buf_free(&der);
    }
    return found;
}

int csr_has_own_extensions(const csr_request *r)
{
    return own_extensions(r) != NULL;
}

/* Values of the attributes that hold extensions: RFC 2985, 5.4.2 has one. */
static size_t own_sets(const csr_request *r)
{
    static const char *const oids[] = {OID_EXTENSIONS, OID_MS_EXTENSIONS};
    size_t n = 0;

    for (size_t k = 0; k < 2; k++) {
        csr_buf der = {0};

        for (size_t i = 0; csr_oid(oids[k], &der) && i < r->n_attrs; i++) {
            if (r->attrs[i].oid.len == der.len && memcmp(r->attrs[i].oid.p, der.p, der.len) == 0)
                n += r->attrs[i].n;
            csr_buf_free(&der);
        }
        csr_buf_free(&der);
    }
    return n;
}

static int one_set_of_extensions(const csr_request *r, csr_log *log)
{
    const char *oid = own_extensions(r);

    if (own_sets(r) > 1)
        return csr_fail(log, "AttributesData",
                        _("it holds several lists of the request's extensions: write all of them "
                          "in one"));
    if (!oid || !r->n_exts)
        return 1;
    return csr_fail(log, "AttributesData",
                    _("it holds the request's extensions (%s), and %s adds others: write all of "
                      "them in the one or the other"),
                    oid, r->exts[0].from);
}

int csr_complete(csr_request *r, time_t now, csr_log *log)
{
    if (!conflicts(r, log) || !one_set_of_extensions(r, log))
        return 0;
    if (r->self_signed)
        return validity_of_certificate(r, now, log);
    return validity_of_request(r, log) && put_named(r, log);
}
