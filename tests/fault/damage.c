/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of the token's file are flipped, zeroed, swapped, cut off or added. Whatever a process then
 * asks of the token through the module, the answer is that it is damaged, or what it was before:
 * never a crash, never something else.
 *
 *     damage MODULE [ROUNDS]       (default 250, or $GOSTTOKEN_BIG)
 */
#include "tests/fault/harm.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static uint32_t seed = 12345;

static uint32_t roll(size_t below)
{
    seed = seed * 1103515245u + 12345u;
    return (uint32_t)(((uint64_t)(seed >> 4) * below) >> 28);
}

static void spoil(unsigned round)
{
    char path[512];
    size_t len = harm_file(path), at = roll(len), n = 1 + roll(64);
    int fd = open(path, O_RDWR);
    uint8_t b[64] = {0}, c[64];

    if (fd < 0)
        die("%s cannot be opened", path);
    if (n > len - at)
        n = len - at;
    switch (round % 8) {
    case 0:
        if (ftruncate(fd, (off_t)at) != 0)
            die("ftruncate");
        break;
    case 1: /* zeros */
        if (pwrite(fd, b, n, (off_t)at) < 0)
            die("pwrite");
        break;
    case 2: { /* a piece from elsewhere */
        size_t from = roll(len - n);

        if (pread(fd, c, n, (off_t)from) < 0 || pwrite(fd, c, n, (off_t)at) < 0)
            die("pwrite");
        break;
    }
    case 3: /* the header is the most delicate */
        at = roll(100);
        /* fall through */
    default:
        if (pread(fd, b, 1, (off_t)at) != 1)
            die("pread");
        b[0] ^= (uint8_t)(1u << roll(8));
        if (pwrite(fd, b, 1, (off_t)at) != 1)
            die("pwrite");
    }
    (void)close(fd);
}

/* Private objects are not seen by who could not log in, because the login said what is wrong. */
static int not_to_be_seen(const facts *f, unsigned q)
{
    return f->rv[ASK_USER] != CKR_OK &&
           (q == ASK_COUNT || (q >= ASK_OBJECTS && q != ASK_OBJECTS + PUBLIC_OBJECT));
}

static int says_damaged(CK_RV rv)
{
    return rv == CKR_DEVICE_ERROR || rv == CKR_TOKEN_NOT_RECOGNIZED;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : harm_rounds(250);
    unsigned answered = 0, reported = 0, wrong = 0, blank = 0;
    facts before, after;

    if (argc < 2)
        return 2;
    harm_start(argv[1], "");
    harm_restore();
    if (!harm_ask(&before))
        return 1;
    for (unsigned q = 0; q < QUESTIONS; q++)
        if (before.rv[q] != CKR_OK)
            die("%s: 0x%lx before any harm", question_names[q], before.rv[q]);
    for (unsigned r = 0; r < rounds; r++) {
        uint32_t was = seed;

        harm_restore();
        spoil(r);
        if (!harm_ask(&after)) {
            fprintf(stderr, "round %u (seed %u) crashed\n", r, was);
            wrong++;
            continue;
        }
        for (unsigned q = 0; q < QUESTIONS; q++) {
            if (says_damaged(after.rv[q])) {
                reported++;
            } else if (says_damaged(after.rv[ASK_USER]) && not_to_be_seen(&after, q)) {
                continue;
            } else if (after.rv[q] == CKR_OK &&
                       memcmp(after.digest[q], before.digest[q], 32) == 0) {
                answered++;
            } else if (q == ASK_INFO && after.rv[q] == CKR_OK &&
                       after.rv[ASK_USER] == CKR_TOKEN_NOT_RECOGNIZED) {
                blank++; /* shown as a token that is not initialised; nothing can be done with it */
            } else {
                fprintf(stderr, "round %u (seed %u): %s: 0x%lx%s\n", r, was, question_names[q],
                        after.rv[q], after.rv[q] == CKR_OK ? ", but not as it was" : "");
                wrong++;
            }
        }
    }
    harm_end();
    printf("%u rounds: %u answers as before, %u reports of damage, %u tokens shown as blank, "
           "%u wrong\n",
           rounds, answered, reported, blank, wrong);
    return wrong != 0;
}
