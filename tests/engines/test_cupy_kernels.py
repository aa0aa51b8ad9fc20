"""The bodies of CuPy's kernels, compiled for the host, against the cpu backend.

CUDA's mathematics differs from the host's in the last bits alone; a wrong formula or a forgotten
special value shows here without a GPU.
"""

import itertools
import math

import cuda_standin
import numpy as np
import pytest
from arrayforge.backends.cupy.kernels import KERNELS

import arrayforge as xp

pytestmark = pytest.mark.skipif(cuda_standin.COMPILER is None, reason="there is no C++ compiler")

REALS = [0.0, -0.0, 0.1, 0.3, 1.0, -1.0, 2.5, -3.0, 7.0, 1e-9, -1e-20, 1e10, 16777215.0, -1e30]
SPECIAL = [math.inf, -math.inf, math.nan]
PARTS = [0.0, -0.0, 1.0, -1.0, 0.25, -2.0, 3.0, 1e-9, -1e-4, 1e-20, 700.0, 1e30, *SPECIAL]
CASES = [
    pytest.param(kernel, dtype, id=f"{kernel.name}-{dtype}")
    for kernel in KERNELS
    for dtype in cuda_standin.SCALARS
    if np.dtype(dtype).kind in kernel.kinds
]


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


def check(kernel, dtype, headers):
    operands = operands_of(kernel, dtype)
    got = cuda_standin.run(kernel.name, np.dtype(dtype), operands, headers)
    expected = np.asarray(getattr(xp, kernel.name)(*map(xp.asarray, operands)))
    if got.dtype.kind in "biu":
        assert got.tolist() == expected.tolist()
        return
    # A few units in the last place: the two sides round in different orders.
    tolerance = 16 * float(np.finfo(dtype).eps)
    if got.dtype.kind == "c":
        # Where a part is not finite, the standard leaves signs of zeros and infinities open.
        finite = np.isfinite(operands[0])
        got, expected = (x.view(x.real.dtype).reshape(-1, 2) for x in (got, expected))
        if kernel.name in ("expm1", "tan", "tanh"):
            got[~finite], expected[~finite] = np.abs(got[~finite]), np.abs(expected[~finite])
    wrong = ~same(got, expected, tolerance)
    if wrong.ndim == 2:
        wrong = wrong.any(axis=1)
    listed = [(*(x[i] for x in operands), got[i], expected[i]) for i in np.flatnonzero(wrong)]
    assert not listed, f"{len(listed)} differ (operands, kernel, cpu): {listed[:8]}"


@pytest.mark.parametrize(("kernel", "dtype"), CASES)
def test_the_formula_gives_what_the_cpu_backend_gives(kernel, dtype):
    check(kernel, dtype, None)


@pytest.mark.parametrize(("kernel", "dtype"), [c for c in CASES if "complex" in c.id])
def test_the_formula_holds_with_cupys_own_complex_numbers(kernel, dtype):
    headers = cuda_standin.cupy_headers()
    if headers is None:
        pytest.skip("CuPy is not installed (extra: cupy)")
    check(kernel, dtype, headers)


def test_every_kernel_says_why():
    for kernel in KERNELS:
        assert len(kernel.reason.split()) > 3, kernel.name
    assert len({(k.name, k.kinds) for k in KERNELS}) == len(KERNELS)


def test_a_wrong_formula_is_noticed(monkeypatch):
    remainder = next(k for k in KERNELS if k.name == "remainder")
    wrong = cuda_standin.run("floor_divide", np.dtype("float64"), operands_of(remainder, "float64"))
    monkeypatch.setattr(cuda_standin, "run", lambda *args: wrong)
    with pytest.raises(AssertionError, match="differ"):
        check(remainder, "float64", None)
