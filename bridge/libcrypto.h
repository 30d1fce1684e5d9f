/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcrypto's older interfaces, imported weakly: this provider also loads into builds of libcrypto
 * that lack them. Included by the bridge's files only, which run after gt_bridge_start has checked
 * that all are there. Internal to bridge/.
 */
#ifndef GT_BRIDGE_LIBCRYPTO_H
#define GT_BRIDGE_LIBCRYPTO_H

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/ec.h>
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#pragma weak ENGINE_add
#pragma weak ENGINE_finish
#pragma weak ENGINE_free
#pragma weak ENGINE_get_id
#pragma weak ENGINE_get_pkey_asn1_meth_engine
#pragma weak ENGINE_get_pkey_meth_engine
#pragma weak ENGINE_new
#pragma weak ENGINE_register_pkey_asn1_meths
#pragma weak ENGINE_register_pkey_meths
#pragma weak ENGINE_set_cmd_defns
#pragma weak ENGINE_set_ctrl_function
#pragma weak ENGINE_set_default_pkey_asn1_meths
#pragma weak ENGINE_set_default_pkey_meths
#pragma weak ENGINE_set_destroy_function
#pragma weak ENGINE_set_digests
#pragma weak ENGINE_set_flags
#pragma weak ENGINE_set_id
#pragma weak ENGINE_set_load_privkey_function
#pragma weak ENGINE_set_load_pubkey_function
#pragma weak ENGINE_set_name
#pragma weak ENGINE_set_pkey_asn1_meths
#pragma weak ENGINE_set_pkey_meths
#pragma weak EC_KEY_dup
#pragma weak EC_KEY_free
#pragma weak EC_KEY_get_ex_data
#pragma weak EC_KEY_new
#pragma weak EC_KEY_set_ex_data
#pragma weak EVP_PKEY_asn1_free
#pragma weak EVP_PKEY_asn1_new
#pragma weak EVP_PKEY_asn1_set_check
#pragma weak EVP_PKEY_asn1_set_ctrl
#pragma weak EVP_PKEY_asn1_set_free
#pragma weak EVP_PKEY_asn1_set_get_pub_key
#pragma weak EVP_PKEY_asn1_set_param
#pragma weak EVP_PKEY_asn1_set_private
#pragma weak EVP_PKEY_asn1_set_public
#pragma weak EVP_PKEY_asn1_set_public_check
#pragma weak EVP_PKEY_asn1_set_security_bits
#pragma weak EVP_PKEY_assign
#pragma weak EVP_PKEY_get0
#pragma weak EVP_PKEY_get0_asn1
#pragma weak EVP_PKEY_CTX_get_data
#pragma weak EVP_PKEY_CTX_set_data
#pragma weak EVP_PKEY_meth_free
#pragma weak EVP_PKEY_meth_new
#pragma weak EVP_PKEY_meth_set_cleanup
#pragma weak EVP_PKEY_meth_set_copy
#pragma weak EVP_PKEY_meth_set_ctrl
#pragma weak EVP_PKEY_meth_set_init
#pragma weak EVP_PKEY_meth_set_keygen
#pragma weak EVP_PKEY_meth_set_sign
#pragma weak EVP_PKEY_meth_set_verify
#pragma weak ENGINE_register_ciphers
#pragma weak ENGINE_register_digests
#pragma weak ENGINE_set_ciphers
#pragma weak EVP_PKEY_CTX_get0_peerkey
#pragma weak EVP_PKEY_meth_set_decrypt
#pragma weak EVP_PKEY_meth_set_derive
#pragma weak EVP_PKEY_meth_set_encrypt
#pragma weak EVP_PKEY_meth_set_paramgen
#pragma weak EVP_PKEY_meth_set_signctx
#pragma weak EVP_MD_CTX_ctrl

#endif
