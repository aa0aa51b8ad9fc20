"""Everything lenient, both ways: it works by default, and strict mode names the portable form.

This table is the list of what lies outside the standard; a new leniency gets a line here.
"""

import asyncio
import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest

import arrayforge as xp


def samples():
    """Arrays that the cases use; made by portable means."""
    return SimpleNamespace(
        f=xp.asarray([1.0, 2.0, 3.0]),
        g=xp.asarray([4.0, 5.0, 6.0], dtype=xp.float32),
        i=xp.asarray([3, 1, 2]),
        u=xp.asarray([1, 2, 3], dtype=xp.uint64),
        b=xp.asarray([True, False, True]),
        c=xp.asarray([1 + 2j, 3 - 1j, 0j]),
        m=xp.reshape(xp.asarray([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]), (2, 3)),
        one=xp.asarray(7.0),
        box=xp.asarray([7.0]),
        t=xp.zeros((2, 3, 4)),
        rows=xp.asarray([1, 0]),
    )


def written(x, key, value):
    x[key] = value
    return x


def added_in_place(x, y):
    x += y
    return x


F64, I64 = xp.float64, xp.int64

# name: (what is lenient, its portable form or None where there is none)
LENIENT = {
    # -- promotion
    "int + float": (lambda s: s.i + s.f, lambda s: xp.astype(s.i, F64) + s.f),
    "int64 + uint64": (lambda s: s.i + s.u, lambda s: xp.astype(s.i, F64) + xp.astype(s.u, F64)),
    "bool + int": (lambda s: s.b + s.i, lambda s: xp.astype(s.b, I64) + s.i),
    "int array + Python float": (lambda s: s.i + 0.5, lambda s: xp.astype(s.i, F64) + 0.5),
    "bool array + Python int": (lambda s: s.b + 1, lambda s: xp.astype(s.b, I64) + 1),
    "int / int": (lambda s: s.i / s.i, lambda s: xp.astype(s.i, F64) / xp.astype(s.i, F64)),
    "sqrt of integers": (lambda s: xp.sqrt(s.i), lambda s: xp.sqrt(xp.astype(s.i, F64))),
    "in place, narrower dtype": (
        lambda s: added_in_place(s.g, s.f),
        lambda s: added_in_place(s.g, xp.astype(s.f, xp.float32)),
    ),
    "comparison of kinds": (lambda s: s.i < s.f, lambda s: xp.astype(s.i, F64) < s.f),
    "result_type of kinds": (lambda s: xp.result_type(s.i, s.f), None),
    "where of kinds": (
        lambda s: xp.where(s.b, s.i, s.f),
        lambda s: xp.where(s.b, xp.astype(s.i, F64), s.f),
    ),
    "where with a numeric condition": (
        lambda s: xp.where(s.i, s.f, s.f),
        lambda s: xp.where(s.i != 0, s.f, s.f),
    ),
    "where of a condition alone": (lambda s: xp.where(s.b)[0], lambda s: xp.nonzero(s.b)[0]),
    "concat of kinds": (
        lambda s: xp.concat((s.i, s.f)),
        lambda s: xp.concat((xp.astype(s.i, F64), s.f)),
    ),
    "sum of booleans": (lambda s: xp.sum(s.b), lambda s: xp.sum(xp.astype(s.b, I64))),
    "max of booleans": (lambda s: xp.max(s.b), lambda s: xp.any(s.b)),
    "mean of integers": (lambda s: xp.mean(s.i), lambda s: xp.mean(xp.astype(s.i, F64))),
    "var of integers": (lambda s: xp.var(s.i), lambda s: xp.var(xp.astype(s.i, F64))),
    # -- indexing
    "fewer indices": (lambda s: s.m[0], lambda s: s.m[0, ...]),
    "fewer slices": (lambda s: s.m[0:1], lambda s: s.m[0:1, ...]),
    "empty key": (lambda s: s.f[()], lambda s: s.f[...]),
    "integers beside a slice": (
        lambda s: s.m[:, s.rows],
        lambda s: xp.take(s.m, s.rows, axis=1),
    ),
    "integers beside an ellipsis": (
        lambda s: s.m[..., s.rows],
        lambda s: xp.take(s.m, s.rows, axis=-1),
    ),
    "one integer array for two axes": (
        lambda s: s.m[s.rows],
        lambda s: xp.take(s.m, s.rows, axis=0),
    ),
    "mask beside an ellipsis": (
        lambda s: s.m[xp.asarray([True, False]), ...],
        lambda s: xp.take(s.m, xp.nonzero(xp.asarray([True, False]))[0], axis=0),
    ),
    "list as index": (lambda s: s.f[[2, 0]], lambda s: s.f[xp.asarray([2, 0])]),
    "NumPy array as index": (
        lambda s: s.f[np.asarray([2, 0])],
        lambda s: s.f[xp.asarray(np.asarray([2, 0]))],
    ),
    "slice beyond the axis": (lambda s: s.f[0:9], lambda s: s.f[0:3]),
    "slice that starts beyond": (lambda s: s.f[5:], lambda s: s.f[0:0]),
    "slice before the axis": (lambda s: s.m[-9:, :], lambda s: s.m[-2:, :]),
    "assignment by integers": (
        lambda s: written(s.f, s.rows, 0.0),
        lambda s: xp.where(xp.isin(xp.asarray([0, 1, 2]), s.rows), 0.0, s.f),
    ),
    "assignment of a list": (
        lambda s: written(s.f, slice(0, 2), [8.0, 9.0]),
        lambda s: written(s.f, slice(0, 2), xp.asarray([8.0, 9.0])),
    ),
    "assignment of another kind": (
        lambda s: written(s.i, slice(0, 3), s.f),
        lambda s: written(s.i, slice(0, 3), xp.astype(s.f, I64)),
    ),
    # -- arguments
    "NumPy scalar in an operator": (lambda s: s.g * np.float32(2), lambda s: s.g * 2.0),
    "NumPy scalar in front": (lambda s: np.float64(2) * s.f, lambda s: 2.0 * s.f),
    "NumPy scalar in where": (
        lambda s: xp.where(s.b, s.g, np.float32(0)),
        lambda s: xp.where(s.b, s.g, 0.0),
    ),
    "NumPy scalar as value": (
        lambda s: written(s.f, 0, np.float32(2)),
        lambda s: written(s.f, 0, 2.0),
    ),
    "NumPy function": (lambda s: np.negative(s.f), lambda s: xp.negative(s.f)),
    "fill_value as an array": (lambda s: xp.full(2, s.one), lambda s: xp.full(2, float(s.one))),
    "fill_value of NumPy": (
        lambda s: xp.full(2, np.int8(1), dtype=F64),
        lambda s: xp.full(2, 1.0),
    ),
    "shape as a list": (lambda s: xp.zeros([2, 3]), lambda s: xp.zeros((2, 3))),
    "reshape to a list": (lambda s: xp.reshape(s.m, [3, 2]), lambda s: xp.reshape(s.m, (3, 2))),
    "axes as a list": (lambda s: xp.sum(s.m, axis=[0, 1]), lambda s: xp.sum(s.m, axis=(0, 1))),
    "axes as a list, composite": (
        lambda s: xp.moveaxis(s.t, [0], [1]),
        lambda s: xp.moveaxis(s.t, (0,), (1,)),
    ),
    "dtype=float": (lambda s: xp.zeros(2, dtype=float), lambda s: xp.zeros(2, dtype=F64)),
    "dtype by name": (lambda s: xp.zeros(2, dtype="int64"), lambda s: xp.zeros(2, dtype=I64)),
    "NumPy dtype": (lambda s: xp.astype(s.f, np.dtype("i8")), lambda s: xp.astype(s.f, I64)),
    "diff by position": (lambda s: xp.diff(s.f, 2), lambda s: xp.diff(s.f, n=2)),
    "integers into the fft": (
        lambda s: xp.fft.fft(xp.arange(4)),
        lambda s: xp.fft.fft(xp.astype(xp.arange(4), F64)),
    ),
    "integers into linalg": (
        lambda s: xp.linalg.vector_norm(xp.arange(4)),
        lambda s: xp.linalg.vector_norm(xp.astype(xp.arange(4), F64)),
    ),
    "assignment of a float to an integer": (
        lambda s: s.i.__setitem__(0, 2.5),
        lambda s: s.i.__setitem__(0, int(2.5)),
    ),
    "assignment of a boolean to a float": (
        lambda s: s.f.__setitem__(0, True),
        lambda s: s.f.__setitem__(0, 1.0),
    ),
    "vecdot from the front": (
        lambda s: xp.vecdot(s.f, s.f, axis=0),
        lambda s: xp.vecdot(s.f, s.f, axis=-1),
    ),
    "tile by an integer": (lambda s: xp.tile(s.f, 2), lambda s: xp.tile(s.f, (2,))),
    "arrays in lists": (
        lambda s: xp.asarray([s.one, s.one]),
        lambda s: xp.stack([s.one, s.one]),
    ),
    # -- extensions
    "float16": (lambda s: xp.zeros(2, dtype=xp.float16), lambda s: xp.zeros(2, dtype=xp.float32)),
    "bfloat16": (lambda s: xp.astype(s.f, xp.bfloat16), lambda s: xp.astype(s.f, xp.float32)),
    "float16 of NumPy": (lambda s: xp.asarray(np.zeros(2, "f2")), lambda s: xp.zeros(2)),
    # -- methods
    "x.sum()": (lambda s: s.f.sum(), lambda s: xp.sum(s.f)),
    "x.mean()": (lambda s: s.f.mean(), lambda s: xp.mean(s.f)),
    "x.min()": (lambda s: s.f.min(), lambda s: xp.min(s.f)),
    "x.max()": (lambda s: s.f.max(), lambda s: xp.max(s.f)),
    "x.any()": (lambda s: s.b.any(), lambda s: xp.any(s.b)),
    "x.all()": (lambda s: s.b.all(), lambda s: xp.all(s.b)),
    "x.astype()": (lambda s: s.f.astype(I64), lambda s: xp.astype(s.f, I64)),
    "x.reshape()": (lambda s: s.m.reshape(3, 2), lambda s: xp.reshape(s.m, (3, 2))),
    "x.transpose()": (lambda s: s.m.transpose(), lambda s: xp.permute_dims(s.m, (1, 0))),
    "x.squeeze()": (lambda s: s.box.squeeze(), lambda s: xp.squeeze(s.box, 0)),
    "x.view()": (lambda s: s.f.view(), lambda s: s.f[...]),
    "x.copy()": (lambda s: s.f.copy(), lambda s: xp.asarray(s.f, copy=True)),
    "x.item()": (lambda s: s.one.item(), lambda s: float(s.one)),
    "x.tolist()": (lambda s: s.f.tolist(), lambda s: [float(s.f[k]) for k in range(3)]),
    # -- attributes
    "x.real": (lambda s: s.c.real, lambda s: xp.real(s.c)),
    "x.imag": (lambda s: s.c.imag, lambda s: xp.imag(s.c)),
    "x.nbytes": (lambda s: s.f.nbytes, lambda s: s.f.size * xp.finfo(s.f.dtype).bits // 8),
    "x.itemsize": (lambda s: s.f.itemsize, lambda s: xp.finfo(s.f.dtype).bits // 8),
    "x.strides": (lambda s: s.f.strides, None),
    "x.T of three axes": (lambda s: s.t.T, lambda s: xp.permute_dims(s.t, (2, 1, 0))),
    "dtype.name": (lambda s: s.f.dtype.name, None),
    "dtype.kind": (lambda s: s.f.dtype.kind, None),
    "dtype.itemsize": (lambda s: s.f.dtype.itemsize, None),
    # -- Python
    "len": (lambda s: len(s.f), lambda s: s.f.shape[0]),
    "membership": (lambda s: 2.0 in s.f, lambda s: bool(xp.any(s.f == 2.0))),
    "iteration over rows": (lambda s: list(s.m), lambda s: list(xp.unstack(s.m))),
    "float of one element": (lambda s: float(s.box), lambda s: float(s.box[0])),
    "bool of one element": (lambda s: bool(s.box), lambda s: bool(s.box[0])),
}
PORTABLE = {name: both for name, both in LENIENT.items() if both[1]}


def plain(value):
    """A result as something that compares with ==, dtypes and shapes included."""
    if isinstance(value, xp.Array):
        return value.dtype, value.shape, np.asarray(value).astype(complex).tolist()
    if isinstance(value, list):
        return [plain(item) if isinstance(item, xp.Array) else item for item in value]
    return value


@pytest.mark.parametrize("name", LENIENT)
def test_lenient_by_default(name):
    LENIENT[name][0](samples())


@pytest.mark.parametrize("name", LENIENT)
def test_refused_in_strict_mode(name):
    s = samples()
    with xp.strict(), pytest.raises(xp.StrictError, match=r"outside the standard: .+"):
        LENIENT[name][0](s)


@pytest.mark.parametrize("name", PORTABLE)
def test_the_portable_form_works_in_strict_mode(name):
    with xp.strict():
        PORTABLE[name][1](samples())


# Where the portable form is not the same thing: other dtypes, other functions.
DIFFER = {"max of booleans", "float16", "bfloat16", "float16 of NumPy"}


@pytest.mark.parametrize("name", sorted(PORTABLE.keys() - DIFFER))
def test_the_portable_form_gives_the_same(name):
    lenient, portable = PORTABLE[name]
    assert plain(lenient(samples())) == plain(portable(samples()))


def test_a_refusal_changes_nothing():
    s = samples()
    with xp.strict():
        for name in ("assignment by integers", "assignment of a list", "in place, narrower dtype"):
            with pytest.raises(xp.StrictError):
                LENIENT[name][0](s)
    assert s.f.tolist() == [1.0, 2.0, 3.0]
    assert s.g.tolist() == [4.0, 5.0, 6.0]


def test_missing_attributes_are_missing_for_hasattr():
    x = xp.zeros(2)
    with xp.strict():
        for name in ("real", "imag", "nbytes", "itemsize", "strides"):
            assert not hasattr(x, name)
        assert hasattr(x, "shape")
    assert hasattr(x, "nbytes")


def test_printing_pickling_and_copying_stay():
    import copy
    import pickle

    x = xp.asarray([[1.5, 2.5]])
    with xp.strict():
        assert repr(x) == "Array([[1.5, 2.5]], dtype=float64)"
        assert f"{x[0, 0]:.1f}" == "1.5"
        assert float(pickle.loads(pickle.dumps(x))[0, 1]) == 2.5
        assert float(copy.deepcopy(x)[0, 0]) == 1.5
        assert np.asarray(x).shape == (1, 2)


def test_the_lists_of_the_standard_stay():
    x = xp.ones((2, 3))
    with xp.strict():
        assert xp.fft.fftn(x, s=[2, 2], axes=[0, 1]).shape == (2, 2)
        assert xp.fft.irfftn(x, axes=[0]).shape == (2, 3)
        assert xp.fft.fftshift(x, axes=[1]).shape == (2, 3)
        assert xp.fft.ifftshift(x, axes=[0]).shape == (2, 3)
        assert xp.tensordot(x, x, axes=([0], [0])).shape == (3, 3)


def test_iteration_along_one_axis_stays():
    with xp.strict():
        assert [float(v) for v in xp.asarray([1.0, 2.0])] == [1.0, 2.0]


def test_the_setting_belongs_to_its_context():
    x = xp.ones((2, 2))
    seen = []
    with xp.strict():
        thread = threading.Thread(target=lambda: seen.append(x[0].shape))
        thread.start()
        thread.join()
        with xp.strict(False):
            assert x[0].shape == (2,)
        with pytest.raises(xp.StrictError):
            x[0]
    assert seen == [(2,)]

    async def strict_task():
        with xp.strict():
            await asyncio.sleep(0)
            with pytest.raises(xp.StrictError):
                x[0]

    async def lenient_task():
        await asyncio.sleep(0)
        return x[0].shape

    async def both():
        return await asyncio.gather(strict_task(), lenient_task())

    assert asyncio.run(both())[1] == (2,)


CHILD = """
import arrayforge as xp
assert not hasattr(xp, "float16") and not hasattr(xp, "bfloat16") and hasattr(xp, "float32")
x = xp.ones((2, 2))
try:
    x[0]
except xp.StrictError as error:
    print(error)
with xp.strict(False):
    print(x[0].shape)
"""


def test_the_environment_turns_it_on(monkeypatch):
    monkeypatch.setenv("ARRAYFORGE_STRICT", "1")
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "__getitem__(): outside the standard: fewer indices than axes; add ...",
        "(2,)",
    ]
