"""Every function on engines' arrays: values, dtypes, shapes and errors are those of the cpu device.

The engines run under checked(), so a result that is not what the plan says fails by itself.
"""

import math
import re

import numpy as np
import pytest
from engines import ENGINES

import arrayforge as xp

# Names in the expressions below. An engine that lacks a dtype skips nothing: its expressions are
# those whose names it can hold.
OPERANDS = {
    "f": ([[1.5, -2.0, 3.0], [0.5, 4.0, -1.0]], "float64"),
    "g": ([[2.0], [-3.0]], "float64"),
    "v": ([3.0, 1.0, 2.0, 1.0], "float64"),
    "w": ([1.0, 2.0, 2.0, 5.0], "float64"),
    "n": ([1.0, math.nan, -0.0, 0.0], "float64"),
    "m": ([[1.0, 2.0], [3.0, 4.0]], "float64"),
    "t": ([[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]], "float64"),
    "z": (2.5, "float64"),
    "e": (np.zeros((0, 3)), "float64"),
    "i": ([[3, 0, -2], [7, 7, 1]], "int64"),
    "j": ([2, 0, 1, -1], "int64"),
    "k": ([[0, 1, 1]], "int64"),
    "o": (1, "int64"),
    "b": ([[True, False, True], [False, False, True]], "bool"),
    "p": ([True, False, True, True], "bool"),
    "S": ([[1.5, 2.5, -3.0], [0.0, 4.0, 8.0]], "float32"),
    "H": ([100, 120, -7], "int8"),
    "U": ([[200, 100], [7, 9]], "uint8"),
    "C": ([[1 + 2j, 3 - 1j], [0.5j, -2.0]], "complex128"),
    "D": ([1 + 2j, 3 - 1j, 0], "complex64"),
}

