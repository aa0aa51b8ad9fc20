"""Linear algebra on every device, layout and dtype, by what its results must satisfy."""

import math

import numpy as np
import pytest
from values import (
    COMPLEX,
    EPS,
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

FLOATING = (*REAL, *COMPLEX)
SQUARES = [(3, 3), (2, 4, 4), (0, 0), (0, 2, 2), (2, 0, 0), (1, 1)]
MATRICES = [(3, 4), (4, 2), (2, 3, 5), (0, 3), (3, 0), (2, 0, 3), (0, 2, 2)]
# What the decompositions do to numbers of order 1 with a condition of about ten.
STEPS = 500


def well_conditioned(shape, dtype, seed=0):
    n = shape[-1]
    a = numbers(shape, dtype, seed) / np.asarray(4, dtype)
    return (a + 4 * np.eye(n)).astype(dtype)


def positive(shape, dtype):
    a = numbers(shape, dtype) / np.asarray(4, dtype)
    return (a @ np.conj(a).mT + np.eye(shape[-1])).astype(dtype)


def on_devices(device, dtype):
    needs(device, dtype)


def rebuilt(parts, expected, dtype):
    close(array(np.asarray(parts).astype(dtype)), expected.astype(dtype), STEPS)


@pytest.mark.parametrize("dtype", FLOATING)
@pytest.mark.parametrize("shape", SQUARES)
def test_square(device, dtype, shape):
    on_devices(device, dtype)
    real = np.zeros((), dtype).real.dtype.name
    for x, a in layouts(well_conditioned(shape, dtype), device):
        if np.linalg.matrix_rank(a).size and np.any(np.linalg.matrix_rank(a) < shape[-1]):
            continue  # the broadcast layout repeats a column
        inverse = xp.linalg.inv(x)
        assert lives_on(inverse, device)
        close(inverse, np.linalg.inv(a), STEPS)
        close(xp.linalg.det(x), np.linalg.det(a), STEPS)
        sign, logarithm = xp.linalg.slogdet(x)
        close(sign, np.linalg.slogdet(a)[0], STEPS)
        close(logarithm, np.linalg.slogdet(a)[1], STEPS, real)
        for rows in ((shape[-1],), (shape[-1], 2)):
            b = numbers(rows, dtype, seed=1)
            expected = np.linalg.solve(a, b)
            close(xp.linalg.solve(x, array(b, device)), expected, STEPS)
        for power in (-1, 0, 1, 3):
            close(xp.linalg.matrix_power(x, power), np.linalg.matrix_power(a, power), STEPS)


@pytest.mark.parametrize("dtype", FLOATING)
@pytest.mark.parametrize("shape", SQUARES)
def test_hermitian(device, dtype, shape):
    on_devices(device, dtype)
    real = np.zeros((), dtype).real.dtype.name
    a = positive(shape, dtype)
    x = array(a, device)
    lower, upper = xp.linalg.cholesky(x), xp.linalg.cholesky(x, upper=True)
    for factor, triangle in ((lower, np.tril), (upper, np.triu)):
        assert factor.dtype.name == dtype
        np.testing.assert_array_equal(host(factor), triangle(host(factor)))
    rebuilt(host(lower) @ np.conj(host(lower)).mT, a, dtype)
    rebuilt(np.conj(host(upper)).mT @ host(upper), a, dtype)
    values, vectors = xp.linalg.eigh(x)
    assert (values.dtype.name, vectors.dtype.name) == (real, dtype)
    close(values, np.linalg.eigvalsh(a), STEPS, real)
    close(xp.linalg.eigvalsh(x), np.linalg.eigvalsh(a), STEPS, real)
    v = host(vectors)
    rebuilt(v * host(values)[..., None, :] @ np.conj(v).mT, a, dtype)
    rebuilt(np.conj(v).mT @ v, np.broadcast_to(np.eye(shape[-1]), shape), dtype)


@pytest.mark.parametrize("dtype", FLOATING)
@pytest.mark.parametrize("shape", SQUARES)
def test_eig_is_complex_always(device, dtype, shape):
    wanted = "complex64" if dtype in ("float32", "complex64") else "complex128"
    on_devices(device, f"{dtype} {wanted}")
    a = numbers(shape, dtype, seed=2)
    values, vectors = xp.linalg.eig(array(a, device))
    assert values.dtype.name == vectors.dtype.name == wanted
    alone = xp.linalg.eigvals(array(a, device))
    assert (alone.dtype.name, alone.shape) == (wanted, shape[:-1])
    rebuilt(a @ host(vectors), host(vectors) * host(values)[..., None, :], wanted)
    lengths = np.linalg.norm(host(vectors), axis=-2)
    np.testing.assert_allclose(lengths, np.ones(shape[:-1]), rtol=STEPS * EPS[wanted])
    # Eigenvalues come in any order; their symmetric functions do not depend on it.
    for power in (1, 2, 3):
        sums = (host(alone) ** power).sum(axis=-1), (host(values) ** power).sum(axis=-1)
        close(array(sums[0]), sums[1], STEPS * 10)


def test_eigenvalues_of_a_rotation():
    x = xp.asarray([[0.0, -1.0], [1.0, 0.0]])
    found = sorted(host(xp.linalg.eigvals(x)).tolist(), key=lambda z: z.imag)
    np.testing.assert_allclose(found, [-1j, 1j], atol=1e-15)


@pytest.mark.parametrize("dtype", FLOATING)
@pytest.mark.parametrize("shape", MATRICES)
def test_any_shape(device, dtype, shape):
    on_devices(device, dtype)
    real = np.zeros((), dtype).real.dtype.name
    for x, a in layouts(numbers(shape, dtype), device):
        for full in (False, True):
            u, s, vh = xp.linalg.svd(x, full_matrices=full)
            assert (u.dtype.name, s.dtype.name, vh.dtype.name) == (dtype, real, dtype)
            k = s.shape[-1]
            rebuilt(host(u)[..., :k] * host(s)[..., None, :] @ host(vh)[..., :k, :], a, dtype)
            assert u.shape == (*shape[:-1], shape[-2] if full else k)
        close(xp.linalg.svdvals(x), np.linalg.svdvals(a), STEPS, real)
        for mode in ("reduced", "complete"):
            q, r = xp.linalg.qr(x, mode=mode)
            assert (q.dtype.name, r.dtype.name) == (dtype, dtype)
            rebuilt(host(q) @ host(r), a, dtype)
            np.testing.assert_array_equal(host(r), np.triu(host(r)))
        close(xp.linalg.pinv(x), np.linalg.pinv(a), STEPS)
        same(xp.linalg.matrix_rank(x), np.asarray(np.linalg.matrix_rank(a)).astype("int64"))
        assert lives_on(xp.linalg.pinv(x), device)


@pytest.mark.parametrize("dtype", FLOATING)
def test_tolerances(dtype):
    values = np.asarray([1.0, 0.1, 0.01])
    a = np.stack([np.diag(values), 10 * np.diag(values[::-1])]).astype(dtype)
    x = array(a)
    for rtol, ranks in ((0.5, [1, 1]), (0.05, [2, 2]), (0.0, [3, 3])):
        assert host(xp.linalg.matrix_rank(x, rtol=rtol)).tolist() == ranks
        close(xp.linalg.pinv(x, rtol=rtol), np.linalg.pinv(a, rcond=rtol), STEPS)
    each = xp.asarray([0.5, 0.05], dtype=xp.float32)
    assert host(xp.linalg.matrix_rank(x, rtol=each)).tolist() == [1, 2]
    assert host(xp.linalg.pinv(x, rtol=each)).shape == (2, 3, 3)


NORMS = ["fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf]


@pytest.mark.parametrize("dtype", FLOATING)
@pytest.mark.parametrize("ord", NORMS)
def test_matrix_norm(device, dtype, ord):
    on_devices(device, dtype)
    real = np.zeros((), dtype).real.dtype.name
    for shape in ((3, 4), (2, 4, 3), (0, 2, 3), (1, 1)):
        for x, a in layouts(numbers(shape, dtype), device):
            for keepdims in (False, True):
                result = xp.linalg.matrix_norm(x, ord=ord, keepdims=keepdims)
                expected = np.linalg.matrix_norm(a, ord=ord, keepdims=keepdims)
                # The smallest singular value is as exact as the largest allows.
                scale = np.max(np.abs(a), initial=0.0) if ord == -2 else 0.0
                close(result + scale, expected + scale, STEPS, real)
                assert lives_on(result, device)


@pytest.mark.parametrize("dtype", FLOATING)
@pytest.mark.parametrize("ord", [2, 1, 0, 3, 0.5, -1, -2.5, math.inf, -math.inf])
def test_vector_norm(device, dtype, ord):
    on_devices(device, dtype)
    real = np.zeros((), dtype).real.dtype.name
    with np.errstate(divide="ignore"):
        for shape in ((), (5,), (3, 4), (2, 3, 2)):
            for x, a in layouts(numbers(shape, dtype), device):
                for axis in (None, *range(-len(shape), len(shape)), tuple(range(len(shape)))[-2:]):
                    for keepdims in (False, True):
                        options = {"axis": axis, "keepdims": keepdims, "ord": ord}
                        result = xp.linalg.vector_norm(x, **options)
                        close(result, by_definition(a, **options), 64, real)


def by_definition(a, axis, keepdims, ord):
    """The norm in double precision."""
    sizes = np.abs(a.astype("complex128"))
    axes = tuple(range(a.ndim)) if axis is None else axis
    options = {"axis": axes, "keepdims": keepdims}
    if math.isinf(ord):
        return sizes.max(**options) if ord > 0 else sizes.min(**options)
    if ord == 0:
        return (sizes != 0).sum(**options)
    return (sizes**ord).sum(**options) ** (1 / ord)


def test_vector_norm_does_not_overflow_where_the_answer_fits():
    for dtype, big in (("float32", 1e30), ("float64", 1e200)):
        x = xp.full((4,), big, dtype=getattr(xp, dtype))
        assert float(xp.linalg.vector_norm(x, ord=math.inf)) == float(x[0])
        assert float(xp.linalg.vector_norm(x, ord=1)) == float(4 * x[0])


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATING, *HALF])
def test_diagonal_trace_and_cross(device, dtype):
    on_devices(device, dtype)
    for shape in ((3, 3), (2, 4), (2, 3, 2), (0, 2, 2), (0, 3)):
        for x, a in layouts(numbers(shape, dtype), device):
            for offset in (-5, -1, 0, 1, 5):
                same(
                    xp.linalg.diagonal(x, offset=offset),
                    np.linalg.diagonal(a, offset=offset),
                    dtype,
                )
                wide = a.astype("float64") if dtype in HALF else a
                total = (
                    "uint64" if dtype.startswith("uint") else "int64" if "int" in dtype else dtype
                )
                result = xp.linalg.trace(x, offset=offset)
                same(result, np.linalg.trace(wide, offset=offset), total, signs=False)
    u, v = numbers((4, 3), dtype, seed=3), numbers((4, 3), dtype, seed=4)
    wide = [w.astype("float64") if dtype in HALF else w for w in (u, v)]
    crossed = np.stack([np.cross(a, b) for a, b in zip(*wide, strict=True)])
    same(xp.linalg.cross(array(u, device), array(v, device)), crossed, dtype, signs=False)
    turned = xp.linalg.cross(array(u.T.copy(), device), array(v.T.copy(), device), axis=-2)
    same(turned, crossed.T, dtype, signs=False)
    broadcast = xp.linalg.cross(array(u, device), array(v[0], device))
    wide = [w.astype("float64") if dtype in HALF else w for w in (u, v[0])]
    same(broadcast, np.stack([np.cross(a, wide[1]) for a in wide[0]]), dtype, signs=False)


