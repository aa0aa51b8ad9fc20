"""where and clip: every dtype, layout and kind of operand against NumPy."""

import itertools

import numpy as np
import op_reference as ref
import pytest

import arrayforge as xp

VIEWS = {
    "contiguous": lambda x: x,
    "strided": lambda x: x[::2, ::3],
    "reversed": lambda x: x[::-1, ::-1],
    "transposed": lambda x: x.T,
    "offset": lambda x: x[1:, 1:],
    "column": lambda x: x[:, 1],
    "0-d": lambda x: x[0, 1],
    "empty": lambda x: x[:0],
}


def matrices(dtype):
    """Two matrices of 12 x 13 samples, in NumPy."""
    values = ref.samples(dtype)
    return np.resize(values, (12, 13)), np.resize(values[::-1], (12, 13))


def mask(shape):
    return np.random.default_rng(2).integers(0, 2, shape).astype(bool)


def same(actual, wanted, case):
    ref.assert_same(ref.host(actual), wanted, 0, case)


@pytest.mark.parametrize("dtype", ref.DTYPES)
def test_where_in_every_layout(dtype):
    x, y = matrices(dtype)
    condition = mask(x.shape)
    operands = [ref.device_array(a) for a in (condition, x, y)]
    for case, view in VIEWS.items():
        wanted = np.where(*(view(a) for a in (condition, x, y)))
        same(xp.where(*map(view, operands)), wanted, f"where {dtype} {case}")
    first, second, third = operands
    broadcasts = {
        "row": (first[0, :], second, third),
        "column": (first, second[:, :1], third[:1, :]),
        "three axes": (first[:, None, :1], second[None, :, :1], third[:1, :1]),
        "0-d": (first[0, 0], second, third[0, 0]),
        "empty": (first[:0], second[:1], third[:1]),
    }
    for case, views in broadcasts.items():
        same(xp.where(*views), np.where(*map(ref.host, views)), f"where {dtype} {case}")


def test_where_of_long_arrays():
    """Longer than one thread's share, and not a multiple of any vector."""
    n = 200_003
    condition = mask((n,))
    for dtype in ("uint8", "float32", "complex128"):
        x = np.arange(n).astype(dtype)
        operands = [ref.device_array(a) for a in (condition, x, x[::-1])]
        same(xp.where(*operands), np.where(condition, x, x[::-1]), dtype)


@pytest.mark.parametrize("first", ref.DTYPES)
def test_where_promotes(first):
    for second in ref.DTYPES:
        x = xp.ones(3, dtype=getattr(xp, first))
        y = xp.zeros(3, dtype=getattr(xp, second))
        result = xp.where(xp.asarray([True, False, True]), x, y)
        assert result.dtype is xp.result_type(x, y), (first, second)
        assert ref.host(result).tolist() == [1, 0, 1], (first, second)


@pytest.mark.parametrize("dtype", ref.DTYPES)
def test_where_with_scalars(dtype):
    values = matrices(dtype)[0]
    condition, x = mask(values.shape), ref.device_array(values)
    array = xp.asarray(condition)
    for scalar in (True, 1, 2.5, 1 - 2j):
        common = xp.result_type(x, scalar)
        with np.errstate(all="ignore"):
            wide = values.astype(ref.np_dtype(common.name))
        filled = np.full(wide.shape, scalar).astype(wide.dtype)
        same(xp.where(array, x, scalar), np.where(condition, wide, filled), f"{dtype} {scalar}")
        same(xp.where(array, scalar, x), np.where(condition, filled, wide), f"{scalar} {dtype}")


def test_where_with_two_scalars():
    condition = xp.asarray([True, False])
    cases = [(1, 2, xp.int64), (1.5, 2, xp.float64), (True, False, xp.bool), (1, 2j, xp.complex128)]
    for a, b, dtype in cases:
        result = xp.where(condition, a, b)
        assert result.dtype is dtype
        assert ref.host(result).tolist() == [a, b]


