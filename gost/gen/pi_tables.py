#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the tables of Streebog's and Kuznyechik's bodies from the standards' constants.

Without an argument it writes pi_planes.h, streebog_planes.h, streebog_shuffle.c,
kuznyechik_tables.c and kuznyechik_shuffle.c, which are kept in the tree; with --check it compares them with what it would
write, which is a test.
gost/streebog_shuffle.h explains the decomposition of the substitution; it is checked here against
the table of gost/pi.h, and so is every shuffle table.
"""
import os
import re
import sys
import textwrap

HERE = os.path.dirname(os.path.abspath(__file__))


def read(name):
    with open(os.path.join(HERE, "..", name), encoding="ascii") as f:
        return f.read()


# The standards' constants, as the sources have them.
PI = [int(x) for x in re.findall(r"F\((\d+), __VA_ARGS__\)", read("pi.h"))]
assert sorted(PI) == list(range(256))
# RFC 6986, section 6.4: A[a][k] is the image of bit k of byte a of a word.
A = [[int(x, 16) for x in reversed(re.findall("0x([0-9a-f]{16})", rows))]
     for rows in re.findall(r"GOST_PI\(IMAGE,([^)]*)\)", read("streebog_table.c"))]
assert [len(x) for x in A] == [8] * 8
C = [int(x, 16) for x in
     re.findall("0x([0-9a-f]{16})", read("streebog.c").split("gost_streebog_c[12][8]")[1])]
C = [C[8 * i:8 * i + 8] for i in range(12)]

# The decomposition of the substitution; rows of bits, most significant first.
ALPHA = "00001000 01000001 01000011 11101111 10001010 01000100 00011010 00100000".split()
OMEGA = "00001010 00000100 00100000 10011010 00001000 01000100 10000010 00000001".split()
INVERSE = [0x0, 0x1, 0xc, 0x8, 0x6, 0xf, 0x4, 0xe, 0x3, 0xd, 0xb, 0xa, 0x2, 0x9, 0x7, 0x5]
NU0 = [0x2, 0x5, 0x3, 0xb, 0x6, 0x9, 0xe, 0xa, 0x0, 0x4, 0xf, 0x1, 0x8, 0xd, 0xc, 0x7]
NU1 = [0x7, 0x6, 0xc, 0x9, 0x0, 0xf, 0x8, 0x1, 0x4, 0x5, 0xb, 0xe, 0xd, 0x2, 0x3, 0xa]
PHI = [0xb, 0x2, 0xb, 0x8, 0xc, 0x4, 0x1, 0xc, 0x6, 0x3, 0x5, 0x8, 0xe, 0x3, 0x6, 0xb]
SIGMA = [0xc, 0xd, 0x0, 0x4, 0x8, 0xb, 0xa, 0xe, 0x3, 0x9, 0x5, 0x2, 0xf, 0x1, 0x6, 0x7]


def field_mul(a, b, poly, bits):
    r = 0
    for i in range(bits):
        if b >> i & 1:
            r ^= a << i
    for i in range(2 * bits - 2, bits - 1, -1):
        if r >> i & 1:
            r ^= poly << (i - bits)
    return r


def linear(matrix, x):
    return sum((bin(int(row, 2) & x).count("1") & 1) << (7 - i) for i, row in enumerate(matrix))


def swap_nibbles(x):
    return x >> 4 | (x & 15) << 4


def invert(table):
    out = [0] * len(table)
    for i, v in enumerate(table):
        out[v] = i
    return out


# Bytes as this code keeps them: l in the low nibble, r in the high one.
alpha = [swap_nibbles(linear(ALPHA, x)) for x in range(256)]
omega = [linear(OMEGA, swap_nibbles(v)) for v in range(256)]
unalpha, unomega = invert(alpha), invert(omega)


def middle(v):
    l, r = v & 15, v >> 4
    l = NU1[field_mul(l, INVERSE[r], 0x19, 4)] if r else NU0[l]
    return l | SIGMA[field_mul(r, PHI[l], 0x19, 4)] << 4


assert all(omega[middle(alpha[x])] == PI[x] for x in range(256))


def image(a, byte):
    """The linear map of Streebog on byte a of a word."""
    w = 0
    for k in range(8):
        if byte >> k & 1:
            w ^= A[a][k]
    return w


def map_bytes(table, w):
    return sum(table[w >> 8 * j & 255] << 8 * j for j in range(8))


# ---------------------------------------------------------------------------------- C text
HEAD = "/* SPDX-License-Identifier: Apache-2.0 */\n"
MADE = "Written by gost/gen/pi_tables.py."


def wrap(items, indent, width=100):
    return textwrap.fill(", ".join(items), width, initial_indent=indent, subsequent_indent=indent)


def hex8(values):
    return ", ".join("0x%02x" % v for v in values)


def hex64(values):
    return ["0x%016x" % v for v in values]


# ------------------------------------------------------------------------- pi_planes.h
def normal_form(table, bit):
    """The products (as sets of variables) whose sum is that bit of the function."""
    a = [v >> bit & 1 for v in table]
    for i in range(4):
        for x in range(16):
            if x >> i & 1:
                a[x] ^= a[x ^ (1 << i)]
    return [m for m in range(16) if a[m]]


def product(m):
    return "".join("abcd"[i] for i in range(4) if m >> i & 1)


def assign(target, terms):
    line = "    %s = %s;" % (target, " ^ ".join(terms))
    return textwrap.fill(line, 100, subsequent_indent="        ") + "\n"


def nibble_function(name, table, doc):
    forms = [normal_form(table, b) for b in range(4)]
    need = {m for form in forms for m in form if bin(m).count("1") > 1}
    for m in sorted(need, reverse=True):
        while bin(m).count("1") > 2:
            m &= ~(1 << (m.bit_length() - 1))
            need.add(m)
    out = "/* %s */\n" % doc
    out += "static inline void gost_pi_%s(GOST_PLANE y[4], const GOST_PLANE x[4])\n{\n" % name
    out += "    GOST_PLANE a = x[0], b = x[1], c = x[2], d = x[3];\n"
    for m in sorted(need, key=lambda m: (bin(m).count("1"), m)):
        top = m.bit_length() - 1
        out += "    GOST_PLANE %s = %s & %s;\n" % (product(m), product(m & ~(1 << top)), "abcd"[top])
    out += "\n"
    for b, form in enumerate(forms):
        terms = [product(m) for m in form if m]
        if 0 in form:
            terms[0] = "~" + terms[0]
        out += assign("y[%d]" % b, terms)
    return out + "}\n\n"


def linear_function(name, table, doc):
    out = "/* %s */\nstatic inline void gost_pi_%s(GOST_PLANE x[8])\n{\n" % (doc, name)
    for i in range(0, 8, 4):
        out += "    GOST_PLANE " + ", ".join("x%d = x[%d]" % (k, k) for k in range(i, i + 4)) + ";\n"
    out += "\n"
    for b in range(8):
        out += assign("x[%d]" % b, ["x%d" % i for i in range(8) if table[1 << i] >> b & 1])
    return out + "}\n\n"


PLANES_HEAD = HEAD + """/*
 * The substitution of Streebog and Kuznyechik in bit planes: constant time on any machine. Plane b
 * holds bit b of as many bytes as a GOST_PLANE has bits; define that, an integer or a vector type,
 * before including this.
 *
 * The decomposition is explained in gost/streebog_shuffle.h. Bytes are kept as alpha(x), with l in
 * the planes 0..3 and r in 4..7, and omega may be left to the linear map behind. The 4-bit
 * functions are sums of products of input bits. %s Internal to
 * gost/.
 */
