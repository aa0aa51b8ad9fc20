"""DLPack capsules as other libraries might make them, good and hostile, made through ctypes."""

from __future__ import annotations

import ctypes
import gc
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import arrayforge as xp

INT, UINT, FLOAT, OPAQUE, BFLOAT, COMPLEX, BOOL = range(7)
READ_ONLY = 1


class Device(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int32), ("id", ctypes.c_int32)]


class DataType(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]


class Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device", Device),
        ("ndim", ctypes.c_int32),
        ("dtype", DataType),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


Deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Plain(ctypes.Structure):
    _fields_ = [("tensor", Tensor), ("context", ctypes.c_void_p), ("deleter", Deleter)]


class Versioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", Deleter),
        ("flags", ctypes.c_uint64),
        ("tensor", Tensor),
    ]


python = ctypes.pythonapi
python.PyCapsule_New.restype = ctypes.py_object
python.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
python.PyCapsule_GetName.restype = ctypes.c_char_p
python.PyCapsule_GetName.argtypes = [ctypes.py_object]


class Producer:
    """Hands out one capsule over memory of its own; counts what its deleter is asked."""

    def __init__(
        self,
        values=(1.0, 2.0, 3.0, 4.0),
        *,
        shape=None,
        strides=None,
        dtype=(FLOAT, 64, 1),
        device=(1, 0),
        offset=0,
        version=(1, 0),
        flags=0,
        name=None,
        shift=0,
        **changes,
    ):
        raw = np.asarray(values).tobytes()
        self.memory = ctypes.create_string_buffer(len(raw) + 16)
        start = ctypes.addressof(self.memory)
        start += -start % 8 + shift
        ctypes.memmove(start, raw, len(raw))
        shape = np.shape(values) if shape is None else shape
        self.shape = (ctypes.c_int64 * max(len(shape), 1))(*shape)
        self.strides = None if strides is None else (ctypes.c_int64 * len(strides))(*strides)
        self.deleted = 0
        self.deleter = Deleter(self.delete)
        self.device = device
        self.managed = Plain() if version is None else Versioned()
        if version is not None:
            self.managed.major, self.managed.minor = version
            self.managed.flags = flags
        tensor = self.managed.tensor
        tensor.data, tensor.device, tensor.ndim = start, Device(*device), len(shape)
        tensor.dtype, tensor.byte_offset = DataType(*dtype), offset
        tensor.shape = ctypes.cast(self.shape, ctypes.POINTER(ctypes.c_int64))
        if self.strides is not None:
            tensor.strides = ctypes.cast(self.strides, ctypes.POINTER(ctypes.c_int64))
        self.managed.deleter = changes.pop("deleter", self.deleter)
        for field, value in changes.items():
            setattr(tensor, field, value)
        self.name = name or (b"dltensor" if version is None else b"dltensor_versioned")
        self.capsule = python.PyCapsule_New(ctypes.addressof(self.managed), self.name, None)

    def delete(self, address):
        assert address == ctypes.addressof(self.managed)
        self.deleted += 1

    def __dlpack__(self, **_):
        return self.capsule

    def __dlpack_device__(self):
        return self.device


@pytest.mark.parametrize("version", [None, (1, 0), (1, 7)])
def test_memory_is_shared_and_given_back_once(version):
    producer = Producer(version=version)
    x = xp.from_dlpack(producer)
    assert x.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert python.PyCapsule_GetName(producer.capsule).startswith(b"used_")
    x[0] = 9.0
    view = x[1:]
    assert ctypes.c_double.from_address(producer.managed.tensor.data).value == 9.0
    del x
    assert producer.deleted == 0
    del view
    assert producer.deleted == 1
    with pytest.raises(BufferError, match=r"from_dlpack\(\): .*no unused DLPack capsule"):
        xp.from_dlpack(producer)
    assert producer.deleted == 1


REFUSED = {
    "another name": {"name": b"tensor"},
    "used": {"name": b"used_dltensor"},
    "version 2": {"version": (2, 0)},
    "version 0 in the new form": {"version": (0, 8)},
    "no data": {"data": None},
    "no shape": {"shape_pointer": None},
    "negative rank": {"ndim": -1},
    "least rank": {"ndim": -(2**31)},
    "rank of 65": {"shape": (1,) * 65},
    "greatest rank": {"ndim": 2**31 - 1},
    "negative size": {"shape": (-1,)},
    "huge size": {"shape": (2**62,)},
    "huge product": {"shape": (2**40, 2**40)},
    "beyond the address space": {"shape": (2**58,)},
    "huge stride": {"strides": (2**62,)},
    "huge negative stride": {"strides": (-(2**60),)},
    "far stride": {"strides": (2**54,)},
    "huge offset": {"offset": 2**64 - 8},
    "far offset": {"offset": 2**60},
    "on a GPU": {"device": (2, 0)},
    "opaque": {"dtype": (OPAQUE, 64, 1)},
    "unknown code": {"dtype": (17, 8, 1)},
    "lanes": {"dtype": (FLOAT, 32, 2)},
    "no lanes": {"dtype": (FLOAT, 32, 0)},
    "12 bits": {"dtype": (INT, 12, 1)},
    "no bits": {"dtype": (FLOAT, 0, 1)},
    "128 bits": {"dtype": (FLOAT, 128, 1)},
    "a byte of float": {"dtype": (FLOAT, 8, 1)},
    "boolean of 16 bits": {"dtype": (BOOL, 16, 1)},
    "bfloat of 32 bits": {"dtype": (BFLOAT, 32, 1)},
}