def test_where_errors():
    x = xp.ones(3)
    condition = xp.asarray([True, False, True])
    with pytest.raises(xp.ShapeError, match=r"^where\(\): shapes"):
        xp.where(condition, x, xp.ones(2))
    with pytest.raises(TypeError, match=r"^where\(\): "):
        xp.where(condition, x, "text")
    with pytest.raises(OverflowError, match=r"^where\(\): Python integer 300 is out of range"):
        xp.where(condition, xp.ones(3, dtype=xp.uint8), 300)
    with xp.strict(), pytest.raises(xp.StrictError, match=r"^where\(\): .*mixed kinds"):
        xp.where(condition, x, xp.ones(3, dtype=xp.int64))
    with xp.strict(), pytest.raises(xp.StrictError, match=r"^where\(\): .*not boolean"):
        xp.where(xp.asarray([1, 0, 1]), x, x)
    assert ref.host(xp.where(xp.asarray([2, 0, -1]), x, 5.0)).tolist() == [1, 5, 1]


REAL = (*ref.INTEGER, *ref.REAL)


def clipped(x, low, high):
    """NumPy's rule for each bound; the standard adds that a NaN wins, which NumPy has as well."""
    with np.errstate(all="ignore"):
        x = x if low is None else np.maximum(x, low)
        return x if high is None else np.minimum(x, high)


@pytest.mark.parametrize("dtype", REAL)
def test_clip_in_every_layout(dtype):
    x, low = matrices(dtype)
    high = np.roll(low, 5, axis=1)
    arrays = [ref.device_array(a) for a in (x, low, high)]
    for case, view in VIEWS.items():
        for bounds in itertools.product((True, False), repeat=2):
            given = [view(a) if used else None for a, used in zip((low, high), bounds, strict=True)]
            ours = [view(a) if used else None for a, used in zip(arrays[1:], bounds, strict=True)]
            wanted = clipped(view(x), *given)
            got = ref.host(xp.clip(view(arrays[0]), *ours))
            if got.dtype.kind in "fV":  # the sign of a zero beside one of the other sign is open
                got, wanted = got + np.zeros_like(got), wanted + np.zeros_like(wanted)
            ref.assert_same(got, wanted, 0, f"clip {dtype} {case} {bounds}")


@pytest.mark.parametrize("dtype", REAL)
def test_clip_with_scalars_and_broadcasting(dtype):
    x = xp.asarray([0, 1, 2, 3, 4], dtype=getattr(xp, dtype))
    for low, high, wanted in ((1, 3, [1, 1, 2, 3, 3]), (2, None, [2, 2, 2, 3, 4])):
        for result in (xp.clip(x, low, high), xp.clip(x, min=low, max=high)):
            assert result.dtype is x.dtype
            assert ref.host(result).tolist() == wanted
    assert ref.host(xp.clip(x, max=2)).tolist() == [0, 1, 2, 2, 2]
    assert ref.host(xp.clip(x, 3, 1)).tolist() == [1] * 5
    column = xp.asarray([[1], [2]], dtype=x.dtype)
    wide = xp.clip(x, column, 3)
    assert ref.host(wide).tolist() == [[1, 1, 2, 3, 3], [2, 2, 2, 3, 3]]
    grown = xp.clip(x[2], column)
    assert ref.host(grown).tolist() == [[2], [2]]


def test_clip_without_bounds_is_a_copy(device):
    x = xp.asarray([1.0, 2.0], device=device)
    result = xp.clip(x)
    result += 1
    assert ref.host(x).tolist() == [1, 2]
    assert ref.host(result).tolist() == [2, 3]


def test_clip_refuses_what_has_no_order():
    x = xp.asarray([1j])
    for bounds in ((0, 1), (None, 1.0), (x, x)):
        with pytest.raises(TypeError, match="expected a real numeric dtype"):
            xp.clip(x, *bounds)
    with pytest.raises(OverflowError, match="300 is out of range for uint8"):
        xp.clip(xp.ones(2, dtype=xp.uint8), 0, 300)


def test_where_and_clip_on_every_backend(device):
    x = xp.asarray([[1.0, -2.0], [3.0, 0.5]], device=device)
    limited = xp.clip(x, 0.0, 2.0)
    assert ref.host(limited).tolist() == [[1, 0], [2, 0.5]]
    assert limited.device == x.device
    chosen = xp.where(x > 0, x, 0.0)
    assert ref.host(chosen).tolist() == [[1, 0], [3, 0.5]]
    assert chosen.device == x.device
