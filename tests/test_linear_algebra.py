"""matmul, matrix_transpose, tensordot and vecdot on every dtype, shape and layout."""

import itertools

import numpy as np
import pytest
from values import (
    BFLOAT16,
    COMPLEX,
    EPS,
    EVERY,
    HALF,
    INTEGERS,
    REAL,
    array,
    close,
    host,
    layouts,
    lives_on,
    needs,
    numbers,
    same,
)

import arrayforge as xp

NUMERIC = (*INTEGERS, *REAL, *COMPLEX, *HALF)
# Shapes that multiply: every broadcasting rule, vectors on either side, nothing to sum, no result.
PRODUCTS = [
    ((3,), (3,)),
    ((0,), (0,)),
    ((2, 3), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3, 4)),
    ((1, 1), (1, 1)),
    ((2, 0), (0, 3)),
    ((0, 3), (3, 2)),
    ((2, 3), (3, 0)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (4, 3, 2)),
    ((1, 2, 3), (6, 3, 1)),
    ((0, 2, 3), (3, 4)),
    ((4, 2, 3), (3,)),
    ((3,), (4, 3, 2)),
    ((7, 33), (33, 19)),
    ((64, 65), (65, 63)),
]


def wide(values):
    """Values whose products NumPy itself sums exactly: the narrow formats in float64."""
    return values.astype("float64") if values.dtype in (BFLOAT16, np.float16) else values


def exact(dtype, expected):
    """Whether the dtype holds every sum of these whole numbers."""
    limit = 1 / EPS[dtype] if dtype in EPS else np.inf
    return not expected.size or np.abs(expected).max() <= limit


@pytest.mark.parametrize("shapes", PRODUCTS)
@pytest.mark.parametrize("dtype", NUMERIC)
def test_matmul(device, dtype, shapes):
    needs(device, dtype)
    a, b = (numbers(shape, dtype, seed=i) for i, shape in enumerate(shapes))
    for x, first in layouts(a, device):
        expected = np.matmul(wide(first), wide(b))
        for y, second in layouts(b, device):
            if second is not b:
                expected = np.matmul(wide(first), wide(second))
            result = xp.matmul(x, y)
            assert lives_on(result, device)
            if exact(dtype, expected):
                same(result, expected, dtype, signs=False)
            else:
                close(result, expected, dtype=dtype)


@pytest.mark.parametrize("pair", [*itertools.combinations(("int8", "int32", "uint16", "int64"), 2)])
def test_matmul_promotes_integers(pair):
    a, b = numbers((3, 4), pair[0]), numbers((4, 2), pair[1])
    same(xp.matmul(array(a), array(b)), np.matmul(a, b))
    same(array(b.T.copy()) @ array(a.T.copy()), np.matmul(b.T, a.T))


@pytest.mark.parametrize("pair", [*itertools.permutations((*REAL, *COMPLEX), 2)])
def test_matmul_promotes_floats(pair):
    a, b = numbers((3, 4), pair[0]), numbers((4, 2), pair[1])
    same(xp.matmul(array(a), array(b)), np.matmul(a, b), signs=False)


def test_matmul_of_special_values(device):
    x = xp.asarray([[np.inf, 1.0], [np.nan, 0.0], [2.0, -1.0]], device=device)
    y = xp.asarray([[0.0, 1.0], [1.0, 2.0]], device=device)
    with np.errstate(invalid="ignore"):
        same(xp.matmul(x, y), [[np.nan, np.inf], [np.nan, np.nan], [-1.0, 0.0]])


def test_integers_wrap():
    for dtype in INTEGERS:
        info = np.iinfo(dtype)
        a = np.asarray([[info.max, 2], [info.min, 3]], dtype)
        same(xp.matmul(array(a), array(a)), np.matmul(a, a))


@pytest.mark.parametrize("dtype", HALF)
def test_narrow_formats_accumulate_in_float32(dtype):
    for n in (300, 5000):
        ones = xp.ones((2, n), dtype=getattr(xp, dtype))
        result = host(xp.matmul(ones, ones.T)).astype("float64")
        assert np.abs(result - n).max() <= n * EPS[dtype] / 2


@pytest.mark.parametrize("dtype", [*REAL, *COMPLEX])
def test_matmul_is_accurate(dtype):
    generator = np.random.default_rng(8)
    for m, k, n in ((50, 700, 3), (1, 2000, 1), (129, 130, 131)):
        a, b = (generator.normal(size=s).astype(dtype) for s in ((m, k), (k, n)))
        expected = a.astype("complex128") @ b.astype("complex128")
        result = host(xp.matmul(array(a), array(b)))
        bound = np.abs(a).astype("float64") @ np.abs(b).astype("float64")
        assert (np.abs(result - expected) <= EPS[dtype] * np.sqrt(k) * bound).all()