REDUCTIONS = " | ".join(
    f"xp.{name}({x}{rest})"
    for name in ("sum", "prod", "max", "min", "mean", "std", "var", "all", "any", "count_nonzero")
    for x in "fib"
    for rest in ("", ", axis=0", ", axis=(-1, 0), keepdims=True", ", axis=(1,)", ", axis=2")
)
STATISTICS = """
xp.sum(U) | xp.sum(H, axis=0) | xp.sum(S) | xp.sum(D) | xp.sum(H, dtype=xp.int8) | xp.sum(e, axis=0)
xp.sum(f, dtype=xp.int64) | xp.sum(i, dtype=xp.float64) | xp.sum(S, dtype=xp.float64) | xp.sum(z)
xp.sum(f, axis=(0, 0)) | xp.sum(f, axis=1.5) | xp.prod(U) | xp.prod(H) | xp.prod(e) | xp.prod(C)
xp.max(e) | xp.max(e, axis=1) | xp.min(e, axis=0) | xp.max(C) | xp.max(n) | xp.min(n) | xp.max(H)
xp.mean(S, axis=0) | xp.mean(C) | xp.var(C, axis=0) | xp.std(f, correction=1) | xp.std(H)
xp.mean(H) | xp.var(f, axis=1, correction=1.0) | xp.var(f, correction="x") | xp.all(e) | xp.any(e)
xp.any(D) | xp.argmax(f) | xp.argmax(f, axis=1) | xp.argmin(f, axis=-2, keepdims=True)
xp.argmax(b, axis=1) | xp.argmax(f, keepdims=True) | xp.argmax(e) | xp.argmin(e, axis=0)
xp.argmax(e, axis=1) | xp.argmax(C) | xp.argmin(z) | xp.argmax(n) | xp.argmax(f, axis=(0,))
xp.count_nonzero(n) | xp.cumulative_sum(v) | xp.cumulative_sum(f, axis=-1, include_initial=True)
xp.cumulative_sum(f) | xp.cumulative_prod(i, axis=0) | xp.cumulative_sum(p) | xp.cumulative_sum(z)
xp.cumulative_sum(U, axis=0) | xp.cumulative_sum(H, dtype=xp.int8) | xp.cumulative_prod(S, axis=1)
xp.cumulative_sum(f, axis=2) | xp.cumulative_sum(v, dtype=xp.int64)
"""
MANIPULATION = """
xp.reshape(f, (3, 2)) | xp.reshape(f, -1) | xp.reshape(f, (-1, 2), copy=True)
xp.reshape(f, (4, 2)) | xp.reshape(f, (-1, -1)) | xp.reshape(e, (3, -1, 5)) | xp.reshape(f, (6.0,))
f.T | f.mT | t.T | xp.permute_dims(t, (2, 0, -2)) | xp.permute_dims(f, (0, 0))
xp.permute_dims(f, (1,)) | z.T | z.mT | xp.expand_dims(f, 0) | xp.expand_dims(f, -1)
xp.expand_dims(f, (0, -1)) | xp.expand_dims(f, 3) | xp.expand_dims(f, (0, 0)) | xp.squeeze(t, 1)
xp.squeeze(t, (-2,)) | xp.squeeze(t, 0) | xp.squeeze(k, 4)
xp.squeeze(xp.reshape(v, (1, 4, 1)), (0, 2)) | xp.flip(f) | xp.flip(f, axis=1)
xp.flip(t, axis=(0, -1)) | xp.flip(f, axis=2) | xp.flip(z) | xp.broadcast_to(g, (2, 3))
xp.broadcast_to(z, (2, 0)) | xp.broadcast_to(g, (4, 2, 3)) | xp.broadcast_to(f, (2, 4))
xp.broadcast_to(f, (3,)) | xp.broadcast_to(f, -1) | xp.concat((f, i)) | xp.concat([f, g], axis=1)
xp.concat((f, v), axis=None) | xp.concat([i, b], axis=-1) | xp.concat((f, g)) | xp.concat([])
xp.concat([z, z]) | xp.concat((f, i), axis=2) | xp.concat((f, 1.0)) | xp.concat((H, D))
xp.concat((U, U), axis=1) | xp.matrix_transpose(v) | xp.stack((f, i)) | xp.tile(f, 2)
xp.repeat(v, 2) | xp.repeat(f, j[:2] + 1, axis=0) | xp.roll(f, 1) | xp.roll(f, (1, 2), axis=(0, 1))
xp.unstack(f) | xp.moveaxis(t, 0, -1) | xp.meshgrid(v, w) | xp.broadcast_arrays(f, g) | xp.diff(f)
xp.astype(f, xp.int64) | xp.astype(i, xp.bool) | xp.astype(b, xp.float64) | xp.astype(C, xp.float64)
xp.astype(f, "float32") | xp.astype(f, 3) | xp.astype(i, xp.int64, copy=False)
xp.astype(U, xp.complex64)
"""
SELECTION = """
xp.where(b, f, i) | xp.where(b, f, 0) | xp.where(b, 1, 2.5) | xp.where(b, S, 1.0)
xp.where(b, g, f) | xp.where(f, f, 1) | xp.where(b, v, f) | xp.where(b, S, 1) | xp.where(True, f, g)
xp.where(b, "x", f) | xp.where(p, H, 300) | xp.where(p, C, 1.0) | xp.where(b, f, 1j) | xp.take(v, j)
xp.take(f, k, axis=1) | xp.take(f, j) | xp.take(f, k, axis=2) | xp.take(f, v, axis=0)
xp.take(f, o, axis=-1) | xp.take(v, [0]) | xp.take_along_axis(f, k, axis=1)
xp.take_along_axis(f, j) | xp.take_along_axis(f, k, axis=0) | xp.take_along_axis(v, j, axis=1)
xp.take_along_axis(f, i[:, :1] - i[:, :1], axis=-1) | xp.nonzero(f) | xp.nonzero(b) | xp.nonzero(z)
xp.sort(v) | xp.sort(f, axis=0) | xp.sort(f, axis=2) | xp.sort(n[:3], descending=True)
xp.argsort(n) | xp.argsort(n, descending=True) | xp.sort(b, axis=1) | xp.argsort(v, stable=False)
xp.argsort(w, descending=True) | xp.sort(e) | xp.argsort(i, axis=0)
xp.sort(f, axis=0, descending=True) | xp.sort(z) | xp.searchsorted(w, v)
xp.searchsorted(w, f, side="right") | xp.searchsorted(v, w, sorter=xp.argsort(v))
xp.searchsorted(f, v) | xp.searchsorted(w, v, side="up") | xp.searchsorted(w, 2.0)
xp.searchsorted(j, v) | xp.searchsorted(w, v, sorter=w) | xp.searchsorted(w, n)
xp.searchsorted(v, w, sorter=j[:2]) | xp.searchsorted(H, 3) | xp.unique_values(i) | xp.unique_all(i)
xp.unique_counts(w) | xp.unique_inverse(i) | xp.isin(v, w) | xp.clip(f, 0, 2) | xp.clip(f, g, None)
"""
PRODUCTS = """
m @ m | xp.matmul(f, v[:3]) | xp.matmul(m, i[:, :2]) | xp.matmul(f, f) | xp.matmul(z, m)
xp.matmul(t, f.T) | xp.matmul(b, b) | xp.matmul(S, m) | xp.matmul(S, f.T) | xp.matmul(U, U)
xp.matmul(C, U) | f @ 2 | e @ f | xp.matmul(v, w) | xp.matmul(e, xp.reshape(v[:3], (3, 1)))
xp.vecdot(f, f) | xp.tensordot(f, t, axes=1) | xp.linalg.outer(v, w) | xp.linalg.diagonal(f)
xp.linalg.trace(m) | xp.linalg.vector_norm(f, axis=0) | xp.linalg.inv(m) | xp.linalg.det(m)
xp.linalg.solve(m, m) | xp.linalg.inv(f) | xp.linalg.svdvals(f) | xp.linalg.matrix_norm(f)
xp.linalg.inv(i[:, :2]) | xp.linalg.eigvalsh(m + m.T) | xp.linalg.cross(f, f) | xp.fft.fft(D)
xp.fft.ifft(v) | xp.fft.rfft(C) | xp.fft.rfft(S) | xp.fft.irfft(D) | xp.fft.fftshift(v)
"""
CREATION = """
xp.zeros_like(f) | xp.ones_like(i, dtype=xp.float64) | xp.full_like(f, 7) | xp.full_like(i, 2.5)
xp.full_like(i, 1j) | xp.full_like(U, 300) | xp.zeros_like(1) | xp.empty_like(f).shape
xp.full_like(f, z) | xp.full_like(f, v) | xp.ones_like(b) | xp.ones_like(D) | xp.tril(f)
xp.triu(f, k=1) | xp.asarray(f, copy=True) | xp.asarray(f, dtype=xp.int64)
xp.asarray(f, dtype=xp.int64, copy=False) | xp.zeros((2, 3), device=d) | xp.zeros(-1, device=d)
xp.zeros((2, 2.5), device=d) | xp.ones(3, device=d) | xp.full((2,), 3, device=d)
xp.full(2, 1.5, dtype=xp.int64, device=d) | xp.full((), True, device=d) | xp.full(2, [1], device=d)
xp.full((2**40, 2**40), 0, device=d) | xp.empty(3, dtype=xp.bool, device=d).dtype
xp.arange(5, device=d) | xp.arange(1, 2, 0.25, device=d) | xp.linspace(0, 1, 5, device=d)
xp.eye(2, 3, k=1, device=d) | xp.full(2, z, device=d) | xp.ones(2, dtype="nothing", device=d)
xp.linspace(0, 1, -1, device=d)
"""
INDEXING = """
f[0] | f[-1, 2] | f[:, ::-2] | f[..., None] | f[2] | f[0, 0, 0] | f[..., ...] | f[1.0] | f["x"]
f[5:, :] | f[b] | v[p] | f[b[0]] | v[v > 1] | f[b.T] | v[j] | f[k[0], :] | f[:, k]
f[j[1:3], j[:2]] | f[v] | f[True] | f[i > 0, ...] | f[[0, 1]] | f[[0, 1], [1, 2]] | v[[]]
f[j[1:3], k[0]] | f[None, j[1], ..., k] | z[()] | z[0] | v[o] | f[o, o] | v[H[:1] * 0]
f[(0, slice(None))] | f[np.int64(1)] | f[:0] | t[j[1:3], 0, :2] | i[0, 0]
"""
ASSIGNMENT = """
f[0] = 9 | f[:, 1] = v[:2] | f[b] = 0 | f[...] = g | f[5] = 1 | f[0] = v | i[0] = 2.5 | i[0, 0] = 1j
i[...] = f | f[j[1:3], 0] = 1 | f[0] = xp.reshape(v[:3], (1, 1, 3)) | v[p] = 5 | v[j] = w
f[...] = C | H[0] = 300 | U[0] = -1 | S[0] = f[0] | C[0] = f[0, :2] | f[k[0] - k[0], :] = i[0]
b[0] = 1 | z[()] = 7 | f[0] = [1, 2, 3] | f[0] = "x" | i[:, 0] = True | f[::2, ::-1] = i[:1]
e[...] = 1 | f[None, 0] = v[:3] | f += 1 | i += 1.5 | i *= 2 | f += t | f -= g | z += 1 | v **= 2
H += 1 | m @= m | b |= b | p &= True
"""
SCALARS = """
float(z) | int(o) | bool(z) | float(v) | bool(f) | len(f) | len(z) | f.tolist() | z.item()
v[0] + 1
"""


