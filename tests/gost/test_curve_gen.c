/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table generator must end the build when a constant of a curve is wrong: every constant of
 * every curve is altered in turn, in a child that runs the generator on it. And what it writes for
 * unaltered constants is the same twice.
 */
int gen_main(void);
#define main gen_main
#include "gost/gen/curve_gen.c"
#undef main

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

/* The generator's exit status for these parameters; what it prints goes to out. */
static int generate(const curve_params *cp, const char *out)
{
    int status;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (!freopen(out, "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(99);
        curve(cp);
        _exit(fflush(stdout) != 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_altered(void **state)
{
    (void)state;
    for (size_t i = 0; i < CURVE_PARAMS_COUNT; i++) {
        static const size_t constants[] = {
            offsetof(curve_params, p),    offsetof(curve_params, q),
            offsetof(curve_params, a),    offsetof(curve_params, b),
            offsetof(curve_params, x),    offsetof(curve_params, y),
            offsetof(curve_params, ed_d), offsetof(curve_params, ed_u),
            offsetof(curve_params, ed_v),
        };
        const curve_params *right = &all_curve_params[i];

        assert_int_equal(generate(right, "/dev/null"), 0);
        for (size_t j = 0; j < sizeof constants / sizeof constants[0]; j++) {
            curve_params wrong = *right;
            const char **field = (const char **)(void *)((char *)&wrong + constants[j]);
            char text[160];
            size_t len;

            if (!*field)
                continue;
            len = strlen(*field);
            assert_true(len < sizeof text);
            memcpy(text, *field, len + 1);
            /* a digit in the middle; p and q stay odd and below their power of two */
            text[len / 2] = text[len / 2] == '5' ? '4' : '5';
            *field = text;
            if (generate(&wrong, "/dev/null") != 1)
                fail_msg("%s: the generator takes a wrong constant, number %zu", right->ident, j);
        }
    }
}

static size_t slurp(const char *name, char *buf, size_t size)
{
    FILE *f = fopen(name, "r");
    size_t n;

    assert_non_null(f);
    n = fread(buf, 1, size, f);
    assert_true(n > 0 && n < size);
    fclose(f);
    return n;
}

static void test_same_twice(void **state)
{
    static char text[2][1 << 19];
    char name[] = "/tmp/gosttoken-gen-XXXXXX";
    size_t n[2];
    int fd = mkstemp(name);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(generate(&all_curve_params[4], name), 0);
        n[i] = slurp(name, text[i], sizeof text[i]);
    }
    unlink(name);
    assert_int_equal(n[0], n[1]);
    assert_memory_equal(text[0], text[1], n[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_altered),
        cmocka_unit_test(test_same_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