#ifndef GOST_PI_PLANES_H
#define GOST_PI_PLANES_H

/* clang-format off */
""" % MADE

PLANES_TAIL = """/* z = x * y in GF(16) = GF(2)[x]/(x^4 + x^3 + 1) */
static inline void gost_pi_mul(GOST_PLANE z[4], const GOST_PLANE x[4], const GOST_PLANE y[4])
{
    GOST_PLANE c4 = (x[1] & y[3]) ^ (x[2] & y[2]) ^ (x[3] & y[1]);
    GOST_PLANE c5 = (x[2] & y[3]) ^ (x[3] & y[2]);
    GOST_PLANE c6 = x[3] & y[3], c56 = c5 ^ c6;
    GOST_PLANE z0 = (x[0] & y[0]) ^ c4 ^ c56;
    GOST_PLANE z1 = (x[0] & y[1]) ^ (x[1] & y[0]) ^ c56;
    GOST_PLANE z2 = (x[0] & y[2]) ^ (x[1] & y[1]) ^ (x[2] & y[0]) ^ c6;

    z[3] = (x[0] & y[3]) ^ (x[1] & y[2]) ^ (x[2] & y[1]) ^ (x[3] & y[0]) ^ c4 ^ c56;
    z[2] = z2;
    z[1] = z1;
    z[0] = z0;
}
/* clang-format on */

