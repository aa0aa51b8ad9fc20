"""Elementwise functions that CuPy gets wrong, as bodies of CUDA kernels, each with the reason.

Pure data: nothing here needs CuPy. The bodies are C++ that a compiler for the host takes too: that
is how tests/engines/test_cupy_kernels.py compares each of them with the cpu backend where there is
no GPU. Inside, T is the dtype of the operands; compute<T>::type is float for float16, which has
no mathematics of its own; R is the real type of a complex one.
"""

from __future__ import annotations

from typing import NamedTuple


class Kernel(NamedTuple):
    """One function for the dtypes whose NumPy kind is among `kinds`; results are called y."""

    name: str
    kinds: str
    operands: str
    body: str
    reason: str


PREAMBLE = """
template <class X> struct compute { typedef X type; };
"""
# What CuPy's own headers declare, and the host has not.
CUDA_PREAMBLE = """
template <> struct compute<float16> { typedef float type; };
"""

_FLOATS = "typedef typename compute<T>::type C; C a = x1, b = x2;"
_COMPLEX = "typedef typename T::value_type R; const R a = x.real(), b = x.imag();"

# log(z), where an infinite part makes the modulus infinite whatever the other one is.
_LOG = """
const R infinite = R(1) / R(0);
const R re = isinf(a) || isinf(b) ? infinite : log(x).real();
const R im = atan2(b, a);
"""

# tanh(u + vj) as (re, im).
_TANH = """
R re, im;
if (u == 0 && !isfinite(v)) {
    re = u;
    im = v - v;
} else if (isinf(u) && isfinite(v)) {
    re = copysign(R(1), u);
    im = copysign(R(0), v);
} else {
    const T w = tanh(T(u, v));
    re = w.real();
    im = w.imag();
}
"""

KERNELS = (
    Kernel(
        "floor_divide",
        "f",
        "T x1, T x2",
        _FLOATS
        + """
        C q = a / b;
        if (isfinite(a) && isfinite(b) && b != 0) {
            const C r = fmod(a, b);
            C d = (a - r) / b;
            if (r != 0 && (r < 0) != (b < 0)) d -= 1;
            C f = floor(d);
            if (d - f > C(0.5)) f += 1;
            y = d == 0 ? copysign(C(0), q) : f;
        } else {
            y = floor(q);
        }
        """,
        "CuPy rounds x1 / x2 before the floor: 1 // 0.1 gives 10, not 9, and disagrees with the "
        "remainder",
    ),
    Kernel(
        "remainder",
        "f",
        "T x1, T x2",
        _FLOATS
        + """
        C r = fmod(a, b);
        if (r == 0) {
            r = copysign(C(0), b);
        } else if ((r < 0) != (b < 0)) {
            r += b;
        }
        y = r;
        """,
        "CuPy computes x1 - floor(x1 / x2) * x2: NaN for infinite x2, wrong for large quotients, "
        "and zeros with the sign of x1",
    ),
    Kernel(
        "bitwise_left_shift",
        "iu",
        "T x1, T x2",
        "const T width = sizeof(T) * 8; y = x2 < 0 || x2 >= width ? T(0) : T(x1 << x2);",
        "shifts by the width and more are undefined in C++; the standard's bits fall out",
    ),
    Kernel(
        "bitwise_right_shift",
        "iu",
        "T x1, T x2",
        """
        const T width = sizeof(T) * 8;
        y = x2 < 0 || x2 >= width ? T(x1 < 0 ? -1 : 0) : T(x1 >> x2);
        """,
        "the same; the sign bit fills in",
    ),
    Kernel(
        "nextafter",
        "f",
        "T x1, T x2",
        "y = x1 == x2 ? x2 : nextafter(x1, x2);",
        "equal operands give x2: from +0 towards -0 is -0, where CUDA's returns x1",
    ),
    Kernel(
        "sign",
        "f",
        "T x",
        """
        typedef typename compute<T>::type C;
        const C a = x;
        y = a != a ? a : C((a > 0) - (a < 0));
        """,
        "CuPy 13 gives 0 for NaN",
    ),
    Kernel(
        "sign",
        "c",
        "T x",
        _COMPLEX
        + """
        const R size = hypot(a, b);
        y = size == 0 ? T(0, 0) : T(a / size, b / size);
        """,
        "CuPy 13 gives the sign of the real part",
    ),
    Kernel(
        "where",
        "biufc",
        "bool condition, T x1, T x2",
        "y = condition ? x1 : x2;",
        "CuPy 13 promotes Python scalars by their value",
    ),
    Kernel(
        "expm1",
        "c",
        "T x",
        _COMPLEX
        + """
        if (isfinite(a) && isfinite(b) && a < 1 && a > -1) {
            const R half = sin(b / 2);
            // + 0 turns a negative zero into the standard's.
            y = T(expm1(a) * cos(b) - 2 * half * half + R(0), b == 0 ? b : exp(a) * sin(b));
        } else {
            const T e = exp(x);
            y = T(e.real() - 1, e.imag());
        }
        """,
        "CuPy computes exp(z) - 1, which has no digits left near 0",
    ),
    Kernel(
        "log",
        "c",
        "T x",
        _COMPLEX + _LOG + "y = T(re, im);",
        "CuPy gives NaN + NaN j where one part is infinite and the other NaN",
    ),
    Kernel(
        "log1p",
        "c",
        "T x",
        _COMPLEX
        + """
        const R infinite = R(1) / R(0);
        const T moved(1 + a, b);
        const bool near = a < R(0.5) && a > R(-0.5) && b < R(0.5) && b > R(-0.5);
        const R re = near ? log1p(a * (2 + a) + b * b) / 2 : log(moved).real();
        y = T(isinf(a) || isinf(b) ? infinite : re, atan2(b, 1 + a));
        """,
        "CuPy computes log(1 + z): no digits near 0, and the sum drops the sign of a zero",
    ),
    Kernel(
        "log2",
        "c",
        "T x",
        _COMPLEX + _LOG + "const R scale = R(1.4426950408889634); y = T(re * scale, im * scale);",
        "CuPy divides by a complex log(2): NaN where a part is infinite",
    ),
    Kernel(
        "log10",
        "c",
        "T x",
        _COMPLEX + _LOG + "const R scale = R(0.43429448190325176); y = T(re * scale, im * scale);",
        "the logarithm's infinities, see log",
    ),
    Kernel(
        "tanh",
        "c",
        "T x",
        _COMPLEX + "const R u = a, v = b;" + _TANH + "y = T(re, im);",
        "the standard wants tanh(inf + bj) = 1 + 0j with the sign of b, and keeps a zero real part "
        "beside an imaginary one that is not finite",
    ),
    Kernel(
        "tan",
        "c",
        "T x",
        _COMPLEX + "const R u = -b, v = a;" + _TANH + "y = T(im, -re);",
        "tan(z) is -j tanh(jz), with the same special values",
    ),
    Kernel(
        "acosh",
        "c",
        "T x",
        _COMPLEX
        + """
        const T w = acosh(x);
        y = a == 0 && isnan(b) ? T(b, R(1.5707963267948966)) : w;
        """,
        "acosh(0 + NaN j) has the imaginary part pi/2, CuPy's is NaN",
    ),
)
