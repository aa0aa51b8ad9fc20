"""What only a GPU can tell: CUDA's own mathematics, streams, shared memory, memory's end."""

import importlib.util
import math

import numpy as np
import pytest
from arrayforge.backends.cupy import SPEC
from arrayforge.backends.cupy.kernels import KERNELS
from cuda_standin import SCALARS
from kernel_cases import compare, operands_of

import arrayforge as xp

pytestmark = pytest.mark.skipif(SPEC.probe() is not None, reason=f"cupy: {SPEC.probe()}")
CASES = [(k, d) for k in KERNELS for d in SCALARS if np.dtype(d).kind in k.kinds]


def host(x):
    return np.asarray(x.to_device("cpu"))


@pytest.mark.parametrize(
    ("kernel", "dtype"), CASES, ids=[f"{kernel.name}-{dtype}" for kernel, dtype in CASES]
)
def test_kernels(kernel, dtype):
    operands = operands_of(kernel, dtype)
    function = getattr(xp, kernel.name)
    got = host(function(*(xp.asarray(x, device="cupy:0") for x in operands)))
    # CUDA's functions are within a few units of the last place, and flush subnormal singles.
    compare(kernel, dtype, operands, got, np.asarray(function(*map(xp.asarray, operands))), ulps=64)


@pytest.mark.parametrize("name", ["max", "min", "argmax", "argmin"])
@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_extremes_of_what_is_not_finite(name, value):
    for values in ([value, value], [1.0, value, 2.0], [-value, value]):
        got = getattr(xp, name)(xp.asarray(values, device="cupy:0"))
        assert host(got).tolist() == pytest.approx(
            getattr(xp, name)(xp.asarray(values)).tolist(), nan_ok=True
        )


def test_negative_zeros():
    x = xp.full((3,), -0.0, device="cupy:0")
    x[1] = 0.0
    x[2] = -0.0
    assert np.signbit(host(x)).tolist() == [True, False, True]


def test_argsort_is_stable():
    values = np.random.default_rng(0).integers(0, 4, size=10_000).astype(np.int8)
    x = xp.asarray(values, device="cupy:0")
    for descending in (False, True):
        got = host(xp.argsort(x, descending=descending))
        assert got.tolist() == xp.argsort(xp.asarray(values), descending=descending).tolist()


def test_memory_of_cupy_is_shared():
    import cupy

    theirs = cupy.arange(4.0)
    ours = xp.from_dlpack(theirs)
    assert ours.device == "cupy:0"
    theirs[0] = 9.0
    assert host(ours).tolist() == [9, 1, 2, 3]


def test_a_capsule_waits_for_the_stream_that_fills_it():
    import cupy

    with cupy.cuda.Stream(non_blocking=True):
        x = xp.asarray(np.ones(1 << 22), device="cupy:0")
        for _ in range(50):
            x = x * 1.0 + 1.0
        taken = cupy.from_dlpack(x)
    assert float(taken.max()) == 51.0


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_memory_of_torch_is_shared():
    import torch

    if not torch.cuda.is_available():
        pytest.skip("torch has no CUDA here")
    theirs = torch.arange(4.0, device="cuda")
    ours = xp.from_dlpack(theirs, device="cupy:0")
    ours[0] = 5.0
    assert theirs.tolist() == [5, 1, 2, 3]


def test_memory_counts():
    from arrayforge.backends.cupy.engine import BACKEND

    before = BACKEND.memory("cupy:0")["live"]
    x = xp.zeros(1 << 20, device="cupy:0")
    assert BACKEND.memory("cupy:0")["live"] >= before + x.nbytes
    with pytest.raises(MemoryError, match="bytes free"):
        xp.zeros(1 << 44, dtype=xp.int8, device="cupy:0")