@pytest.mark.parametrize("dtype", EVERY)
def test_matrix_transpose(device, dtype):
    needs(device, dtype)
    for shape in ((2, 3), (0, 4), (2, 1, 3), (1, 2, 3, 4)):
        for x, source in layouts(numbers(shape, dtype), device):
            same(xp.matrix_transpose(x), np.swapaxes(source, -1, -2), dtype)
            same(x.mT, np.swapaxes(source, -1, -2), dtype)
            assert lives_on(x.mT, device)
    same(array(numbers((2, 3), dtype), device).T, numbers((2, 3), dtype).T, dtype)


@pytest.mark.parametrize("dtype", NUMERIC)
def test_vecdot(device, dtype):
    needs(device, dtype)
    pairs = [((4,), (4,)), ((2, 4), (4,)), ((3, 1, 4), (2, 4)), ((0, 4), (4,)), ((2, 0), (2, 0))]
    for shapes in pairs:
        a, b = (numbers(shape, dtype, seed=i) for i, shape in enumerate(shapes))
        for x, first in layouts(a, device):
            expected = (np.conj(wide(first)) * wide(b)).sum(axis=-1, dtype=wide(b).dtype)
            result = xp.vecdot(x, array(b, device))
            same(result, expected, dtype, signs=False)
            assert lives_on(result, device)
    a, b = numbers((4, 3), dtype, seed=2), numbers((4, 3), dtype, seed=3)
    expected = (np.conj(wide(a)) * wide(b)).sum(axis=0, dtype=wide(b).dtype)
    same(xp.vecdot(array(a, device), array(b, device), axis=-2), expected, dtype, signs=False)


AXES = [0, 1, 2, ((1, 2), (0, 1)), ((-1, 0), (1, -1)), ((2,), (1,)), ((), ())]


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("dtype", NUMERIC)
def test_tensordot(device, dtype, axes):
    needs(device, dtype)
    first, second = {
        0: ((2, 1), (3,)),
        1: ((2, 3), (3, 4)),
        2: ((5, 2, 3), (2, 3, 4)),
        ((1, 2), (0, 1)): ((5, 2, 3), (2, 3, 4)),
        ((-1, 0), (1, -1)): ((4, 2, 3), (5, 3, 4)),
        ((2,), (1,)): ((2, 4, 3), (5, 3)),
        ((), ()): ((2,), (3, 2)),
    }[axes]
    b = numbers(second, dtype, seed=1)
    for x, a in layouts(numbers(first, dtype), device):
        result = xp.tensordot(x, array(b, device), axes=axes)
        same(result, np.tensordot(wide(a), wide(b), axes), dtype, signs=False)
        assert lives_on(result, device)


@pytest.mark.parametrize("dtype", NUMERIC)
def test_outer(device, dtype):
    needs(device, dtype)
    for n in (0, 1, 4):
        b = numbers((3,), dtype, seed=1)
        for x, a in layouts(numbers((n,), dtype), device):
            result = xp.linalg.outer(x, array(b, device))
            same(result, np.outer(wide(a), wide(b)), dtype, signs=False)


def test_the_extension_has_the_same_functions():
    for name in ("matmul", "matrix_transpose", "tensordot", "vecdot"):
        assert getattr(xp.linalg, name) is getattr(xp, name)


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ValueError, lambda x: xp.matmul(x, x)),
        (ValueError, lambda x: xp.matmul(x, x[0, 0])),
        (ValueError, lambda x: xp.matmul(xp.ones((2, 3, 4)), xp.ones((3, 4, 2)))),
        (TypeError, lambda x: xp.matmul(x, 2.0)),
        (TypeError, lambda x: xp.matmul(x > 0, x.T > 0)),
        (ValueError, lambda x: xp.matrix_transpose(x[0, :])),
        (ValueError, lambda x: xp.vecdot(x, x[:, :1])),
        (IndexError, lambda x: xp.vecdot(x, x, axis=-3)),
        (ValueError, lambda x: xp.tensordot(x, x, axes=((0,), (0, 1)))),
        (IndexError, lambda x: xp.tensordot(x, x, axes=((2,), (0,)))),
        (ValueError, lambda x: xp.tensordot(x, x, axes=((0, 0), (0, 0)))),
    ],
)
def test_errors(error, call):
    with pytest.raises(error, match=r"^[a-z_]+\(\): [^A-Z]"):
        call(xp.ones((2, 3)))