CHAPTERS = (REDUCTIONS, STATISTICS, MANIPULATION, SELECTION, PRODUCTS, CREATION, INDEXING, SCALARS)


def split(text):
    return [e.strip() for line in text.splitlines() for e in line.split(" | ") if e.strip()]


def holds(engine, expression):
    """The engine of few dtypes evaluates what needs no others."""
    return engine != "dependent" or not re.search(
        r"\b[SHUCD]\b|float32|complex|1j|int8|linalg\.(eig|svd)|fft", expression
    )


def each(texts):
    pairs = [(m, e) for m in ENGINES for text in texts for e in split(text) if holds(m, e)]
    return pytest.mark.parametrize(("engine", "expression"), pairs, indirect=["engine"])


def operands(expression, device):
    used = set(re.findall(r"\b[A-Za-z]\b", expression)) & set(OPERANDS)
    made = {
        name: xp.asarray(values, dtype=getattr(xp, dtype), device=device)
        for name, (values, dtype) in OPERANDS.items()
        if name in used
    }
    return {**made, "d": device, "xp": xp, "np": np}


def plain(result):
    """A result as comparable values: arrays with dtype and shape, sequences item by item."""
    if isinstance(result, xp.Array):
        return [result.dtype, result.shape, np.asarray(result.to_device("cpu"))]
    if isinstance(result, tuple | list):
        return [plain(item) for item in result]
    return [result]


