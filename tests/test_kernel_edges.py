"""Lengths, offsets and layouts around the vectors, tiles and blocks of rows of the kernels."""

import math

import numpy as np
import pytest

import arrayforge as xp

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
REAL = (*INTEGERS, "float32", "float64")
LENGTHS = (*range(1, 140), 255, 256, 257, 300, 513, 1000, 4095, 4096, 4097, 9000)


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.mark.parametrize("dtype", REAL)
def test_the_first_of_equal_extremes(dtype, rng):
    for n in LENGTHS:
        source = rng.integers(0, 1 + n // 3, 2 * n + 4).astype(dtype)
        for start in range(4):
            rows = source[start : start + 2 * n].reshape(2, n)
            x = xp.asarray(rows, copy=None)
            for name in ("argmax", "argmin"):
                expected = getattr(np, name)(rows, axis=-1)
                assert np.array_equal(getattr(xp, name)(x, axis=-1), expected), (name, n, start)


@pytest.mark.parametrize("dtype", REAL)
def test_an_extreme_at_every_place(dtype):
    for n in (1, 7, 8, 31, 33, 64, 65, 128, 200, 257):
        for value, name in ((2, "argmax"), (0, "argmin")):
            rows = np.ones((n, n), dtype)
            np.fill_diagonal(rows, value)
            assert np.array_equal(getattr(xp, name)(xp.asarray(rows), axis=-1), np.arange(n))
            extreme = getattr(xp, name.removeprefix("arg"))(xp.asarray(rows), axis=-1)
            assert np.array_equal(extreme, np.full(n, value, dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_first_nan_is_the_extreme(dtype, rng):
    for n in (1, 5, 16, 33, 64, 65, 100, 129, 300, 5000):
        for place in {0, n // 3, n // 2, n - 1}:
            row = rng.uniform(-1, 1, n).astype(dtype)
            row[[place, n - 1]] = math.nan
            for infinity in (math.inf, -math.inf):
                row[n // 4] = infinity if n // 4 not in (place, n - 1) else row[n // 4]
                x = xp.asarray(row[None])
                assert int(xp.argmax(x, axis=-1)[0]) == int(xp.argmin(x, axis=-1)[0]) == place
                assert bool(xp.isnan(xp.max(x)))
                assert bool(xp.isnan(xp.min(x)))


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int32", "float32", "float64"])
def test_truth_down_the_rows(dtype, rng):
    for rows in (1, 3, 4, 5, 11, 12, 13, 17, 25, 100):
        for columns in (8, 9, 63, 64, 65, 200):
            for zeros in (0.02, 0.98):
                x = np.where(rng.random((rows, columns)) < zeros, 0, 1).astype(dtype)
                if dtype != "bool":
                    x *= rng.integers(1, 100, x.shape).astype(dtype)
                for name in ("any", "all"):
                    assert np.array_equal(
                        getattr(xp, name)(xp.asarray(x), axis=0), getattr(np, name)(x, axis=0)
                    ), (name, rows, columns)


def test_bytes_that_are_neither_0_nor_1_are_true():
    for rows in (1, 4, 12, 40):
        raw = np.full((rows, 100), 2, np.uint8)
        raw[:, ::3] = 128
        raw[rows // 2, 7] = 0
        x = xp.asarray(raw.view(bool), copy=None)
        assert np.array_equal(xp.all(x, axis=0), np.arange(100) != 7)
        assert np.array_equal(xp.any(x, axis=0), (raw != 0).any(axis=0))


@pytest.mark.parametrize("dtype", ["int16", "int32", "int64", "float32", "float64", "complex64"])
@pytest.mark.parametrize("shape", [(11, 40), (12, 40), (13, 9), (29, 300), (600, 1100), (70, 9000)])
def test_reductions_down_the_rows(dtype, shape, rng):
    x = rng.integers(-9, 9, shape).astype(dtype)
    names = ["sum"] if dtype == "complex64" else ["sum", "max", "min", "argmax", "argmin"]
    for name in names:
        expected = getattr(np, name)(x, axis=0)
        assert np.array_equal(getattr(xp, name)(xp.asarray(x), axis=0), expected), name
        flipped = xp.asarray(x)[:, ::-1]
        assert np.array_equal(getattr(xp, name)(flipped, axis=0), expected[::-1]), name


@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod"])
@pytest.mark.parametrize("dtype", ["int8", "int64", "float32", "float64", "complex128"])
def test_running_down_columns_has_the_bits_of_running_along_rows(name, dtype, rng):
    run = getattr(xp, name)
    for shape in ((1, 9), (3, 8), (4, 70), (9, 7), (30, 1500), (5, 6, 20), (20, 6, 5)):
        x = xp.asarray(rng.uniform(0.5, 1.5, shape).astype(dtype))
        for axis in range(len(shape)):
            for initial in (False, True):
                if initial and len(shape) > 1:
                    down = run(x, axis=axis, include_initial=True)
                else:
                    down = run(x, axis=axis)
                along = run(xp.asarray(xp.moveaxis(x, axis, -1), copy=True), axis=-1)
                got = xp.moveaxis(down, axis, -1)[..., int(initial) :]
                assert np.asarray(got).tobytes() == np.asarray(along).tobytes(), (shape, axis)
    zeros = xp.full((3, 8), -0.0)
    assert not bool(xp.any(xp.signbit(xp.cumulative_sum(zeros, axis=0))))


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "float32", "float64", "complex64"])
def test_a_sum_of_every_second_element(dtype, rng):
    for n in (1, 2, 15, 16, 17, 255, 256, 257, 1000, 70001):
        source = rng.uniform(-100, 100, 2 * n).astype(dtype)
        every_second = xp.asarray(source)[::2]
        exact = math.fsum(source[::2].real.tolist())
        got = complex(xp.sum(every_second)).real
        assert got == pytest.approx(exact, rel=1e-6, abs=1e-3), n


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "float32", "int64", "complex128"])
@pytest.mark.parametrize("shape", [(8, 16), (16, 8), (16, 7), (17, 129), (130, 33), (300, 260)])
def test_transposed_operands(dtype, shape, rng):
    a = rng.integers(-50, 50, shape).astype(dtype)
    b = rng.integers(-50, 50, shape[::-1]).astype(dtype)
    x, y = xp.asarray(a), xp.asarray(b)
    assert np.array_equal(xp.asarray(x.T, copy=True), a.T)
    assert np.array_equal(xp.astype(x.T, xp.complex128), a.T.astype("complex128"))
    assert np.array_equal(x.T + y, a.T + b)
    assert np.array_equal(y - x.T, b - a.T)
    assert np.array_equal(x.T * xp.asarray(b[:, :1]), a.T * b[:, :1])
    assert np.array_equal(x[::-1, :].T + y, a[::-1, :].T + b)
    assert np.array_equal(x[:, ::-1].T + y, a[:, ::-1].T + b)
    assert np.array_equal(xp.equal(x[1:, 1:].T, y[1:, 1:]), np.equal(a[1:, 1:].T, b[1:, 1:]))
    condition = rng.random(b.shape) < 0.5
    assert np.array_equal(xp.where(xp.asarray(condition), x.T, y), np.where(condition, a.T, b))


def test_rows_half_an_element_further(rng):
    """complex64 is aligned to 4 bytes, so rows may be 132 bytes apart."""
    source = (rng.random((16, 20)) + 1j * rng.random((16, 20))).astype("complex64")
    memory = np.zeros((20, 33), np.float32)
    target = xp.asarray(memory[:, :32].view("complex64"), copy=None)
    target[...] = xp.asarray(source).T
    assert np.array_equal(memory[:, :32].view("complex64"), source.T)
    assert not memory[:, 32].any()


def test_axes_in_every_order(rng):
    a = rng.integers(0, 10**6, (5, 33, 18, 20)).astype("float32")
    target = xp.zeros((5, 33, 18, 20), dtype=xp.float32)
    for axes in ((0, 1, 3, 2), (0, 3, 2, 1), (3, 2, 1, 0), (2, 1, 0, 3), (1, 0, 3, 2)):
        x = xp.permute_dims(xp.asarray(a), axes)
        assert np.array_equal(xp.asarray(x, copy=True), a.transpose(axes)), axes
        back = np.argsort(axes).tolist()
        source = xp.asarray(np.ascontiguousarray(a.transpose(axes)))
        target[...] = xp.permute_dims(source, tuple(back))
        assert np.array_equal(target, a), axes


@pytest.mark.parametrize("name", ["add", "copy", "cumulative_sum", "argmax", "any"])
def test_the_bits_do_not_depend_on_the_number_of_threads(name, rng):
    x = xp.asarray(rng.uniform(-1, 1, (700, 900)))
    y = xp.asarray(rng.uniform(-1, 1, (900, 700)))
    runs = {
        "add": lambda: x.T + y,
        "copy": lambda: xp.asarray(x.T, copy=True),
        "cumulative_sum": lambda: xp.cumulative_sum(x, axis=0),
        "argmax": lambda: xp.argmax(x, axis=-1),
        "any": lambda: xp.any(x > 0.99, axis=0),
    }
    results = []
    for threads in (1, 2, 3):
        with xp.threads(threads):
            results.append(np.asarray(runs[name]()).tobytes())
    assert len(set(results)) == 1
