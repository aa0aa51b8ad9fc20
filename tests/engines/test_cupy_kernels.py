"""The bodies of CuPy's kernels, compiled for the host, against the cpu backend.

CUDA's mathematics differs from the host's in the last bits alone; a wrong formula or a forgotten
special value shows here without a GPU.
"""

import cuda_standin
import numpy as np
import pytest
from arrayforge.backends.cupy.kernels import KERNELS
from kernel_cases import compare, operands_of

import arrayforge as xp

pytestmark = pytest.mark.skipif(cuda_standin.COMPILER is None, reason="there is no C++ compiler")

CASES = [
    pytest.param(kernel, dtype, id=f"{kernel.name}-{dtype}")
    for kernel in KERNELS
    for dtype in cuda_standin.SCALARS
    if np.dtype(dtype).kind in kernel.kinds
]


def check(kernel, dtype, headers):
    operands = operands_of(kernel, dtype)
    got = cuda_standin.run(kernel.name, np.dtype(dtype), operands, headers)
    expected = np.asarray(getattr(xp, kernel.name)(*map(xp.asarray, operands)))
    # The two sides round in different orders.
    compare(kernel, dtype, operands, got, expected, ulps=16)


@pytest.mark.parametrize(("kernel", "dtype"), CASES)
def test_the_formula_gives_what_the_cpu_backend_gives(kernel, dtype):
    check(kernel, dtype, None)


@pytest.mark.parametrize(("kernel", "dtype"), [c for c in CASES if "complex" in c.id])
def test_the_formula_holds_with_cupys_own_complex_numbers(kernel, dtype):
    headers = cuda_standin.cupy_headers()
    if headers is None:
        pytest.skip("CuPy is not installed (extra: cupy)")
    check(kernel, dtype, headers)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("kernel", cuda_standin.PLAIN, ids=lambda kernel: kernel.name)
def test_the_other_complex_functions_are_right_in_cupys_headers(kernel, dtype):
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
