"""Objects that lie, raise or change things while they are asked, and memory that overlaps."""

from __future__ import annotations

import array
import ctypes
import gc
import sys

import numpy as np
import pytest

import arrayforge as xp
from arrayforge import memory


class Interface:
    """__array_interface__ over four doubles, with whatever a test changes."""

    def __init__(self, **changes):
        self.values = np.arange(1.0, 5.0)
        facts = {"version": 3, "typestr": "<f8", "shape": (4,), "data": (self.address, False)}
        facts.update(changes)
        self.__array_interface__ = {k: v for k, v in facts.items() if v is not Interface}

    @property
    def address(self):
        return self.values.__array_interface__["data"][0]


def test_an_honest_interface_is_shared():
    owner = Interface(strides=(8,))
    x = xp.asarray(owner)
    x[0] = 7.0
    assert owner.values[0] == 7.0
    assert xp.asarray(Interface(shape=(2,), strides=(16,))).tolist() == [1.0, 3.0]
    assert xp.asarray(Interface(shape=(0,), data=(0, False))).shape == (0,)


@pytest.mark.parametrize(
    "changes",
    [
        {"typestr": Interface},
        {"shape": Interface},
        {"data": Interface},
        {"typestr": 8},
        {"typestr": ""},
        {"typestr": "f8"},
        {"typestr": ">f8"},
        {"typestr": "<f3"},
        {"typestr": "<O8"},
        {"typestr": "<U8"},
        {"typestr": "<M8[ns]"},
        {"typestr": "<f99999999999"},
        {"typestr": "<f8\ud800"},
        {"shape": 4},
        {"shape": (4.0,)},
        {"shape": ("4",)},
        {"shape": None},
        {"shape": (-1,)},
        {"shape": (2**62,)},
        {"shape": (2**100,)},
        {"shape": (1,) * 65},
        {"strides": (8, 8)},
        {"strides": ()},
        {"strides": ("8",)},
        {"strides": (2**61,)},
        {"strides": (-(2**61),)},
        {"data": None},
        {"data": 5},
        {"data": ()},
        {"data": (0, False)},
        {"data": ("0x10", False)},
        {"data": (1.5, False)},
        {"data": (2**64, False)},
        {"data": (-8, False)},
    ],
    ids=str,
)
def test_a_lying_interface_is_refused(changes):
    owner = Interface(**changes)
    references = sys.getrefcount(owner)
    with pytest.raises((TypeError, ValueError, BufferError, OverflowError), match=r"asarray\(\): "):
        xp.asarray(owner)
    assert sys.getrefcount(owner) == references


@pytest.mark.parametrize("junk", [None, 3, [], {}])
def test_an_interface_that_is_none(junk):
    owner = Interface()
    owner.__array_interface__ = junk
    with pytest.raises(TypeError, match=r"asarray\(\): "):
        xp.asarray(owner)


def test_an_interface_at_odd_addresses_is_copied():
    owner = Interface()
    owner.__array_interface__["data"] = (owner.address + 4, False)
    owner.__array_interface__["shape"] = (3,)
    expected = np.frombuffer(owner.values.tobytes()[4:28]).tolist()
    x = xp.asarray(owner)
    assert x.tolist() == expected
    x[0] = 3.0
    assert owner.values.tolist() == [1.0, 2.0, 3.0, 4.0]
    with pytest.raises(ValueError, match=r"asarray\(\): float64 elements at odd addresses take"):
        xp.asarray(owner, copy=False)


def test_buffers_at_odd_addresses_are_copied():
    raw = bytearray(b"\0" + np.arange(5.0).tobytes())
    odd = np.frombuffer(raw, dtype=np.float64, offset=1)
    fields = np.zeros(4, dtype=[("a", "i1"), ("b", "f8")])
    fields["b"] = np.arange(4)
    for source in (odd, odd[::2], odd[::-1], memoryview(raw)[1:].cast("d"), fields["b"]):
        expected = np.asarray(source).tolist()
        assert xp.asarray(source).tolist() == expected
        assert (xp.asarray(source) + 1.0).tolist() == [v + 1 for v in expected]
        with pytest.raises(ValueError, match="odd addresses"):
            xp.asarray(source, copy=False)
    scalar = np.frombuffer(raw, dtype=np.float64, offset=1, count=1).reshape(())
    assert xp.asarray([scalar, 2.0]).tolist() == [0.0, 2.0]


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.arange(3).astype(">i4"),
        lambda: np.asarray(["a", "b"]),
        lambda: np.asarray([None]),
        lambda: np.zeros(2, dtype="M8[s]"),
        lambda: np.zeros(2, dtype=[("a", "i4")]),
        lambda: np.zeros(2, dtype=np.longdouble),
        lambda: np.zeros(2, dtype="V5"),
        lambda: memoryview(b"abc").cast("c"),
        lambda: (ctypes.c_char * 3)(),
        lambda: (ctypes.c_void_p * 3)(),
    ],
    ids=range(10),
)
def test_buffers_of_odd_elements(make):
    with pytest.raises(TypeError, match=r"asarray\(\): elements of the [\w.]+ have no dtype here"):
        xp.asarray(make())


