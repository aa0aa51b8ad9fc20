"""Creation functions: values, dtypes and devices against NumPy, and their errors."""

import math

import numpy as np
import pytest
from values import (
    BFLOAT16,
    EVERY,
    INTEGERS,
    REAL,
    SHAPES,
    STANDARD,
    array,
    close,
    holds,
    layouts,
    lives_on,
    needs,
    numbers,
    same,
)

import arrayforge as xp

FILLS = {"zeros": 0, "ones": 1}


def np_dtype(name):
    return BFLOAT16 if name == "bfloat16" else np.dtype(name)


@pytest.mark.parametrize("shape", [0, 3, *SHAPES])
@pytest.mark.parametrize("name", ["zeros", "ones"])
def test_zeros_and_ones(device, name, shape):
    create = getattr(xp, name)
    result = create(shape, device=device)
    same(result, np.full(shape, FILLS[name], "float64"))
    assert lives_on(result, device)
    for dtype in EVERY:
        if holds(device, dtype):
            wanted = np.full(shape, FILLS[name]).astype(np_dtype(dtype))
            same(create(shape, dtype=getattr(xp, dtype), device=device), wanted)


@pytest.mark.parametrize("dtype", EVERY)
def test_full(device, dtype):
    needs(device, dtypes=dtype)
    kind = getattr(xp, dtype)
    value = True if dtype == "bool" else 7 if "int" in dtype else 2.5
    if dtype.startswith("complex"):
        value = 2.5 - 1j
    for shape in (4, *SHAPES):
        wanted = np.full(shape, value).astype(np_dtype(dtype))
        same(xp.full(shape, value, dtype=kind, device=device), wanted)
    same(
        xp.full_like(xp.zeros((2, 3), dtype=kind, device=device), value),
        np.full((2, 3), value),
        dtype,
    )


def test_full_chooses_the_dtype_of_the_value(device):
    for value, dtype in ((True, "bool"), (3, "int64"), (0.5, "float64")):
        same(xp.full((2,), value, device=device), np.full(2, value), dtype)
    if holds(device, "complex128"):
        same(xp.full((2,), 1j, device=device), np.full(2, 1j), "complex128")


def test_full_of_special_values(device):
    for value in (math.nan, math.inf, -math.inf, -0.0):
        same(xp.full((3,), value, device=device), np.full(3, value))
    same(xp.full(2, 2**63 - 1, device="cpu"), np.full(2, 2**63 - 1))
    same(xp.full(2, 2**64 - 1, dtype=xp.uint64), np.full(2, 2**64 - 1, "uint64"))
    same(xp.full((2, 2), xp.asarray(3.5)), np.full((2, 2), 3.5))
    same(xp.full((2,), xp.asarray(3), dtype=xp.float32), np.full(2, 3, "float32"))


@pytest.mark.parametrize("name", ["zeros_like", "ones_like", "empty_like", "full_like"])
@pytest.mark.parametrize("dtype", STANDARD)
def test_like(device, name, dtype):
    needs(device, dtypes=dtype)
    more = (1,) if name == "full_like" else ()
    for shape in SHAPES:
        for x, source in layouts(numbers(shape, dtype), device):
            result = getattr(xp, name)(x, *more)
            other = getattr(xp, name)(x, *more, dtype=xp.float64)
            assert lives_on(result, device)
            assert lives_on(other, device)
            if name == "empty_like":
                assert (result.shape, result.dtype) == (source.shape, x.dtype)
                assert (other.shape, other.dtype) == (source.shape, xp.float64)
                continue
            value = 0 if name == "zeros_like" else 1
            same(result, np.full(source.shape, value, dtype))
            same(other, np.full(source.shape, value, "float64"))


def test_like_does_not_share_memory():
    x = xp.asarray([1.0, 2.0])
    for other in (xp.zeros_like(x), xp.empty_like(x), xp.full_like(x, 3.0)):
        other[0] = 9.0
    same(x, [1.0, 2.0])


@pytest.mark.parametrize("dtype", EVERY)
@pytest.mark.parametrize("shape", SHAPES)
def test_empty_can_be_written(device, dtype, shape):
    needs(device, dtypes=dtype)
    x = xp.empty(shape, dtype=getattr(xp, dtype), device=device)
    assert lives_on(x, device)
    x[...] = True if dtype == "bool" else 1
    same(x, np.ones(shape).astype(np_dtype(dtype)))


RANGES = [
    (5,),
    (0,),
    (-3,),
    (2, 9),
    (9, 2),
    (9, 2, -1),
    (0, 10, 3),
    (0, 9, 3),
    (10, 0, -3),
    (2.5,),
    (0.0, 1.0, 0.25),
    (1, 2, 0.3),
    (0, -1, -0.125),
    (5, 1, 0.5),
    (2**53, 2**53 + 5),
    (-(2**62), -(2**62) + 4, 2),
]


