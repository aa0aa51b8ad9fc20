"""What the kernels of the cupy backend are tried with, and how their results are compared."""

import itertools
import math

import cuda_standin
import numpy as np

REALS = [0.0, -0.0, 0.1, 0.3, 1.0, -1.0, 2.5, -3.0, 7.0, 1e-9, -1e-20, 1e10, 16777215.0, -1e30]
SPECIAL = [math.inf, -math.inf, math.nan]
PARTS = [0.0, -0.0, 1.0, -1.0, 0.25, -2.0, 3.0, 1e-9, -1e-4, 1e-20, 700.0, 1e30, *SPECIAL]


def operands_of(kernel, dtype):
    """Every pair, or every number, of what is special about the dtype."""
    kind = np.dtype(dtype).kind
    if kind == "c":
        values = [complex(a, b) for a, b in itertools.product(PARTS, PARTS)]
    elif kind == "f":
        values = REALS + SPECIAL
    elif kind == "b":
        values = [False, True]
    else:
        info = np.iinfo(dtype)
        some = (-9, -1, 0, 1, 3, 8, 16, 33, 64)
        values = [info.min, info.max, *(v for v in some if v >= info.min)]
    with np.errstate(over="ignore"):
        values = np.asarray([np.dtype(dtype).type(v) for v in values])
    names = [name for _, name in cuda_standin.names_of(kernel.operands)]
    if names == ["x"]:
        return [values]
    if names[0] == "condition":
        return [np.arange(values.size) % 2 == 0, values, values[::-1].copy()]
    pairs = np.asarray(list(itertools.product(values, values)), dtype=dtype)
    return [pairs[:, 0].copy(), pairs[:, 1].copy()]


def same(got, expected, tolerance):
    """NaN for NaN, infinities of the same sign, zeros of the same sign, else close."""
    exact = (got == expected) & (np.signbit(got) == np.signbit(expected))
    with np.errstate(all="ignore"):
        close = np.abs(got - expected) <= tolerance * np.maximum(np.abs(expected), 1e-30)
    close &= (expected != 0) & np.isfinite(expected)
    return exact | (np.isnan(got) & np.isnan(expected)) | close


# Functions with values beside NaN, or at infinities, whose sign the standard leaves open.
OPEN_SIGNS = ("expm1", "tan", "tanh", "sin", "cos", "sinh", "cosh", "asin", "asinh")


def compare(kernel, dtype, operands, got, expected, ulps):
    """Fails with the operands whose results differ by more than some units of the last place."""
    if got.dtype.kind in "biu":
        assert got.tolist() == expected.tolist()
        return
    if got.dtype.kind == "c":
        is_open = ~np.isfinite(operands[0]) & (kernel.name in OPEN_SIGNS)
        got, expected = (x.view(x.real.dtype).reshape(-1, 2) for x in (got, expected))
        got, expected = (np.where(is_open[:, None], np.abs(x), x) for x in (got, expected))
    wrong = ~same(got, expected, ulps * float(np.finfo(dtype).eps))
    if wrong.ndim == 2:
        wrong = wrong.any(axis=1)
    listed = [(*(x[i] for x in operands), got[i], expected[i]) for i in np.flatnonzero(wrong)]
    assert not listed, f"{len(listed)} differ (operands, got, cpu): {listed[:8]}"