/* Puts y in place of x where r is 0. */
static inline void gost_pi_if_zero(GOST_PLANE x[4], const GOST_PLANE r[4], const GOST_PLANE y[4])
{
    GOST_PLANE some = r[0] | r[1] | r[2] | r[3];

    for (int i = 0; i < 4; i++)
        x[i] = (x[i] & some) | (y[i] & ~some);
}

/* Between alpha and omega. */
static inline void gost_pi_middle(GOST_PLANE x[8])
{
    GOST_PLANE *l = x, *r = x + 4, s[4], t[4];

    gost_pi_inverse(t, r);
    gost_pi_mul(t, t, l);
    gost_pi_nu1(t, t);
    gost_pi_nu0(s, l);
    gost_pi_if_zero(t, r, s);
    for (int i = 0; i < 4; i++)
        l[i] = t[i];
    gost_pi_phi(t, l);
    gost_pi_mul(t, t, r);
    gost_pi_sigma(r, t);
}

static inline void gost_pi_middle_inverse(GOST_PLANE x[8])
{
    GOST_PLANE *l = x, *r = x + 4, s[4], t[4];

    gost_pi_phi(t, l);
    gost_pi_inverse(t, t);
    gost_pi_sigma_inverse(s, r);
    gost_pi_mul(r, s, t);
    gost_pi_nu1_inverse(t, l);
    gost_pi_mul(t, t, r);
    gost_pi_nu0_inverse(s, l);
    gost_pi_if_zero(t, r, s);
    for (int i = 0; i < 4; i++)
        l[i] = t[i];
}