@pytest.mark.parametrize("arguments", RANGES)
def test_arange(device, arguments):
    result = xp.arange(*arguments, device=device)
    expected = np.arange(*arguments)
    if expected.dtype == np.int64:
        same(result, expected)
    else:  # NumPy steps by (start + step) - start, which has a rounding error of its own
        close(result, expected, steps=1)
    assert lives_on(result, device)


@pytest.mark.parametrize("dtype", [*INTEGERS, *REAL])
def test_arange_of_a_dtype(device, dtype):
    needs(device, dtypes=dtype)
    kind = getattr(xp, dtype)
    same(xp.arange(3, 11, 2, dtype=kind, device=device), np.arange(3, 11, 2, dtype))
    same(xp.arange(7, dtype=kind, device=device), np.arange(7, dtype=dtype))


@pytest.mark.parametrize("dtype", EVERY)
def test_arange_computes_before_it_converts(device, dtype):
    needs(device, dtypes=dtype)
    kind = getattr(xp, dtype)
    for arguments in (
        (2.0, 5.0, 1.0),
        (0.5, 3),
        (0, 3, 0.5),
        (5, 0, -2),
        (7, 1, -3),
        (1, 2),
        (3.0, 1.0, -0.5),
        (2**70, 0),
        (0.0, 6, 2),
    ):
        result = xp.arange(*arguments, dtype=kind, device=device)
        first, last, step = (*arguments, 1)[:3]
        count = max(math.ceil((last - first) / step), 0)
        expected = [first + i * step for i in range(count)]
        same(result, np.asarray(expected).astype(np_dtype(dtype)), dtype)
        assert lives_on(result, device)


@pytest.mark.parametrize(
    ("arguments", "dtype"),
    [
        ((2**63 - 5, 2**63), "int64"),
        ((2**63 - 5.0 * 2**10, 2**63, 2**10), "int64"),
        ((-(2**63), 2**63, 2**63), "int64"),
        ((-(2**63), 2**63, 2**64 - 1), "int64"),
        ((2**63 - 1, -(2**63) - 1, -(2**64) + 1), "int64"),
        ((2**63 - 3, 2**63 + 3), "uint64"),
        ((2**64 - 7, 2**64, 3), "uint64"),
        ((2**64 - 1, 0, -(2**62)), "uint64"),
        ((0, 2**64, 2**64 - 1), "uint64"),
        ((2.0**63, 2**63 + 2**13, 2048.0), "uint64"),
        ((5, 6, 2**70), "int8"),
    ],
)
def test_arange_counts_integers_exactly(arguments, dtype):
    result = xp.arange(*arguments, dtype=getattr(xp, dtype))
    assert result.dtype == getattr(xp, dtype)
    assert result.tolist() == list(range(*map(int, arguments)))


def test_arange_beyond_all_integers():
    for arguments, dtype in (
        ((2**63, 2**63 + 2), None),
        ((-1, 2**64, 2**62), xp.uint64),
        ((0, 2**65, 2**64), xp.int8),
        ((0, 10**400, 10**399), xp.float64),
    ):
        with pytest.raises(OverflowError, match=r"^arange\(\): values must fit \w+, got "):
            xp.arange(*arguments, dtype=dtype)
    same(xp.arange(0, 2**70, 2**68, dtype=xp.float64), [0.0, 2.0**68, 2.0**69, 3 * 2.0**68])


def test_arange_of_integers_that_are_not_pythons():
    for five in (np.int64(5), np.uint8(5), xp.asarray(5)):
        same(xp.arange(five), np.arange(5), "int64")
    same(xp.arange(np.float32(3)), np.arange(3.0), "float64")


SPANS = [
    (0, 1, 5),
    (0.0, 1.0, 7),
    (-3, 3, 1),
    (2, 2, 4),
    (5, -5, 11),
    (0, 1, 0),
    (1e300, -1e300, 3),
]


@pytest.mark.parametrize("endpoint", [True, False])
@pytest.mark.parametrize("span", SPANS)
def test_linspace(device, span, endpoint):
    result = xp.linspace(*span, device=device, endpoint=endpoint)
    expected = np.linspace(*span, endpoint=endpoint)
    assert result.dtype is xp.float64
    assert lives_on(result, device)
    np.testing.assert_allclose(
        np.asarray(result.to_device("cpu")), expected, rtol=1e-15, atol=1e-15
    )
    if endpoint and span[2] > 1:
        assert float(result[-1]) == float(span[1])
    if span[2] > 0:
        assert float(result[0]) == float(span[0])