def test_buffers_of_other_makers():
    assert xp.asarray(array.array("h", [1, 2])).dtype is xp.int16
    assert xp.asarray((ctypes.c_int * 3)(1, 2, 3)).tolist() == [1, 2, 3]
    assert xp.asarray(((ctypes.c_double * 2) * 2)((1, 2), (3, 4))).tolist() == [[1, 2], [3, 4]]
    x = xp.asarray(b"\x01\x02")
    assert x.tolist() == [1, 2]
    with pytest.raises(ValueError, match=r"add\(\): the memory of this array is read-only"):
        x += 1


class Raises:
    """Raises from whatever it is asked."""

    def fail(self, *_):
        raise ZeroDivisionError("from inside")

    __index__ = __float__ = __complex__ = __bool__ = __len__ = __getitem__ = __iter__ = fail
    __repr__ = __str__ = fail


class RaisingFloat(float):
    __bool__ = __float__ = __index__ = __repr__ = Raises.fail


class RaisingInt(int):
    __bool__ = __float__ = __index__ = __repr__ = Raises.fail


CALLS = [
    lambda bad: xp.asarray(bad),
    lambda bad: xp.asarray([1.0, bad]),
    lambda bad: xp.zeros(bad),
    lambda bad: xp.zeros((2, bad)),
    lambda bad: xp.full(2, bad),
    lambda bad: xp.arange(bad),
    lambda bad: xp.linspace(0, bad, 3),
    lambda bad: xp.linspace(0, 1, bad),
    lambda bad: xp.eye(2, k=bad),
    lambda bad: xp.reshape(xp.zeros(4), bad),
    lambda bad: xp.broadcast_to(xp.zeros(4), bad),
    lambda bad: xp.sum(xp.zeros(4), axis=bad),
    lambda bad: xp.sum(xp.zeros(4), keepdims=bad),
    lambda bad: xp.permute_dims(xp.zeros((2, 2)), (0, bad)),
    lambda bad: xp.concat(bad),
    lambda bad: xp.stack([bad]),
    lambda bad: xp.take(xp.zeros(4), bad),
    lambda bad: xp.repeat(xp.zeros(4), bad),
    lambda bad: xp.tile(xp.zeros(4), bad),
    lambda bad: xp.roll(xp.zeros(4), bad),
    lambda bad: xp.var(xp.zeros(4), correction=bad),
    lambda bad: xp.add(xp.zeros(4), bad),
    lambda bad: xp.where(bad, xp.zeros(4), 1.0),
    lambda bad: xp.zeros(4) + bad,
    lambda bad: xp.zeros(4)[bad],
    lambda bad: xp.zeros(4)[bad:],
    lambda bad: xp.zeros(4)[[bad]],
    lambda bad: xp.zeros(4).__setitem__(bad, 1.0),
    lambda bad: xp.zeros(4).__setitem__(0, bad),
    lambda bad: xp.zeros(4).__setitem__(slice(None), [bad] * 4),
    lambda bad: xp.zeros(4, dtype=bad),
    lambda bad: xp.zeros(4, device=bad),
]


@pytest.mark.parametrize("i", range(len(CALLS)))
def test_exceptions_from_inside_come_through_or_the_object_is_refused(i):
    arrays = xp._core._live_arrays()
    bad = Raises()
    references = sys.getrefcount(bad)
    for _ in range(3):
        with pytest.raises((ZeroDivisionError, TypeError, ValueError, IndexError)):
            CALLS[i](bad)
    gc.collect()
    assert sys.getrefcount(bad) == references
    assert xp._core._live_arrays() == arrays


def test_numbers_whose_conversions_raise():
    target = xp.zeros(3, dtype=xp.bool)
    for bad in (RaisingFloat(1.0), RaisingInt(1)):
        with pytest.raises(ZeroDivisionError):
            xp.asarray([True, bad], dtype=xp.bool)
        with pytest.raises(ZeroDivisionError):
            target[0] = bad
        assert xp.asarray([bad, 2]).tolist() == [1, 2]
    with pytest.raises(OverflowError, match=r"asarray\(\): Python integer a RaisingInt is out of"):
        xp.asarray(RaisingInt(300), dtype=xp.int8)
    assert target.tolist() == [False] * 3


class Meddler(int):
    """Changes things the moment its truth is asked for."""

    def __new__(cls, action):
        self = super().__new__(cls, 1)
        self.action = action
        return self

    def __bool__(self):
        self.action()
        return True

    def __index__(self):
        self.action()
        return 1

    __float__ = __complex__ = None


def test_lists_that_change_while_they_are_read():
    items = [True] * 5
    items[2] = Meddler(items.clear)
    assert xp.asarray(items, dtype=xp.bool).tolist() == [True] * 5
    shape = [2, 2]
    shape[0] = type("Size", (), {"__index__": lambda self: shape.clear() or 2})()
    assert xp.zeros(shape).shape == (2, 2)
    key = [0, 1]
    key[0] = Meddler(key.clear)
    assert xp.arange(4)[key].tolist() == [1, 1]


