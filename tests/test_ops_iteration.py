"""The outer loop: random views, more axes, casts on the way, and arrays split over threads."""

import numpy as np
import op_reference as ref
import pytest

import arrayforge as xp

SHAPE = (3, 4, 5, 6)


def random_view(rng, base):
    """A recipe of basic slices, a permutation and broadcasts, the same for NumPy and here."""
    key = []
    for size in base.shape:
        step = int(rng.choice([1, 1, 2, -1, -2]))
        start = int(rng.integers(0, 2))
        key.append(slice(start, None, step) if step > 0 else slice(size - 1 - start, None, step))
    order = tuple(int(i) for i in rng.permutation(base.ndim))
    kept = rng.random(base.ndim) > 0.25

    def view(x):
        x = x[tuple(key)]
        x = x[tuple(slice(None) if keep else slice(0, 1) for keep in kept)]
        return xp.permute_dims(x, order) if isinstance(x, xp.Array) else np.transpose(x, order)

    return view


def compatible(first, second):
    try:
        np.broadcast_shapes(first.shape, second.shape)
    except ValueError:
        return False
    return True


DTYPES = ("bool", "int8", "uint16", "int32", "int64", "float16", "float32", "float64", "complex64")


def test_random_views_of_random_dtypes():
    rng = np.random.default_rng(17)
    bases = {d: rng.integers(0, 2 if d == "bool" else 100, SHAPE).astype(d) for d in DTYPES}
    ours = {d: ref.device_array(x) for d, x in bases.items()}
    done = 0
    while done < 400:
        first, second = (str(d) for d in rng.choice(DTYPES, 2))
        views = random_view(rng, bases[first]), random_view(rng, bases[second])
        x, y = views[0](bases[first]), views[1](bases[second])
        if not compatible(x, y):
            continue
        done += 1
        a, b = views[0](ours[first]), views[1](ours[second])
        assert a.shape == x.shape
        for op in ("add", "multiply", "equal"):
            wanted = getattr(np, op)(x, y)
            got = ref.host(getattr(xp, op)(a, b))
            ref.assert_same(got, wanted, 0, f"{op} {first}{x.strides} {second}{y.strides}")


def test_random_targets_in_place():
    rng = np.random.default_rng(19)
    for _ in range(200):
        dtype = str(rng.choice(["int16", "float32", "float64", "complex128"]))
        values = rng.integers(0, 100, SHAPE).astype(dtype)
        array = ref.device_array(values)
        target, operand = random_view(rng, values), random_view(rng, values)
        x, y = target(values), operand(values)
        if not compatible(x, y) or np.broadcast_shapes(x.shape, y.shape) != x.shape:
            continue
        x += y
        mine = target(array)
        mine += operand(array)  # both are views of the same memory
        np.testing.assert_array_equal(ref.host(array), values)


N = 150_001  # more than one thread's share of any dtype


@pytest.mark.parametrize("op", ref.OPS)
def test_long_arrays(op):
    """Every operation split over threads: the bits of the short pieces, for any thread count."""
    arity, accepts, _ = ref.OPS[op]
    function = getattr(xp, op)
    for dtype in ("bool", "int32", "float64", "float16", "complex64"):
        if dtype not in ref.ACCEPTED[accepts]:
            continue
        x = ref.device_array(np.resize(ref.samples(dtype), N))
        operands = (x, x[::-1])[:arity]
        whole = ref.host(function(*operands))
        with xp.threads(1):
            ref.assert_same(ref.host(function(*operands)), whole, 0, f"{op} {dtype} one thread")
        for piece in (slice(0, 1000), slice(N // 2 - 77, N // 2 + 1000), slice(N - 1001, N)):
            part = ref.host(function(*(a[piece] for a in operands)))
            ref.assert_same(part, whole[piece], 0, f"{op} {dtype} {piece}")


def test_long_arrays_through_casts_and_broadcasts():
    x = np.arange(N * 2, dtype=np.int64).reshape(2, N)
    row = np.arange(N, dtype=np.float32)
    a, b = ref.device_array(x), ref.device_array(row)
    for got, wanted in (
        (a + b, x + row),
        (a.T + b[:2], x.T + row[:2]),
        (a[:, ::-3] * b[::3], x[:, ::-3] * row[::3]),
        (a + a[:, :1], x + x[:, :1]),
        (a == b, x == row),
        (a * 2.5, x * 2.5),
    ):
        ref.assert_same(ref.host(got), wanted, 0, f"shape {wanted.shape}")


@pytest.mark.parametrize("ndim", [5, 8, 16, 32])
def test_many_axes(ndim):
    """Alternating steps and broadcasts that do not collapse."""
    shape = [2] * 5 + [1] * (ndim - 5)
    values = np.arange(32.0).reshape(shape)
    x = ref.device_array(values)
    order = tuple(reversed(range(ndim)))
    got = x + xp.permute_dims(xp.permute_dims(x, order), order)[::-1]
    np.testing.assert_array_equal(ref.host(got), values + values[::-1])
    crossed = xp.permute_dims(x, order)
    np.testing.assert_array_equal(ref.host(crossed * x), values.transpose(order) * values)
