/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plain connect|serve PORT CA CERTIFICATE KEY: a program as anybody writes it with libssl. It knows
 * of files and certificates, and nothing of GOST, tokens, providers or engines. "connect" asks
 * a server at localhost and prints the answer; "serve" answers one client, who must show a
 * certificate, with the name in it.
 */
#include <stdio.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

static SSL_CTX *context(const SSL_METHOD *method, char **argv)
{
    SSL_CTX *ctx = SSL_CTX_new(method);

    if (ctx != NULL && SSL_CTX_load_verify_locations(ctx, argv[3], NULL) == 1 &&
        SSL_CTX_use_certificate_chain_file(ctx, argv[4]) == 1 &&
        SSL_CTX_use_PrivateKey_file(ctx, argv[5], SSL_FILETYPE_PEM) == 1 &&
        SSL_CTX_check_private_key(ctx) == 1) {
        return ctx;
    }
    SSL_CTX_free(ctx);
    return NULL;
}

static int ask(SSL_CTX *ctx, const char *port)
{
    static const char request[] = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";
    char answer[16384];
    BIO *bio;
    SSL *ssl = NULL;
    int n, total = 0;

    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    bio = BIO_new_ssl_connect(ctx);
    if (bio == NULL || BIO_get_ssl(bio, &ssl) != 1 || SSL_set1_host(ssl, "localhost") != 1 ||
        BIO_set_conn_hostname(bio, "127.0.0.1") != 1 || BIO_set_conn_port(bio, port) != 1 ||
        BIO_do_handshake(bio) != 1 ||
        BIO_write(bio, request, sizeof(request) - 1) != sizeof(request) - 1) {
        BIO_free_all(bio);
        return 0;
    }
    printf("%s %s\n", SSL_get_version(ssl), SSL_get_cipher_name(ssl));
    while ((n = BIO_read(bio, answer, sizeof(answer))) > 0) {
        fwrite(answer, 1, (size_t)n, stdout);
        total += n;
    }
    BIO_free_all(bio);
    return total > 0;
}

static int serve(SSL_CTX *ctx, const char *port)
{
    char name[256] = "", address[32], line[512];
    BIO *ssl_bio, *listener, *client = NULL;
    X509 *peer = NULL;
    SSL *ssl = NULL;
    int ok = 0;

    snprintf(address, sizeof(address), "127.0.0.1:%s", port);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"plain", 5);
    ssl_bio = BIO_new_ssl(ctx, 0);
    listener = BIO_new_accept(address);
    if (ssl_bio == NULL || listener == NULL) {
        goto end;
    }
    BIO_set_accept_bios(listener, ssl_bio);
    ssl_bio = NULL;
    /* The first call binds, the second waits. */
    if (BIO_do_accept(listener) != 1) {
        goto end;
    }
    puts("ready");
    fflush(stdout);
    if (BIO_do_accept(listener) != 1 || (client = BIO_pop(listener)) == NULL ||
        BIO_do_handshake(client) != 1 || BIO_get_ssl(client, &ssl) != 1 ||
        (peer = SSL_get1_peer_certificate(ssl)) == NULL ||
        BIO_read(client, line, sizeof(line)) <= 0) {
        goto end;
    }
    X509_NAME_oneline(X509_get_subject_name(peer), name, sizeof(name));
    ok = BIO_printf(client, "HTTP/1.0 200 OK\r\n\r\n%s %s\n", SSL_get_cipher_name(ssl), name) > 0 &&
         BIO_flush(client) == 1;
    SSL_shutdown(ssl);
end:
    X509_free(peer);
    BIO_free_all(client);
    BIO_free_all(listener);
    BIO_free_all(ssl_bio);
    return ok;
}

int main(int argc, char **argv)
{
    int serving = argc == 6 && strcmp(argv[1], "serve") == 0, ok = 0;
    SSL_CTX *ctx;

    if (argc != 6 || (!serving && strcmp(argv[1], "connect") != 0)) {
        fprintf(stderr, "usage: plain connect|serve port ca certificate key\n");
        return 2;
    }
    ctx = context(serving ? TLS_server_method() : TLS_client_method(), argv);
    if (ctx != NULL) {
        ok = serving ? serve(ctx, argv[2]) : ask(ctx, argv[2]);
    }
    if (!ok) {
        ERR_print_errors_fp(stderr);
    }
    SSL_CTX_free(ctx);
    return ok ? 0 : 1;
}