def test_memory_that_would_move_while_it_is_filled():
    hole = xp.zeros(1 << 20, dtype=xp.uint8)
    n = 1 << 18
    last = xp.zeros(1 << 20, dtype=xp.uint8)
    items = [Meddler(lambda: None)] * 10 + [False] * (n - 10)

    def act():
        nonlocal hole
        hole = None
        memory.defragment()
        memory.trim()

    items[5] = Meddler(act)
    x = xp.asarray(items, dtype=xp.bool)
    assert int(xp.sum(x)) == 10
    assert not xp.any(last)


def test_assignment_whose_value_changes_the_array():
    x = xp.arange(4.0)
    flags = xp.zeros(4, dtype=xp.bool)
    flags[1] = Meddler(lambda: flags.__setitem__(slice(None), False))
    assert flags.tolist() == [False, True, False, False]
    x[:] = type("Seq", (list,), {"__len__": lambda self: x.__setitem__(0, 9.0) or 4})([1, 2, 3, 4])
    assert x.tolist() == [1, 2, 3, 4]


TRIPS = {
    "a buffer": lambda x: xp.asarray(np.asarray(x)),
    "dlpack": lambda x: xp.from_dlpack(np.from_dlpack(x), device="cpu"),
}


@pytest.mark.parametrize("through", TRIPS)
def test_a_long_chain_of_owners_ends_without_recursion(through):
    gc.collect()
    x = xp.zeros(4)
    blocks = memory.stats().allocations
    for _ in range(50_000):
        x = TRIPS[through](x)
    x[0] = 3.0
    assert x.tolist() == [3.0, 0.0, 0.0, 0.0]
    del x
    assert memory.stats().allocations == blocks - 1


def test_what_overlaps_behaves_as_if_copied_first():
    for n in (5, 300):
        reference = np.arange(float(n * n)).reshape(n, n)
        pairs = [
            (lambda x: x.__setitem__(..., x.T), lambda a: a.__setitem__(..., a.T.copy())),
            (lambda x: x.__setitem__(slice(1, None), x[:-1]), None),
            (lambda x: x.__setitem__(slice(None, -1), x[1:]), None),
            (lambda x: x.__setitem__(slice(None, None, -1), x[:]), None),
            (lambda x: x.__iadd__(x.T), lambda a: a.__iadd__(a.T.copy())),
            (lambda x: x[1:].__imul__(x[:-1]), lambda a: a[1:].__imul__(a[:-1].copy())),
        ]
        for ours, theirs in pairs:
            a, b = reference.copy(), reference.copy()
            ours(xp.asarray(a))
            (theirs or ours)(b)
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("n", [6, 300_000])
def test_two_storages_over_the_same_bytes(n):
    for start in (0, 1):
        raw, expected = np.arange(float(n)), np.arange(float(n))
        low, high = xp.from_dlpack(raw[:-1], device="cpu"), xp.asarray(raw[1:])
        ours, theirs = (low, high) if start else (high, low)
        ours += theirs
        left, right = expected[:-1], expected[1:]
        if start:
            left += right.copy()
        else:
            right += left.copy()
        np.testing.assert_array_equal(raw, expected)
        ours[...] = theirs
        if start:
            left[...] = right.copy()
        else:
            right[...] = left.copy()
        np.testing.assert_array_equal(raw, expected)


@pytest.mark.parametrize("n", [2, 200_000])
def test_broadcast_views_refuse_writes(n):
    base = xp.zeros((1, 2))
    x = xp.broadcast_to(base, (n, 2))
    writes = {
        "setitem": lambda: x.__setitem__(..., xp.ones((n, 2))),
        "scalar": lambda: x.__setitem__((0, 0), 5.0),
        "mask": lambda: x.__setitem__(x == 0, 5.0),
        "indices": lambda: x.__setitem__(xp.asarray([0, 1]), 5.0),
        "in place": lambda: x.__iadd__(1.0),
        "in place, array": lambda: x.__isub__(xp.ones((n, 2))),
        "matmul": lambda: x.__imatmul__(xp.eye(2)),
    }
    for write in writes.values():
        with pytest.raises(ValueError, match=r"\(\): elements of this broadcast view"):
            write()
    assert base.tolist() == [[0.0, 0.0]]
    own = xp.asarray(x, copy=True)
    own += 1.0
    assert float(own[1, 1]) == 1.0
    # One element stretches to nothing: nothing is shared.
    single = xp.broadcast_to(base, (1, 2))
    single += 1.0
    assert base.tolist() == [[1.0, 1.0]]


def test_writes_into_windows_are_the_same_for_any_number_of_threads():
    results = []
    for threads in (1, 4):
        raw = np.zeros(100_002)
        windows = xp.asarray(np.lib.stride_tricks.as_strided(raw, (100_000, 3), (8, 8)))
        with xp.threads(threads):
            windows[...] = xp.reshape(xp.arange(300_000.0), (100_000, 3))
        results.append(raw)
    np.testing.assert_array_equal(*results)
