/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of parameters: name in the document and in a JSON file, option, argument, reader, what
 * --help says. The options of `gosttoken csr`, the reading of files and the tests are made of it.
 * They are read in this order, so that an earlier one's extension stands before a later one's.
 */
#ifndef CLI_CSR_FIELDS_H
#define CLI_CSR_FIELDS_H

#include "cli/cli.h"
#include "cli/csr/csr.h"

enum { CSR_OURS, CSR_DOCUMENT }; /* whose name it is: CryptoPro's document has it, or not */

/* clang-format off */
#define CSR_FIELDS(X) \
  X(SUBJECT, "Subject", "subject", "NAME", csr_read_subject, CSR_OURS, \
    N_("whose it is: 'CN=…, ИНН=…, O=…, C=RU', in this order")) \
  X(REQUEST_TYPE, "RequestType", "request-type", "First|Renew", csr_read_request_type, CSR_DOCUMENT, \
    N_("Renew: signed with an active certificate as well")) \
  X(ACTIVE_CERT_ID, "ActiveCertId", "active-cert-id", "ID", csr_read_active_cert_id, CSR_DOCUMENT, \
    N_("that certificate: its label, id, SHA-1 or URI")) \
  X(ACTIVE_CERT_PIN, "ActiveCertPin", "active-cert-pin", "SOURCE", csr_read_active_cert_pin, CSR_DOCUMENT, \
    N_("file:PATH or fd:N with the PIN of its token")) \
  X(GROUP_ID, "GroupId", "group-id", "TOKEN", csr_read_group_id, CSR_DOCUMENT, \
    N_("the token, as --token")) \
  X(IS_CLIENT, "IsClient", "is-client", NULL, csr_read_is_client, CSR_DOCUMENT, \
    N_("leave the signature empty")) \
  X(SELF_SIGNED, "SelfSigned", "self-signed", NULL, csr_read_self_signed, CSR_DOCUMENT, \
    N_("make a certificate signed with its own key")) \
  X(KEY_USAGE, "KeyUsage", "key-usage", "LIST", csr_read_key_usage, CSR_OURS, \
    N_("digitalSignature,nonRepudiation,…")) \
  X(EKU_STRING, "EkuString", "eku-string", "LIST", csr_read_eku, CSR_DOCUMENT, \
    N_("extended key usages: OIDs, clientAuth, …")) \
  X(TEMPLATE_OID, "TemplateOid", "template-oid", "OID|NAME", csr_read_template, CSR_DOCUMENT, \
    N_("the authority's template, its name, or both: OID,NAME")) \
  X(IDENTIFICATION_KIND, "IdentificationKind", "identification-kind", "KIND", csr_read_identification_kind, CSR_OURS, \
    N_("in-person, qualified-signature, passport or esia")) \
  X(SUBJECT_SIGN_TOOL, "SubjectSignTool", "subject-sign-tool", "TEXT", csr_read_subject_sign_tool, CSR_OURS, \
    N_("the owner's means of signing")) \
  X(ISSUER_SIGN_TOOL, "IssuerSignTool", "issuer-sign-tool", "A|B|C|D", csr_read_issuer_sign_tool, CSR_OURS, \
    N_("the authority's means and their documents")) \
  X(CERTIFICATE_POLICIES, "CertificatePolicies", "certificate-policies", "LIST", csr_read_policies, CSR_OURS, \
    N_("KC1, KC2, KC3, KB1, KB2, KA1 or OIDs")) \
  X(SUBJECT_ALT_NAME, "SubjectAltName", "subject-alt-name", "LIST", csr_read_alt_name, CSR_OURS, \
    N_("DNS:…,email:…,IP:…")) \
  X(EXTENSIONS_CONFIG, "ExtensionsConfig", "extensions-config", "FILE", csr_read_extensions_config, CSR_DOCUMENT, \
    N_("a file of lines OID='…' Critical='…' Value='…'")) \
  X(EXTENSIONS_DATA, "ExtensionsData", "extensions-data", "BASE64|@FILE", csr_read_extensions_data, CSR_DOCUMENT, \
    N_("other extensions: a JSON list of {Oid, Value, Critical}")) \
  X(EXTENSIONS_ATTRIBUTE, "ExtensionsAttribute", "extensions-attribute", "pkcs9|microsoft", csr_read_extensions_attribute, CSR_OURS, \
    N_("the attribute that extensions stand in")) \
  X(START_DATE, "StartDate", "start-date", "DATE", csr_read_start_date, CSR_DOCUMENT, \
    N_("the beginning of the validity")) \
  X(EXPIRATION_DATE, "ExpirationDate", "expiration-date", "DATE", csr_read_expiration_date, CSR_DOCUMENT, \
    N_("the end of the validity")) \
  X(CERT_PERIOD, "CertPeriod", "cert-period", "N", csr_read_cert_period, CSR_DOCUMENT, \
    N_("the length of the validity")) \
  X(CERT_PERIOD_UNITS, "CertPeriodUnits", "cert-period-units", "UNIT", csr_read_cert_period_units, CSR_DOCUMENT, \
    N_("Years, Months, Weeks, Days, Hours or Minutes")) \
  X(NAMED_VALUES_DATA, "NamedValuesData", "named-values-data", "BASE64|@FILE", csr_read_named_values, CSR_DOCUMENT, \
    N_("named values: a JSON list of {Name, Value}")) \
  X(ATTRIBUTES_DATA, "AttributesData", "attributes-data", "BASE64|@FILE", csr_read_attributes, CSR_DOCUMENT, \
    N_("other attributes: a JSON list of {Oid, Blobs}"))

#define CSR_ENUM(id, name, option, arg, read, whose, help) CSR_##id,
enum { CSR_FIELDS(CSR_ENUM) CSR_FIELD_COUNT };
#undef CSR_ENUM
/* clang-format on */

typedef struct csr_field {
    const char *name, *option;
    int flag; /* it takes no argument: given, it is true */
    csr_read_fn *read;
    int whose;
} csr_field;

extern const csr_field csr_fields[CSR_FIELD_COUNT];

/*
 * Reads the fields of `json` (an object; may be NULL) and the options (NULL where one is not given;
 * CSR_FIELD_COUNT of them), which take the place of fields. Then nothing has been checked that
 * concerns more than one parameter: csr_complete does.
 */
int csr_read_fields(csr_request *r, const cJSON *json, const char *const *options, csr_log *log);

#endif
