// What Swift cannot call itself in OpenSSL's libcrypto 3.0: macros, as static inline functions. No logic.
#pragma once

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <zlib.h>

static inline void cc_free(void *pointer) { OPENSSL_free(pointer); }

static inline long cc_bio_bytes(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

static inline STACK_OF(X509) *cc_certificates_new(void) { return sk_X509_new_null(); }
static inline int cc_certificates_push(STACK_OF(X509) *stack, X509 *certificate) {
  return sk_X509_push(stack, certificate);
}
static inline int cc_certificates_count(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *cc_certificates_at(const STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }
// Frees the stack, not the certificates in it.
static inline void cc_certificates_free(STACK_OF(X509) *stack) { sk_X509_free(stack); }
// Frees the stack and one reference of each certificate in it.
static inline void cc_certificates_free_all(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }

// RFC 2253 text, but letters beyond ASCII stay readable UTF-8.
static inline unsigned long cc_name_flags(void) { return XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB; }