@pytest.mark.parametrize("dtype", REAL)
def test_linspace_without_its_endpoint_is_a_part_of_the_longer_one(device, dtype):
    needs(device, dtypes=dtype)
    kind = getattr(xp, dtype)
    for start, stop in ((0.0, 1.0), (-1.7, 3.3), (1e-3, 1e6), (7.0, -2.0)):
        for num in (1, 2, 3, 10, 33, 1000):
            short = xp.linspace(start, stop, num, dtype=kind, device=device, endpoint=False)
            longer = xp.linspace(start, stop, num + 1, dtype=kind, device=device)
            same(short, np.asarray(longer.to_device("cpu"))[:-1])


@pytest.mark.parametrize("dtype", [*INTEGERS, *REAL, "complex64", "complex128"])
def test_linspace_of_a_dtype(device, dtype):
    needs(device, dtypes=dtype)
    result = xp.linspace(1, 10, 4, dtype=getattr(xp, dtype), device=device)
    same(result, np.asarray([1, 4, 7, 10]).astype(dtype))


def test_linspace_computes_before_it_converts(device):
    for span in ((0, 1, 5), (-0.5, 0.5, 3), (3, 0, 4)):
        same(xp.linspace(*span, dtype=xp.bool, device=device), np.linspace(*span, dtype=bool))
    for dtype in ("float16", "float32"):
        if holds(device, dtype):
            result = xp.linspace(0, 1, 70_000, dtype=getattr(xp, dtype), device=device)
            same(result, np.linspace(0, 1, 70_000).astype(np_dtype(dtype)), dtype)


def test_linspace_between_complex_numbers():
    result = xp.linspace(0, 3 + 6j, 4)
    same(result, np.linspace(0, 3 + 6j, 4))
    with pytest.raises(ValueError, match=r"linspace\(\): num must not be negative, got -1"):
        xp.linspace(0, 1, -1)


@pytest.mark.parametrize("dtype", STANDARD)
def test_eye(device, dtype):
    needs(device, dtypes=dtype)
    for rows, columns, k in ((3, 3, 0), (2, 4, 1), (4, 2, -2), (3, None, 0), (0, 3, 0), (2, 2, 9)):
        result = xp.eye(rows, columns, k=k, dtype=getattr(xp, dtype), device=device)
        same(result, np.eye(rows, columns, k=k, dtype=dtype))
        assert lives_on(result, device)
    same(xp.eye(3, device=device), np.eye(3))


@pytest.mark.parametrize("name", ["tril", "triu"])
@pytest.mark.parametrize("dtype", ["bool", "int64", "float32", "float64", "complex64"])
def test_triangles(device, name, dtype):
    needs(device, dtype)
    for shape in ((3, 3), (2, 4, 3), (0, 2), (1, 5)):
        for x, source in layouts(numbers(shape, dtype), device):
            for k in (-2, 0, 1):
                same(getattr(xp, name)(x, k=k), getattr(np, name)(source, k=k), signs=False)


@pytest.mark.parametrize("indexing", ["xy", "ij"])
@pytest.mark.parametrize("dtype", ["bool", "int64", "float64", "complex64"])
def test_meshgrid(device, indexing, dtype):
    needs(device, dtype)
    vectors = [numbers((n,), dtype) for n in (2, 3, 0, 1)]
    for count in range(5):
        part = vectors[:count]
        grids = xp.meshgrid(*(array(v, device) for v in part), indexing=indexing)
        assert type(grids) is tuple
        for grid, expected in zip(grids, np.meshgrid(*part, indexing=indexing), strict=True):
            same(grid, expected)
            assert lives_on(grid, device)


def test_one_element_of_a_grid_is_written_alone():
    first, _ = xp.meshgrid(xp.asarray([1.0, 2.0]), xp.asarray([3.0, 4.0]))
    first[0, 0] = 9.0
    same(first, [[9.0, 2.0], [1.0, 2.0]])


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ValueError, lambda: xp.zeros((-1,))),
        (ValueError, lambda: xp.ones((2, -3))),
        (ValueError, lambda: xp.full((-1,), 2)),
        (ValueError, lambda: xp.eye(-1)),
        (ValueError, lambda: xp.arange(0, 3, 0)),
        (TypeError, lambda: xp.zeros(2.5)),
        (TypeError, lambda: xp.full((2,), "a")),
        (TypeError, lambda: xp.full((2,), xp.zeros((2,)))),
        (TypeError, lambda: xp.zeros_like(3.0)),
        (TypeError, lambda: xp.full((2,), 1j, dtype=xp.float64)),
        (OverflowError, lambda: xp.full((2,), 300, dtype=xp.uint8)),
        (OverflowError, lambda: xp.full((2,), 2**64)),
    ],
)
def test_errors(error, call):
    with pytest.raises(error, match=r"^[a-z_]+\(\): ([^A-Z]|Python)"):
        call()