#endif
"""


def pi_planes():
    out = PLANES_HEAD
    out += linear_function("alpha", alpha, "From the bits of a byte to l and r.")
    out += linear_function("unalpha", unalpha, "The inverse.")
    out += linear_function("omega", omega, "From l and r to the bits of a byte.")
    out += linear_function("unomega", unomega, "The inverse.")
    out += nibble_function("inverse", INVERSE, "1/x in GF(16), 0 for 0.")
    out += nibble_function("nu0", NU0, "The permutation of l where r is 0.")
    out += nibble_function("nu1", NU1, "The other permutation of l.")
    out += nibble_function("phi", PHI, "The factor of r, never 0.")
    out += nibble_function("sigma", SIGMA, "The last permutation of r.")
    out += nibble_function("nu0_inverse", invert(NU0), "For decryption.")
    out += nibble_function("nu1_inverse", invert(NU1), "For decryption.")
    out += nibble_function("sigma_inverse", invert(SIGMA), "For decryption.")
    return out + PLANES_TAIL


# -------------------------------------------------------------------- streebog_planes.h
def word_planes(words):
    return [sum((words[i] >> (8 * r + b) & 1) << (8 * i + r) for i in range(8) for r in range(8))
            for b in range(8)]


def streebog_planes():
    basis = [[map_bytes(alpha, image(i, omega[1 << b])) for b in range(8)] for i in range(8)]
    out = HEAD + "/* The constants of streebog_ct.c, explained there. %s */\n" % MADE
    out += "#ifndef GOST_STREEBOG_PLANES_H\n#define GOST_STREEBOG_PLANES_H\n\n/* clang-format off */\n"
    out += "#define GOST_STREEBOG_DIAGONALS(F) \\\n"
    for d in range(8):
        row = [sum(basis[(j + d) % 8][b] & 0xff << 8 * j for j in range(8)) for b in range(8)]
        text = wrap(hex64(row), "      ")
        out += "    F(" + text.strip().replace("\n", " \\\n") + ")" + (" \\\n" if d < 7 else "\n\n")
    out += "/* The iteration constants C1..C12 in planes of alpha(x). */\n"
    out += "static const uint64_t gost_streebog_c_planes[12][8] = {\n"
    for words in C:
        row = word_planes([map_bytes(alpha, w) for w in words])
        out += "    {" + wrap(hex64(row), "     ").strip() + "},\n"
    return out + "};\n/* clang-format on */\n\n#endif\n"


# -------------------------------------------------------------------- streebog_shuffle.c
def shuffle_tables():
    zero = 0xa0  # the logarithm of 0: bit 7 stays set in whatever is made of it
    exp = [1]
    while len(exp) < 15:
        exp.append(field_mul(exp[-1], 2, 0x19, 4))
    log = [zero] + [exp.index(x) for x in range(1, 16)]

    def shuffle(table, i):
        return 0 if i & 0x80 else table[i & 15]

    def difference(a, b):
        s = a - b & 255
        return min(s, s + 15 & 255)

    def total(a, b):
        s = a + b & 255
        return min(s, s - 15 & 255)

    nu1_exp = [NU1[exp[s]] ^ NU1[0] for s in range(15)] + [0]
    # Where r is 0 the other lookup still gives something, a function of l: taken out here.
    nu0 = [NU0[l] ^ NU1[0] ^ shuffle(nu1_exp, difference(log[l], zero)) for l in range(16)]
    log_phi = [log[PHI[u ^ NU1[0]]] for u in range(16)]

    def part(i, j, t):
        """What byte i of a word gives to byte j: t = 0 for the index u, 1 for the index r."""
        if t == 0:
            values = [omega[u ^ NU1[0] | SIGMA[0] << 4] for u in range(16)]
        else:
            values = [omega[(SIGMA[e] ^ SIGMA[0]) << 4] for e in exp] + [0]
        return [alpha[image(i, v) >> 8 * j & 255] for v in values]

    for x in range(256):
        v = alpha[x]
        u = shuffle(nu1_exp, difference(log[v & 15], log[v >> 4]))
        u ^= shuffle(nu0, min(255, v + 0x70))
        r = total(log_phi[u], log[v >> 4])
        for i in range(8):
            for j in range(8):
                assert (shuffle(part(i, j, 0), u) ^ shuffle(part(i, j, 1), r) ==
                        alpha[image(i, PI[x]) >> 8 * j & 255])

    out = HEAD + "/* See gost/streebog_shuffle.h. %s */\n" % MADE
    out += '#include "gost/streebog_shuffle.h"\n\n/* clang-format off */\n'
    out += "const gost_streebog_nibbles gost_streebog_nibble __attribute__((aligned(16))) = {\n"
    for name, table in (("alpha", alpha), ("unalpha", unalpha)):
        out += "    .%s = {\n" % name
        out += "        {%s},\n" % hex8(table[n] for n in range(16))
        out += "        {%s},\n    },\n" % hex8(table[n << 4] for n in range(16))
    for name, table in (("log", log), ("nu1_exp", nu1_exp), ("nu0", nu0), ("log_phi", log_phi)):
        out += "    .%s = {\n        %s,\n    },\n" % (name, hex8(table))
    out += "};\n\n"
    out += "const uint8_t gost_streebog_linear[4][2][4][2][32] __attribute__((aligned(32))) = {\n"
    for v in range(4):
        out += "    {\n"
        for x in range(2):
            out += "    {\n"
            for w in range(4):
                for t in range(2):
                    lanes = [part((0, 4, 2, 6)[w] + y, (v & 1) * 2 + (v >> 1) + 4 * (x ^ y), t)
                             for y in range(2)]
                    out += "    {{" if t == 0 else "     {"
                    out += hex8(lanes[0]) + ",\n      " + hex8(lanes[1])
                    out += "},\n" if t == 0 else "}},\n"
            out += "    },\n"
        out += "    },\n"
    out += "};\n\n"
    out += """#define KEY(w, i) (((w) >> (8 * (i)) & 0xff) << 8)