def test_trace_in_a_dtype():
    x = xp.asarray([[100, 1], [1, 100]], dtype=xp.int8)
    same(xp.linalg.trace(x), np.int64(200))
    same(xp.linalg.trace(x, dtype=xp.int8), np.int8(-56))
    same(xp.linalg.trace(x, dtype=xp.float32), np.float32(200))


@pytest.mark.parametrize("dtype", HALF)
def test_narrow_formats_are_computed_in_single_precision(dtype):
    a = well_conditioned((3, 3), "float32")
    x = xp.astype(array(a), getattr(xp, dtype))
    close(xp.linalg.inv(x), np.linalg.inv(a), 4, dtype)
    close(xp.linalg.solve(x, x), np.eye(3), 4, dtype)
    assert xp.linalg.svdvals(x).dtype is x.dtype


def test_solve_tells_vectors_from_matrices():
    a = well_conditioned((2, 3, 3), "float64")
    vector, stack = numbers((3,)), numbers((2, 3, 1), seed=5)
    close(xp.linalg.solve(array(a), array(vector)), np.linalg.solve(a, vector), STEPS)
    close(xp.linalg.solve(array(a), array(stack)), np.linalg.solve(a, stack), STEPS)
    close(xp.linalg.solve(array(a[0]), array(stack)), np.linalg.solve(a[0], stack), STEPS)
    mixed = xp.linalg.solve(array(a[0].astype("float32")), array(vector))
    assert mixed.dtype is xp.float64
