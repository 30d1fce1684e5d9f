/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Full TLS 1.2 handshakes with certificates of both sides, client and server in one thread of one
 * process, and then records over one connection. It knows nothing of GOST: what its keys are and
 * who works with them is in its files and in openssl.cnf. bench/handshakes runs it for each
 * candidate.
 *
 * bench-tls seconds suite ca server-certificate server-key client-certificate client-key
 *
 * prints: handshakes/s, microseconds of the server's side and of the client's in one handshake,
 * microseconds for a record of 100 bytes and of 16384, written and read
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

enum { SMALL = 100, LARGE = 16384 };

static void need(int ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "bench-tls: %s failed\n", what);
        ERR_print_errors_fp(stderr);
        exit(1);
    }
}

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static SSL_CTX *context(const SSL_METHOD *method, char **argv, const char *certificate,
                        const char *key)
{
    SSL_CTX *ctx = SSL_CTX_new(method);

    need(ctx != NULL && SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION) == 1 &&
             SSL_CTX_set_cipher_list(ctx, argv[2]) == 1,
         argv[2]);
    need(SSL_CTX_load_verify_locations(ctx, argv[3], NULL) == 1, argv[3]);
    need(SSL_CTX_use_certificate_chain_file(ctx, certificate) == 1, certificate);
    need(SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1, key);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    return ctx;
}

typedef struct pair {
    SSL *end[2]; /* server, client */
} pair;

/* Adds to spent what each side took. */
static pair connected(SSL_CTX *const ctx[2], double spent[2])
{
    pair p = {{SSL_new(ctx[0]), SSL_new(ctx[1])}};
    BIO *bio[2] = {NULL, NULL};
    int result[2] = {0, 0}, turn = 1;

    need(p.end[0] != NULL && p.end[1] != NULL && BIO_new_bio_pair(&bio[0], 65536, &bio[1], 65536),
         "SSL_new");
    for (int i = 0; i < 2; i++)
        SSL_set_bio(p.end[i], bio[i], bio[i]);
    SSL_set_accept_state(p.end[0]);
    SSL_set_connect_state(p.end[1]);
    while (result[0] != 1 || result[1] != 1) {
        double start = now();

        result[turn] = SSL_do_handshake(p.end[turn]);
        need(result[turn] == 1 || SSL_get_error(p.end[turn], result[turn]) == SSL_ERROR_WANT_READ,
             "the handshake");
        spent[turn] += now() - start;
        turn = !turn;
    }
    return p;
}

static void disconnected(pair p)
{
    SSL_free(p.end[0]);
    SSL_free(p.end[1]);
}

/* Seconds for one record of this size from the server to the client. */
static double record(pair p, int size, double seconds)
{
    static unsigned char sent[LARGE], got[LARGE];
    double start = now(), end;
    unsigned long n = 0;

    do {
        need(SSL_write(p.end[0], sent, size) == size && SSL_read(p.end[1], got, size) == size,
             "a record");
        n++;
        end = now();
    } while (end - start < seconds);
    return (end - start) / (double)n;
}

int main(int argc, char **argv)
{
    double spent[2] = {0, 0}, ignored[2] = {0, 0}, seconds, start, end, small, large;
    SSL_CTX *ctx[2];
    unsigned long n = 0;
    pair p;

    if (argc != 8 || (seconds = strtod(argv[1], NULL)) <= 0) {
        (void)fprintf(stderr, "usage: bench-tls seconds suite ca server-certificate server-key "
                              "client-certificate client-key\n");
        return 2;
    }
    ctx[0] = context(TLS_server_method(), argv, argv[4], argv[5]);
    ctx[1] = context(TLS_client_method(), argv, argv[6], argv[7]);
    /* What is done once in a process is not counted. */
    p = connected(ctx, ignored);
    need(strcmp(SSL_get_cipher_name(p.end[0]), argv[2]) == 0, "the suite");
    small = record(p, SMALL, seconds / 4);
    large = record(p, LARGE, seconds / 4);
    disconnected(p);
    start = now();
    do {
        disconnected(connected(ctx, spent));
        n++;
        end = now();
    } while (end - start < seconds);
    (void)printf("%.1f %.1f %.1f %.2f %.2f\n", (double)n / (end - start),
                 1e6 * spent[0] / (double)n, 1e6 * spent[1] / (double)n, 1e6 * small, 1e6 * large);
    SSL_CTX_free(ctx[0]);
    SSL_CTX_free(ctx[1]);
    return 0;
}