CASES = dict(REFUSED)
for case, options in REFUSED.items():
    if "version" not in options:
        CASES[f"{case}, plain"] = {**options, "version": None}


@pytest.mark.parametrize("case", CASES)
def test_a_refused_capsule_stays_its_producers(case):
    options = dict(CASES[case])
    null_shape = options.pop("shape_pointer", 0) is None
    producer = Producer(**options)
    if null_shape:
        producer.managed.tensor.shape = None
    claimed = producer.device
    producer.device = (1, 0)  # what the object says; the capsule may disagree
    with pytest.raises((BufferError, ValueError), match=r"from_dlpack\(\): ") as caught:
        xp.from_dlpack(producer)
    assert producer.deleted == 0
    assert python.PyCapsule_GetName(producer.capsule) == producer.name
    assert claimed != (2, 0) or "device type 2" in str(caught.value)


def test_a_device_that_is_not_in_reach():
    producer = Producer(device=(2, 0))
    with pytest.raises(BufferError, match=r"from_dlpack\(\): the array is not in host memory"):
        xp.from_dlpack(producer)
    assert producer.deleted == 0


@pytest.mark.parametrize("offset", [0, 8])
@pytest.mark.parametrize("size", [0, 3])
def test_an_empty_tensor_may_lack_data_and_a_deleter(offset, size):
    options = {"shape": (0, size), "strides": (2**62, -5), "data": None, "offset": offset}
    x = xp.from_dlpack(Producer(deleter=Deleter(), **options))
    assert x.shape == (0, size)
    assert xp.sum(x + 1) == 0
    assert np.from_dlpack(x).shape == (0, size)


def test_a_0d_tensor_may_lack_a_shape():
    producer = Producer(5.0)
    producer.managed.tensor.shape = None
    assert xp.from_dlpack(producer).item() == 5.0
    gc.collect()
    assert producer.deleted == 1


@pytest.mark.parametrize(
    ("strides", "offset", "expected"),
    [
        ((2, 1), 0, [[1, 2], [3, 4]]),
        ((1, 2), 0, [[1, 3], [2, 4]]),
        ((-2, -1), 24, [[4, 3], [2, 1]]),
        ((0, 1), 8, [[2, 3], [2, 3]]),
        ((1, 1), 0, [[1, 2], [2, 3]]),
    ],
)
def test_strides_and_offsets(strides, offset, expected):
    producer = Producer(shape=(2, 2), strides=strides, offset=offset)
    x = xp.from_dlpack(producer)
    assert x.tolist() == expected
    assert (x + x).tolist() == [[2 * v for v in row] for row in expected]


@pytest.mark.parametrize(
    ("code", "dtype"),
    [
        ((BOOL, 8, 1), np.bool_),
        ((INT, 16, 1), np.int16),
        ((UINT, 32, 1), np.uint32),
        ((FLOAT, 16, 1), np.float16),
        ((FLOAT, 32, 1), np.float32),
        ((COMPLEX, 64, 1), np.complex64),
        ((COMPLEX, 128, 1), np.complex128),
    ],
)
@pytest.mark.parametrize("shift", [0, 1, 3])
def test_elements_at_odd_addresses_are_copied(code, dtype, shift):
    values = np.asarray([[1, 0, 1], [0, 1, 1]]).astype(dtype)
    producer = Producer(values, dtype=code, shift=shift)
    aligned = shift == 0 or dtype is np.bool_
    if not aligned:
        with pytest.raises(BufferError, match=r"from_dlpack\(\): .* at odd addresses take a copy"):
            xp.from_dlpack(producer, copy=False)
        assert producer.deleted == 1
        producer = Producer(values, dtype=code, shift=shift)
    x = xp.from_dlpack(producer)
    assert x.tolist() == values.tolist()
    assert producer.deleted == (0 if aligned else 1)
    assert (x == x).tolist() == (values == values).tolist()
    del x
    assert producer.deleted == 1


def test_every_length_of_odd_elements_is_copied():
    for n in (1, 2, 7, 64, 1000):
        values = np.arange(n, dtype=np.float64)
        assert xp.from_dlpack(Producer(values, shift=5)).tolist() == values.tolist()
    grid = np.arange(12.0)
    x = xp.from_dlpack(Producer(grid, shape=(3, 1, 2), strides=(4, 77, -1), offset=8, shift=1))
    assert x.tolist() == [[[1, 0]], [[5, 4]], [[9, 8]]]


