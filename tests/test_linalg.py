"""Linear algebra against NumPy, and its errors."""

import math

import numpy as np
import pytest

import arrayforge as xp

DTYPES = ["float32", "float64", "complex64", "complex128"]
STACKS = [(), (2,), (0,), (2, 1)]


def random(shape, dtype="float64"):
    generator = np.random.default_rng(len(shape) + 7)
    values = generator.normal(size=shape)
    if dtype.startswith("complex"):
        values = values + 1j * generator.normal(size=shape)
    return values.astype(dtype)


def close(result, expected):
    result, expected = np.asarray(result), np.asarray(expected)
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype
    # A few dozen operations on numbers near 1; single precision keeps about seven digits.
    tolerance = 1e-3 if expected.dtype in (np.float32, np.complex64) else 1e-9
    np.testing.assert_allclose(result, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("n", [0, 1, 4])
def test_square_matrices(dtype, stack, n):
    a = random((*stack, n, n), dtype) + 3 * np.eye(n, dtype=dtype)
    positive = a @ np.conj(a).mT
    x = xp.asarray(a)
    for name in ("inv", "det", "slogdet"):
        result, expected = getattr(xp.linalg, name)(x), getattr(np.linalg, name)(a)
        if name == "slogdet":
            assert result._fields == ("sign", "logabsdet")
            close(result.sign, expected.sign)
            close(result.logabsdet, expected.logabsdet)
        else:
            close(result, expected)
    for upper in (False, True):
        factor = xp.linalg.cholesky(xp.asarray(positive), upper=upper)
        close(factor, np.linalg.cholesky(positive, upper=upper))
    close(xp.linalg.eigvalsh(xp.asarray(positive)), np.linalg.eigvalsh(positive))
    values, vectors = xp.linalg.eig(x)
    assert xp.isdtype(values.dtype, "complex floating")
    values, vectors = np.asarray(values), np.asarray(vectors)
    close(a @ vectors, (vectors * values[..., None, :]).astype((a @ vectors).dtype))
    assert xp.isdtype(xp.linalg.eigvals(x).dtype, "complex floating")
    for power in (-2, 0, 1, 5):
        close(xp.linalg.matrix_power(x, power), np.linalg.matrix_power(a, power))
    if n:
        for shape in ((n,), (n, 3)):
            b = random(shape, dtype)
            close(xp.linalg.solve(x, xp.asarray(b)), np.linalg.solve(a, b))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (5, 2), (2, 3, 4), (0, 2, 3)])
def test_any_matrices(dtype, shape):
    a = random(shape, dtype)
    x = xp.asarray(a)
    close(xp.linalg.pinv(x), np.linalg.pinv(a))
    close(xp.linalg.svdvals(x), np.linalg.svdvals(a))
    left, values, right = (np.asarray(part) for part in xp.linalg.svd(x, full_matrices=False))
    close((left * values[..., None, :]) @ right, a)
    for mode in ("reduced", "complete"):
        q, r = xp.linalg.qr(x, mode=mode)
        close(np.asarray(q) @ np.asarray(r), a)
    np.testing.assert_array_equal(np.asarray(xp.linalg.matrix_rank(x)), np.linalg.matrix_rank(a))
    for ord in ("fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf):
        for keepdims in (False, True):
            norm = xp.linalg.matrix_norm(x, ord=ord, keepdims=keepdims)
            close(norm, np.linalg.matrix_norm(a, ord=ord, keepdims=keepdims))
    for ord in (2, 1, 0, 3, -1, 0.5, math.inf, -math.inf):
        norm = xp.linalg.vector_norm(x, axis=-1, ord=ord)
        close(norm, np.linalg.vector_norm(a, axis=-1, ord=ord))
    close(xp.linalg.vector_norm(x, axis=()), np.abs(a))
    for offset in (-9, -2, -1, 0, 1, 3, 9):
        close(xp.linalg.diagonal(x, offset=offset), np.linalg.diagonal(a, offset=offset))
        close(xp.linalg.trace(x, offset=offset), np.linalg.trace(a, offset=offset))


@pytest.mark.parametrize("dtype", ["int64", *DTYPES])
def test_products(dtype):
    a, b = (10 * random((2, 3, 4), dtype)), (10 * random((4, 3, 5), dtype))
    x, y = xp.asarray(a), xp.asarray(b)
    close(xp.tensordot(x, y, axes=((1, 2), (1, 0))), np.tensordot(a, b, ((1, 2), (1, 0))))
    close(xp.tensordot(x, y, axes=0), np.tensordot(a, b, 0))
    close(xp.vecdot(x, x), np.vecdot(a, a))
    close(xp.vecdot(x, x, axis=-2), np.vecdot(a, a, axis=-2))
    u, v = a[0, 0, :3], b[:, :, 0]
    crossed = xp.linalg.cross(xp.asarray(u), xp.asarray(v))
    close(crossed, np.cross(u, v))
    close(xp.linalg.outer(xp.asarray(u), xp.asarray(v[0])), np.outer(u, v[0]))


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ValueError, lambda x: xp.linalg.inv(x)),
        (ValueError, lambda x: xp.linalg.solve(x[:, :2], x[0, :])),
        (ValueError, lambda x: xp.linalg.inv(xp.zeros((2, 2)))),
        (ValueError, lambda x: xp.linalg.cholesky(-xp.ones((2, 2)))),
        (ValueError, lambda x: xp.linalg.qr(x, mode="full")),
        (ValueError, lambda x: xp.linalg.matrix_norm(x, ord="max")),
        (ValueError, lambda x: xp.linalg.vector_norm(x, ord="fro")),
        (ValueError, lambda x: xp.linalg.cross(x[:, :2], x)),
        (ValueError, lambda x: xp.linalg.diagonal(x[0, :])),
        (ValueError, lambda x: xp.linalg.outer(x, x)),
        (ValueError, lambda x: xp.vecdot(x, x[:, :1])),
        (IndexError, lambda x: xp.vecdot(x, x, axis=-3)),
        (ValueError, lambda x: xp.tensordot(x, x, axes=1)),
        (ValueError, lambda x: xp.tensordot(x, x, axes=3)),
    ],
)
def test_errors(error, call):
    with pytest.raises(error, match=r"^[a-z_]+\(\): [^A-Z]"):
        call(xp.asarray(random((2, 3))))
