"""Dask as an engine: NumPy's values whatever the chunks are, and what is lazy.

The expression tables of tests/test_foreign.py and the elementwise functions run twice, on arrays of
one chunk and on arrays that are split.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import op_reference as ref
import pytest

import arrayforge as xp

pytest.importorskip("dask.array")

TESTS = Path(__file__).parents[1]
SETTING = "ARRAYFORGE_DASK_CHUNK"


def tables():
    """tests/test_foreign.py, whose expressions cover every function."""
    spec = importlib.util.spec_from_file_location("foreign_tables", TESTS / "test_foreign.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


foreign = tables()
EXPRESSIONS = [e for text in foreign.CHAPTERS for e in foreign.split(text)]
STATEMENTS = foreign.split(foreign.ASSIGNMENT)


@pytest.fixture(params=["whole", "split"])
def chunks(request, monkeypatch):
    """Two elements of eight bytes to a chunk, or all of them."""
    if request.param == "split":
        monkeypatch.setenv(SETTING, "16B")
    return request.param


def test_arrays_are_split_as_the_setting_says(chunks):
    from arrayforge.backends.dask.engine import BACKEND

    raws = [BACKEND.from_host(xp.zeros(shape), "dask") for shape in ((3,), (2, 3), (), (0, 3))]
    wanted = {"whole": [1, 1, 1, 1], "split": [2, 6, 1, 1]}
    assert [raw.npartitions for raw in raws] == wanted[chunks]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_results_and_errors_are_those_of_the_cpu(chunks, expression):
    with xp.checked():
        ours = foreign.outcome(expression, "dask")
    foreign.assert_same(ours, foreign.outcome(expression, "cpu"))


@pytest.mark.parametrize("statement", STATEMENTS)
def test_assignment_and_in_place_operators(chunks, statement):
    with xp.checked():
        ours = foreign.changed(statement, "dask")
    foreign.assert_same(ours, foreign.changed(statement, "cpu"))


@pytest.mark.parametrize("chunk", ["1MiB", "1KiB"])
@pytest.mark.parametrize("op", ref.OPS)
def test_elementwise_values_and_dtypes(op, chunk, monkeypatch):
    monkeypatch.setenv(SETTING, chunk)
    for dtype in ref.DTYPES:
        given = ref.grid(dtype)[: ref.OPS[op][0]]
        wanted = None if dtype == "bfloat16" else ref.expected(op, *given)
        if wanted is None:
            continue
        with xp.checked():
            result = getattr(xp, op)(*[ref.device_array(x, "dask") for x in given])
        got = ref.host(result)
        if (
            op in ("maximum", "minimum") and wanted.dtype.kind == "f"
        ):  # of zeros either may be chosen
            got, wanted = got + np.zeros_like(got), wanted + np.zeros_like(wanted)
        ref.assert_same(got, wanted, ref.tolerance(op, dtype), f"{op} {dtype}")


def random_key(rng, shape):
    """A key for an array of that shape out of all that NumPy takes."""
    key, axis, dots = [], 0, False
    side = int(rng.integers(1, 4))
    while axis < len(shape):
        size, kind = (
            shape[axis],
            rng.choice(["int", "slice", "none", "dots", "array", "mask", "end"]),
        )
        if kind == "int" and size:
            key.append(int(rng.integers(-size, size)))
            axis += 1
        elif kind == "slice":
            start, stop = (None if rng.random() < 0.3 else int(rng.integers(-6, 7)) for _ in "ab")
            key.append(slice(start, stop, int(rng.choice([-3, -2, -1, 1, 2, 3]))))
            axis += 1
        elif kind == "none":
            key.append(None)
        elif kind == "dots" and not dots:
            key.append(...)
            dots = True
            axis += int(rng.integers(0, len(shape) - axis + 1))
        elif kind == "array" and size:
            form = [(side,), (2, side), (2, 1), ()][rng.integers(4)]
            key.append(rng.integers(-size, size, size=form))
            axis += 1
        elif kind == "mask":
            count = min(int(rng.integers(1, 3)), len(shape) - axis)
            key.append(rng.random(shape[axis : axis + count]) < 0.5)
            axis += count
        elif kind == "end":
            break
    return tuple(key)


def draws(seed, count):
    """Arrays and keys, with what NumPy reads there."""
    rng = np.random.default_rng(seed)
    while count:
        shape = tuple(int(n) for n in rng.choice([0, 1, 2, 3, 4], size=rng.integers(0, 5)))
        values = rng.random(shape)
        key = random_key(rng, shape)
        try:
            found = values[key]
        except IndexError:  # arrays that do not broadcast
            continue
        count -= 1
        yield rng, values, key, np.asarray(found)


def on_dask(key):
    return tuple(xp.asarray(k, device="dask") if isinstance(k, np.ndarray) else k for k in key)


@pytest.mark.parametrize("seed", range(4))
def test_any_key_reads_what_numpy_reads(chunks, seed):
    for _, values, key, found in draws(seed, 40):
        with xp.checked():
            result = xp.asarray(values, device="dask")[on_dask(key)]
        np.testing.assert_array_equal(np.asarray(result.to_device("cpu")), found, err_msg=str(key))


@pytest.mark.parametrize("seed", range(4, 8))
def test_any_key_writes_what_numpy_writes(chunks, seed):
    for rng, values, key, found in draws(seed, 30):
        shape = tuple(int(rng.choice([n, 1])) for n in found.shape)[rng.integers(found.ndim + 1) :]
        for given in (rng.random(shape), 7.0):
            wanted, result = values.copy(), xp.asarray(values, device="dask")
            wanted[key] = given
            value = given if isinstance(given, float) else xp.asarray(given, device="dask")
            with xp.checked():
                result[on_dask(key)] = value
            got = np.asarray(result.to_device("cpu"))
            np.testing.assert_array_equal(got, wanted, err_msg=f"{key} {shape}")


UNEVEN = ((7,), (5, 3), (2, 3, 4))


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min", "mean", "var", "std"])
@pytest.mark.parametrize("dtype", ["int8", "uint64", "float16", "float32", "float64", "complex64"])
def test_reductions_over_any_axes_are_numpys(chunks, name, dtype):
    if dtype == "complex64" and name in ("max", "min"):
        return
    rng = np.random.default_rng(1)
    for shape in UNEVEN:
        values = rng.integers(0, 3, size=shape).astype(dtype)
        x = xp.asarray(values, device="dask")
        for axis in (None, 0, -1, (0, -1)[: len(shape)], ()):
            for keepdims in (False, True):
                with xp.checked():
                    ours = getattr(xp, name)(x, axis=axis, keepdims=keepdims)
                native = getattr(xp, name)(xp.asarray(values), axis=axis, keepdims=keepdims)
                tolerance = {"float16": 2e-3, "float32": 1e-6, "complex64": 1e-6}.get(dtype, 1e-14)
                np.testing.assert_allclose(
                    np.asarray(ours.to_device("cpu")), np.asarray(native), rtol=tolerance
                )


LINEAR = ("cholesky", "det", "eigh", "eigvalsh", "inv", "qr", "slogdet", "svd", "svdvals")


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("name", LINEAR)
def test_decompositions_of_stacks(chunks, name, dtype):
    """Of Hermitian positive definite matrices, for which all of them exist."""
    rng = np.random.default_rng(2)
    for shape in ((3, 3), (2, 3, 3), (2, 0, 2, 2), (0, 0)):
        values = rng.random(shape) + (1j * rng.random(shape) if "complex" in dtype else 0)
        definite = values @ np.conj(np.swapaxes(values, -1, -2)) + np.eye(shape[-1])
        given = definite.astype(dtype)
        with xp.checked():
            ours = getattr(xp.linalg, name)(xp.asarray(given, device="dask"))
        native = getattr(xp.linalg, name)(xp.asarray(given))
        pairs = zip(ours, native, strict=True) if isinstance(native, tuple) else [(ours, native)]
        for one, other in pairs:
            got, wanted = np.asarray(one.to_device("cpu")), np.asarray(other)
            assert (got.dtype, got.shape) == (wanted.dtype, wanted.shape)
            # One and the same LAPACK, on one and the same matrices.
            np.testing.assert_allclose(got, wanted, rtol=1e-3 if dtype == "float16" else 1e-6)


@pytest.mark.parametrize(
    ("first", "second"),
    [((3, 3), (3,)), ((2, 3, 3), (3, 1)), ((3, 3), (4, 3, 5)), ((2, 1, 3, 3), (4, 3, 2))],
)
def test_systems_of_stacks(chunks, first, second):
    rng = np.random.default_rng(6)
    x1, x2 = rng.random(first) + np.eye(3), rng.random(second)
    with xp.checked():
        ours = xp.linalg.solve(*(xp.asarray(x, device="dask") for x in (x1, x2)))
    native = np.asarray(xp.linalg.solve(xp.asarray(x1), xp.asarray(x2)))
    np.testing.assert_allclose(np.asarray(ours.to_device("cpu")), native, rtol=1e-9)


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
def test_transforms_along_split_axes(chunks, name):
    rng = np.random.default_rng(3)
    for dtype in ("float16", "float32", "float64", "complex64", "complex128"):
        if dtype.startswith("complex") and name in ("rfft", "ihfft"):
            continue
        given = rng.random((5, 6)).astype(dtype)
        for options in ({}, {"axis": 0}, {"n": 9, "axis": 0, "norm": "ortho"}, {"n": 4}):
            with xp.checked():
                ours = getattr(xp.fft, name)(xp.asarray(given, device="dask"), **options)
            native = getattr(xp.fft, name)(xp.asarray(given), **options)
            got, wanted = np.asarray(ours.to_device("cpu")), np.asarray(native)
            assert got.dtype == wanted.dtype
            np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["fftn", "ifftn", "rfftn", "irfftn"])
def test_transforms_along_several_axes(chunks, name):
    given = np.random.default_rng(4).random((3, 4, 5))
    for options in ({}, {"axes": (2, 0)}, {"s": (2, 6), "axes": (0, 1)}, {"norm": "forward"}):
        with xp.checked():
            ours = getattr(xp.fft, name)(xp.asarray(given, device="dask"), **options)
        native = np.asarray(getattr(xp.fft, name)(xp.asarray(given), **options))
        np.testing.assert_allclose(np.asarray(ours.to_device("cpu")), native, atol=1e-12)


SHAPES = (
    ((5,), (5,)),
    ((3, 5), (5,)),
    ((5,), (5, 4)),
    ((3, 5), (5, 4)),
    ((2, 1, 3, 5), (4, 5, 2)),
    ((4, 3, 5), (5, 2)),
    ((3, 0), (0, 4)),
    ((0, 3, 5), (5, 2)),
)


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("dtype", ["int8", "uint16", "int64", "float16", "float32", "complex128"])
def test_products_of_split_matrices(chunks, shapes, dtype):
    rng = np.random.default_rng(5)
    x1, x2 = (rng.integers(0, 9, size=shape).astype(dtype) for shape in shapes)
    with xp.checked():
        ours = xp.matmul(xp.asarray(x1, device="dask"), xp.asarray(x2, device="dask"))
    np.testing.assert_array_equal(np.asarray(ours.to_device("cpu")), np.matmul(x1, x2))