def test_read_only_memory_refuses_writes():
    x = xp.from_dlpack(Producer(flags=READ_ONLY))
    y = xp.from_dlpack(Producer())
    for write in (
        lambda: x.__setitem__(0, 1.0),
        lambda: x.__setitem__(slice(None), y),
        lambda: x.__setitem__(x > 1, 0.0),
        lambda: x.__setitem__(xp.asarray([0]), 0.0),
        lambda: x.__iadd__(1.0),
        lambda: x[1:].__imul__(y[1:]),
    ):
        with pytest.raises(ValueError, match=r"\w+\(\): the memory of this array is read-only"):
            write()
    assert x.tolist() == [1.0, 2.0, 3.0, 4.0]
    with pytest.raises(BufferError, match="read-only"):
        x.__dlpack__()
    assert not np.from_dlpack(x).flags.writeable
    assert memoryview(x).readonly


def test_a_copy_is_writable_and_frees_the_producer():
    producer = Producer(flags=READ_ONLY)
    x = xp.from_dlpack(producer, copy=True)
    assert producer.deleted == 1
    x += 1.0
    assert x.tolist() == [2.0, 3.0, 4.0, 5.0]


class Custom:
    def __init__(self, export, place=lambda: (1, 0)):
        self.export, self.place = export, place

    def __dlpack__(self, **keywords):
        return self.export(**keywords)

    def __dlpack_device__(self):
        return self.place()


def fail(*_, **__):
    raise ZeroDivisionError("in the producer")


@pytest.mark.parametrize("junk", [None, 3, "dltensor", object(), np.zeros(2), b"dltensor"])
def test_junk_for_a_capsule(junk):
    with pytest.raises(BufferError, match=r"from_dlpack\(\): __dlpack__\(\) returned no unused"):
        xp.from_dlpack(Custom(lambda **_: junk))


@pytest.mark.parametrize("junk", [None, 3, (), (1,), (1, 0, 0), "ab", ("1", 0), (1.0, 0)])
def test_junk_for_a_device(junk):
    with pytest.raises(TypeError, match=r"from_dlpack\(\): "):
        xp.from_dlpack(Custom(fail, lambda: junk))
    with pytest.raises(TypeError, match=r"from_dlpack\(\): expected an object with __dlpack__"):
        xp.from_dlpack(junk)


def test_exceptions_of_the_producer_come_through():
    for producer in (Custom(fail), Custom(fail, fail)):
        with pytest.raises(ZeroDivisionError, match="in the producer"):
            xp.from_dlpack(producer)


def test_producers_from_before_version_1_know_no_keywords():
    producer = Producer(version=None)
    old = Custom(lambda: producer.capsule)
    assert xp.from_dlpack(old).tolist() == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("pair", [(), (1,), (1, 0, 0), 1])
def test_our_own_export_checks_its_arguments(pair):
    x = xp.ones(2)
    with pytest.raises(ValueError, match=r"__dlpack__\(\): max_version must be a pair"):
        x.__dlpack__(max_version=pair)
    with pytest.raises(ValueError, match=r"__dlpack__\(\): dl_device must be a pair"):
        x.__dlpack__(dl_device=pair)
    with pytest.raises(BufferError, match="host memory"):
        x.__dlpack__(dl_device=(2, 0))
    with pytest.raises(ValueError, match="streams"):
        x.__dlpack__(stream=1)


def resident_kib():
    return 4 * int(Path("/proc/self/statm").read_text().split()[1])


def test_300_round_trips_of_a_mebibyte_keep_nothing():
    def trip(n):
        for _ in range(n):
            x = xp.zeros((1 << 17,))
            y = xp.from_dlpack(np.from_dlpack(x), device="cpu")
            y += 1.0
            assert x[5] == 1.0
            x.__dlpack__()  # a capsule that nobody consumes
            producer = Producer(np.ones(1 << 17))
            z = xp.from_dlpack(producer)
            del x, y, z
            assert producer.deleted == 1
            producer.deleter = producer.managed.deleter = Deleter()  # it refers to its producer

    trip(20)
    gc.collect()
    arrays, blocks = xp._core._live_arrays(), xp.memory.stats().allocations
    tracemalloc.start()
    try:
        traced, resident = tracemalloc.get_traced_memory()[0], resident_kib()
        trip(300)
        gc.collect()
        # Free lists fill up meanwhile; a block kept by each trip would be above this.
        assert tracemalloc.get_traced_memory()[0] - traced < 256 * 1024
        room = 512 if "libasan" in os.environ.get("LD_PRELOAD", "") else 32  # it keeps freed memory
        assert resident_kib() - resident < room * 1024
    finally:
        tracemalloc.stop()
    assert xp._core._live_arrays() == arrays
    assert xp.memory.stats().allocations == blocks


def test_views_of_an_empty_array_without_data():
    x = xp.from_dlpack(Producer(shape=(0, 3), data=None))
    assert x[:, 1:].shape == (0, 2)
    assert xp.asarray(x[:, ::-1], copy=True).shape == (0, 3)
    assert np.asarray(x[:, 2]).shape == (0,)