#define WORD(w) \\
    KEY(w, 0), KEY(w, 1), KEY(w, 2), KEY(w, 3), KEY(w, 4), KEY(w, 5), KEY(w, 6), KEY(w, 7)
#define ROUND(a, b, c, d, e, f, g, h) \\
    {{WORD(UINT64_C(a)), WORD(UINT64_C(b))}, {WORD(UINT64_C(e)), WORD(UINT64_C(f))}, \\
     {WORD(UINT64_C(c)), WORD(UINT64_C(d))}, {WORD(UINT64_C(g)), WORD(UINT64_C(h))}}

const uint16_t gost_streebog_c_alpha[12][4][16] __attribute__((aligned(32))) = {
"""
    for words in C:
        row = [map_bytes(alpha, w) for w in words]
        out += "    ROUND(" + wrap(hex64(row), "          ").strip() + "),\n"
    return out + "};\n/* clang-format on */\n"


# ------------------------------------------------------------------- kuznyechik_tables.c
# RFC 7801, section 4.1.1: the factors of a15, ..., a0.
FACTORS = [148, 32, 133, 16, 194, 192, 1, 251, 1, 192, 194, 16, 133, 32, 148, 1]


def feedback(block):
    t = 0
    for f, x in zip(FACTORS, block):
        t ^= field_mul(f, x, 0x1c3, 8)
    return t


def kuznyechik_l(block):
    for _ in range(16):
        block = [feedback(block)] + block[:15]
    return block


def kuznyechik_l_inverse(block):
    for _ in range(16):
        rotated = block[1:] + block[:1]
        block = block[1:] + [feedback(rotated)]
    return block


def block_planes(block):
    return sum((block[i] >> k & 1) << (16 * k + i) for i in range(16) for k in range(8))


def unit(i, value):
    return [value if k == i else 0 for k in range(16)]


def kuznyechik_tables():
    forward, backward = [], []
    for k in range(8):
        for i in range(16):
            x = kuznyechik_l(unit(i, omega[1 << k]))
            forward.append(block_planes([alpha[v] for v in x]))
            x = kuznyechik_l_inverse(unit(i, unalpha[1 << k]))
            backward.append(block_planes([unomega[v] for v in x]))
    constants = [block_planes([alpha[v] for v in kuznyechik_l(unit(15, i))]) for i in range(1, 33)]

    out = HEAD + "/* See gost/kuznyechik_core.h. %s */\n" % MADE
    out += '#include "gost/kuznyechik_core.h"\n\n/* clang-format off */\n'
    for name, rows in (("forward[128]", forward), ("backward[128]", backward), ("c[32]", constants)):
        out += "const uint64_t gost_kuznyechik_%s[2] = {\n" % name
        for i in range(0, len(rows), 2):
            pairs = ["{0x%016x, 0x%016x}" % (x & (1 << 64) - 1, x >> 64) for x in rows[i:i + 2]]
            out += "    " + ", ".join(pairs) + ",\n"
        out += "};\n\n"
    return out[:-1] + "/* clang-format on */\n"


# ------------------------------------------------------------------ kuznyechik_shuffle.c
DISTINCT = [1, 148, 32, 133, 16, 194, 192, 251]
# Of the factors 1 and 16, 148 and 194, 32 and 192, 133 and 251 in two lanes: the places e where
# they are f[15 - e].
MOVES = [(0, 4), (7, 12), (9, 16), (1, 5), (15, 11), (2, 6), (14, 10), (3, 8), (13, 16)]


def series():
    """g: 1 / (1 + f[0] z + f[1] z^2 + ...)"""
    g = [1]
    for m in range(1, 16):
        g.append(0)
        for j in range(m):
            g[m] ^= field_mul(FACTORS[j], g[m - j - 1], 0x1c3, 8)
    return g


def up(block, e):
    return [0] * e + block[:16 - e]


def kuznyechik_two_sums(block):
    """L by its two sums, as kuznyechik_shuffle.h has it."""
    t, out = [0] * 16, [0] * 16
    for e in range(16):
        t = [x ^ field_mul(FACTORS[15 - e], y, 0x1c3, 8) for x, y in zip(t, up(block, e))]
    for e, g in enumerate(series()):
        down = up(t[::-1], e)[::-1]
        out = [x ^ field_mul(g, y, 0x1c3, 8) for x, y in zip(out, down)]
    return out


def kuznyechik_shuffles():
    zero = 0xa0
    exp = [1]
    while len(exp) < 15:
        exp.append(field_mul(exp[-1], 2, 0x19, 4))
    log = [zero] + [exp.index(x) for x in range(1, 16)]

    for i in range(16):
        for k in range(8):
            block = unit(i, 1 << k)
            assert kuznyechik_two_sums(block) == kuznyechik_l(block)
            assert kuznyechik_two_sums(block[::-1])[::-1] == kuznyechik_l_inverse(block)
    pair_of = [0, 0, 0, 1, 1, 2, 2, 3, 3]
    assert sorted(e for pair in MOVES for e in pair if e < 16) == list(range(16))
    for n, pair in enumerate(MOVES):
        for lane, e in enumerate(pair):
            assert e == 16 or FACTORS[15 - e] == DISTINCT[pair_of[n] + 4 * lane]

    def product(c, x):
        return field_mul(c, x, 0x1c3, 8)

    def nibbles(function):
        """Tables of a map of bytes that is linear, or linear but for a constant."""
        low, high = [function(n) for n in range(16)], [function(n << 4) for n in range(16)]
        high = [x ^ function(0) for x in high]
        assert all(low[x & 15] ^ high[x >> 4] == function(x) for x in range(256))
        return [low, high]

    def substituted(function):
        """Tables of a linear map of what the substitution gives, by u and by r's logarithm."""
        by_u = [function(omega[u ^ NU1[0] | SIGMA[0] << 4]) for u in range(16)]
        by_r = [function(omega[(SIGMA[e] ^ SIGMA[0]) << 4]) for e in exp] + [0]
        return [by_u, by_r]

    def prepared(x):
        return unomega[x] ^ SIGMA[0] << 4

    unsigma, unnu0, unnu1 = invert(SIGMA), invert(NU0), invert(NU1)
    log_sigma = [log[unsigma[r ^ SIGMA[0]]] for r in range(16)]
    log_phi = [log[PHI[l]] for l in range(16)]
    log_nu1 = [log[unnu1[l]] for l in range(16)]
    unpi = invert(PI)
    for x in range(256):
        v = prepared(x)
        s = log_sigma[v >> 4] - log_phi[v & 15] & 255
        s = min(s, s + 15 & 255)
        t = min(log_nu1[v & 15] + s, 255)
        t = min(t, t - 15 & 255)
        r = 0 if s & 0x80 else exp[s]
        l = (0 if t & 0x80 else exp[t]) ^ (unnu0[v & 15] if min(v + 0x70, 255) < 0x80 else 0)
        assert unalpha[l | r << 4] == unpi[x]

    def rows(table, indent):
        return "".join("%s{%s},\n" % (indent, hex8(row)) for row in table)

    out = HEAD + "/* See gost/kuznyechik_shuffle.h. %s */\n" % MADE
    out += '#include "gost/kuznyechik_shuffle.h"\n\n/* clang-format off */\n'
    out += "const gost_kuznyechik_shuffles gost_kuznyechik_shuffle "
    out += "__attribute__((aligned(32))) = {\n"

    def maps(name, tables):
        text = "    .%s = {\n" % name
        for table in tables:
            text += "        {\n" + rows(table, "            ") + "        },\n"
        return text + "    },\n"

    def pairs(name, tables):
        """Of each half of the tables one, beside each other."""
        text = "    .%s = {\n" % name
        for a, b in zip(tables[:len(tables) // 2], tables[len(tables) // 2:]):
            text += "        {\n"
            for n in range(2):
                text += "            {{%s},\n             {%s}},\n" % (hex8(a[n]), hex8(b[n]))
            text += "        },\n"
        return text + "    },\n"

    # The constant of prepared() goes into the first of the maps that are added up.
    g = series()
    out += pairs("f", [substituted(lambda x, c=c: product(c, x)) for c in DISTINCT])
    out += pairs("g", [nibbles(lambda x, c=c: alpha[product(c, x)]) for c in g])
    out += pairs("back_f", [nibbles(lambda v, c=c: product(c, unalpha[v])) for c in DISTINCT])
    out += pairs("back_g", [nibbles(prepared)] +
                 [nibbles(lambda x, c=c: unomega[product(c, x)]) for c in g[1:]])
    for name, table in (("omega", substituted(lambda x: x)),):
        out += "    .%s = {\n%s    },\n" % (name, rows(table, "        "))
    out += maps("factor", [nibbles(lambda x, c=c: product(c, x)) for c in DISTINCT[1:]])
    out += "    .unomega = {\n%s    },\n" % rows(nibbles(prepared), "        ")
    for name, table in (("log_sigma", log_sigma), ("log_phi", log_phi), ("log_nu1", log_nu1),
                        ("nu0", unnu0), ("exp", exp + [0])):
        out += "    .%s = {%s},\n" % (name, hex8(table))
    # Where byte q comes from, when bytes move on (sign 1) or back (-1) by e places.
    def move(sign, e):
        return [q - sign * e if 0 <= q - sign * e < 16 else 0x80 for q in range(16)]

    out += "    .moves = {\n"
    for sign in (1, -1):
        lanes = [(move(sign, a), move(sign, b)) for a, b in MOVES]
        lanes.append((move(0, 0), move(-sign, 8)))
        out += "        {\n"
        out += "".join("            {{%s},\n             {%s}},\n" % (hex8(a), hex8(b))
                       for a, b in lanes)
        out += "        },\n"
    out += "    },\n    .c = {\n"
    out += rows([[alpha[v] for v in kuznyechik_l(unit(15, i))] for i in range(1, 33)], "        ")
    return out + "    },\n};\n/* clang-format on */\n"


def main():
    check = sys.argv[1:] == ["--check"]
    stale = []
    for name, make in (("pi_planes.h", pi_planes), ("streebog_planes.h", streebog_planes),
                       ("streebog_shuffle.c", shuffle_tables),
                       ("kuznyechik_tables.c", kuznyechik_tables),
                       ("kuznyechik_shuffle.c", kuznyechik_shuffles)):
        text = make()
        if not check:
            with open(os.path.join(HERE, "..", name), "w", encoding="ascii") as f:
                f.write(text)
        elif read(name) != text:
            stale.append(name)
    if stale:
        sys.exit("not what pi_tables.py writes: " + ", ".join(stale))


if __name__ == "__main__":
    main()