def outcome(expression, device):
    names = operands(expression, device)
    try:
        return plain(eval(expression, names))
    except Exception as error:
        return [type(error), str(error)]


def changed(statement, device):
    names = operands(statement, device)
    target = names[statement[0]]
    failure = []
    try:
        exec(statement, names)
    except Exception as error:
        failure = [type(error), str(error)]
    assert names[statement[0]] is target
    return failure + plain(target)


def assert_same(ours, expected):
    if isinstance(ours[0], type) or isinstance(expected[0], type):
        assert str(ours) == str(expected)
    assert len(ours) == len(expected)
    for one, other in zip(ours, expected, strict=True):
        if isinstance(other, list):
            assert_same(one, other)
        elif isinstance(other, np.ndarray):
            # Engines add up in another order.
            tolerance = 1e-5 if other.dtype.name in ("float32", "complex64") else 1e-12
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
            assert (np.signbit(one.real) == np.signbit(other.real)).all()
        else:
            assert one == other


@each(CHAPTERS)
def test_results_and_errors_are_those_of_the_cpu(engine, expression):
    with xp.checked():
        ours = outcome(expression, engine)
    assert_same(ours, outcome(expression, "cpu"))


@each([ASSIGNMENT])
def test_assignment_and_in_place_operators(engine, expression):
    with xp.checked():
        ours = changed(expression, engine)
    assert_same(ours, changed(expression, "cpu"))


@each(CHAPTERS)
def test_strict_mode_refuses_the_same(engine, expression):
    with xp.strict():
        ours, expected = outcome(expression, engine), outcome(expression, "cpu")
    if expected[0] is xp.StrictError or ours[0] is xp.StrictError:
        assert str(ours) == str(expected)


@pytest.mark.parametrize("expression", ["xp.matmul(f, m)", "xp.concat([z])", "f[0, 0, 0]"])
def test_the_cpu_fails_where_the_table_says_so(expression):
    assert issubclass(outcome(expression, "cpu")[0], Exception)
