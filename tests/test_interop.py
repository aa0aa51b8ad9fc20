"""Memory shared with NumPy, ml_dtypes and buffers, both ways; what cannot be shared is refused."""

import array
import importlib.util
import io

import numpy as np
import pytest
from values import EVERY

import arrayforge as xp

NUMPY_DTYPES = ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
HAS_TORCH = importlib.util.find_spec("torch") is not None


def shares(x, y):
    return np.shares_memory(np.asarray(x), np.asarray(y))


@pytest.mark.parametrize("code", NUMPY_DTYPES)
def test_numpy_both_ways_without_a_copy(code):
    base = np.zeros((3, 4), dtype=code)
    for view in (base, base.T, base[::-1, ::2], base[1], np.broadcast_to(base[0], (2, 4))):
        x = xp.asarray(view)
        assert x.shape == view.shape
        assert x.dtype.name == view.dtype.name
        assert np.shares_memory(np.asarray(x), view)
        assert np.asarray(x).strides == view.strides
    x = xp.asarray(base)
    x[0, 0] = True
    assert base[0, 0] == 1
    base[2, 3] = 1
    assert bool(x[2, 3])


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (1,)])
def test_small_shapes(shape):
    assert xp.asarray(np.ones(shape)).shape == shape
    assert np.asarray(xp.ones(shape)).shape == shape
    assert np.from_dlpack(xp.ones(shape)).shape == shape
    assert xp.from_dlpack(np.ones(shape), device="cpu").shape == shape


@pytest.mark.parametrize("dtype", EVERY)
def test_dlpack_from_ourselves(dtype):
    base = xp.astype(xp.reshape(xp.arange(6), (2, 3)), getattr(xp, dtype))
    for x in (base, base.mT, base[:, ::-1], base[0, 1]):
        for copy in (None, True):
            y = xp.from_dlpack(x, copy=copy, device="cpu")
            assert y.dtype is x.dtype
            assert y.tolist() == x.tolist()
    (first, (_, *last)) = base.tolist()
    xp.from_dlpack(base.mT, device="cpu")[0, 1] = 0
    xp.from_dlpack(base, copy=True, device="cpu")[0, 0] = 1
    assert base.tolist() == [first, [0, *last]]


def test_in_place_with_arrays_of_numpy():
    x = same = xp.ones((2, 2))
    x += np.asarray([[1.0, 2.0], [3.0, 4.0]])
    x *= np.asarray([2, 1])
    x @= np.asarray([[0.0, 1.0], [1.0, 0.0]])
    assert x is same
    assert x.tolist() == [[3.0, 4.0], [5.0, 8.0]]
    x -= np.float64(1)
    assert x is same
    integers = xp.ones(3, dtype=xp.int32)
    with pytest.raises(TypeError, match=r"add\(\): in place the result must keep the dtype"):
        integers += np.ones(3)
    with pytest.raises(xp.ShapeError, match="in place the shape must stay"):
        integers += np.ones((2, 3), dtype=np.int32)
    frozen = np.ones(3)
    frozen.flags.writeable = False
    shared = xp.asarray(frozen)
    with pytest.raises(ValueError, match="read-only"):
        shared += np.ones(3)
    assert integers.tolist() == [1, 1, 1]
    with xp.strict(), pytest.raises(xp.StrictError, match=r"add\(\).*asarray"):
        shared += np.ones(3)
    with pytest.raises(TypeError, match="unsupported operand"):
        x += [1.0, 2.0]


def test_read_only_memory_stays_read_only():
    base = np.arange(4.0)
    base.flags.writeable = False
    for x in (
        xp.asarray(base),
        xp.from_dlpack(base, device="cpu"),
        xp.asarray(b"abcd"),
        xp.asarray(base)[1:],
    ):
        with pytest.raises(ValueError, match="read-only"):
            x[0] = 9
        with pytest.raises(ValueError, match="read-only"):
            x += 1
        assert not np.asarray(x).flags.writeable
        assert not np.asarray(memoryview(x)).flags.writeable
        assert memoryview(x).readonly
        assert xp.asarray(x, copy=True).dtype is x.dtype
    assert base.tolist() == [0, 1, 2, 3]
    free = xp.asarray(base, copy=True)
    free[0] = 5
    assert base[0] == 0


def test_array_protocol():
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0]])
    assert shares(x.__array__(), x)
    assert np.asarray(x, dtype="f4").dtype == np.float32
    assert not shares(np.array(x, copy=True), x)
    assert shares(np.array(x, copy=False), x)
    assert not shares(x.__array__(copy=True), x)
    with pytest.raises(ValueError, match="copy=False"):
        x.__array__("f4", copy=False)
    with pytest.raises(TypeError):
        x.__array__(1, 2, 3)
    np.testing.assert_array_equal(x, [[1, 2], [3, 4]])
    assert np.asarray(x.T).strides == (8, 16)


def test_arrays_of_other_devices_do_not_pretend(on):
    with pytest.raises(TypeError, match="move it with to_device"):
        np.asarray(on("mutable", [1.0]))


def test_numpy_scalars_and_sequences_of_them():
    assert xp.asarray(np.float32(1.5)).dtype is xp.float32
    assert xp.asarray([np.int8(1), np.int8(2)]).dtype is xp.int8
    assert xp.asarray([np.float32(1), np.float64(2)]).dtype is xp.float64
    assert xp.asarray([[np.True_], [np.False_]]).tolist() == [[True], [False]]
    assert xp.asarray([xp.asarray(1), xp.asarray(2)]).tolist() == [1, 2]
    one = np.float32(2)
    x = xp.asarray(one)
    x[()] = 3
    assert one == 2


def test_ranges_buffers_and_text():
    assert xp.asarray(range(3)).tolist() == [0, 1, 2]
    assert xp.asarray(range(0)).shape == (0,)
    store = array.array("i", [1, 2, 3])
    x = xp.asarray(store)
    x[0] = 7
    assert store[0] == 7
    assert xp.asarray(memoryview(store)).tolist() == [7, 2, 3]
    assert xp.asarray(bytearray(b"\x01\x02")).dtype is xp.uint8
    for bad, words in (
        ((v for v in [1]), r"pass list\(obj\)"),
        (iter([1]), r"pass list\(obj\)"),
        ({1, 2}, "a set has no order"),
        ({1: 2}, r"list\(obj.values\(\)\)"),
        ("text", "not text"),
        (None, "NoneType"),
        (object(), "object"),
        ([None], "NoneType"),
    ):
        with pytest.raises(TypeError, match=words):
            xp.asarray(bad)


def test_objects_with_a_protocol_only():
    class OnlyDlpack:
        def __init__(self, base):
            self.base = base

        def __dlpack__(self, **options):
            return self.base.__dlpack__(**options)

        def __dlpack_device__(self):
            return self.base.__dlpack_device__()

    class OnlyArray:
        def __array__(self, dtype=None, copy=None):
            return np.arange(3)

    base = np.arange(3.0)
    x = xp.asarray(OnlyDlpack(base))
    assert np.shares_memory(np.asarray(x), base)
    assert xp.asarray(OnlyDlpack(base), dtype=xp.float32).dtype is xp.float32
    assert xp.asarray(OnlyArray()).tolist() == [0, 1, 2]


# -- NumPy's functions


def test_numpy_scalars_on_either_side(device):
    # Scalars are weak beside the narrowest dtypes that the device has.
    real, whole = (xp.float64, xp.int64) if str(device) == "dependent" else (xp.float32, xp.int8)
    x = xp.asarray([1.0, 2.0], dtype=real, device=device)
    for scalar in (np.float64(2), np.float32(2), np.int64(2), np.int8(2)):
        for result in (scalar * x, x * scalar, scalar + x, x - scalar, scalar / x, x**scalar):
            assert type(result) is xp.Array
            assert result.device is x.device
            assert result.dtype is real
        assert (scalar < x).dtype is xp.bool
        assert type(scalar == x) is xp.Array
    i = xp.asarray([1, 2], dtype=whole, device=device)
    assert (np.int64(2) * i).dtype is (i * np.int64(2)).dtype is whole
    assert type(np.True_ & xp.asarray([True], device=device)) is xp.Array


def test_arrays_of_numpy_beside_ours():
    x = xp.asarray([1.0, 2.0])
    base = np.asarray([10.0, 20.0])
    for result in (base + x, x + base, np.add(base, x), np.add(x, base)):
        assert type(result) is xp.Array
        assert result.tolist() == [11.0, 22.0]
    assert type(base == x) is xp.Array
    base += x
    assert type(base) is np.ndarray
    assert base.tolist() == [11.0, 22.0]
    assert type(np.eye(2) @ x) is xp.Array


def test_ufuncs_unwrap_compute_and_wrap():
    x = xp.asarray([0.0, 1.0])
    assert type(np.sin(x)) is xp.Array
    assert np.sin(x).tolist() == np.sin([0.0, 1.0]).tolist()
    parts = np.modf(x + 0.5)
    assert [type(p) for p in parts] == [xp.Array, xp.Array]
    assert float(np.add.reduce(x)) == 1.0
    assert np.multiply.outer(x, x).shape == (2, 2)
    target = xp.zeros(2)
    version = target._version
    assert np.add(x, 1.0, out=target) is target
    assert target.tolist() == [1.0, 2.0]
    assert target._version > version
    np.add.at(target, [0, 0], 1.0)
    assert target.tolist() == [3.0, 2.0]
    np.negative(x, out=target, where=xp.asarray([False, True]))
    assert target.tolist() == [3.0, -1.0]
    with pytest.raises(TypeError):
        np.add(x, object())


def test_numpys_functions_that_call_methods():
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0]])
    assert float(np.sum(x)) == 10.0
    assert np.mean(x, axis=0).tolist() == [2.0, 3.0]
    assert float(np.max(x)) == 4.0
    assert bool(np.any(x > 3))
    assert np.asarray(np.squeeze(x[:1, :])).tolist() == [1.0, 2.0]
    assert np.asarray(np.transpose(x)).tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert np.asarray(np.reshape(x, (4,))).tolist() == [1.0, 2.0, 3.0, 4.0]
    assert np.concatenate([x, x]).shape == (4, 2)
    stream = io.BytesIO()
    np.save(stream, x)
    stream.seek(0)
    assert np.load(stream).tolist() == x.tolist()


def test_ufuncs_leave_other_devices_alone(on):
    x = on("mutable", [1.0])
    assert (np.float64(2) * x).device == "mutable"
    with pytest.raises(TypeError, match="to_device"):
        np.sin(x)


# -- bfloat16


def test_bfloat16_of_ml_dtypes_both_ways():
    import ml_dtypes

    base = np.asarray([1.5, -2.0, float("inf")], dtype=ml_dtypes.bfloat16)
    x = xp.asarray(base)
    assert x.dtype is xp.bfloat16
    assert x.tolist() == [1.5, -2.0, float("inf")]
    x[0] = 3.0
    assert float(base[0]) == 3.0
    back = np.asarray(x)
    assert back.dtype == ml_dtypes.bfloat16
    assert np.shares_memory(back.view("u2"), base.view("u2"))
    assert np.dtype(xp.bfloat16) == ml_dtypes.bfloat16
    assert xp.asarray([1.0], dtype=ml_dtypes.bfloat16).dtype is xp.bfloat16
    assert np.asarray(xp.asarray(base[::-1])).tolist() == base[::-1].tolist()


@pytest.mark.skipif(not HAS_TORCH, reason="torch is not installed")
@pytest.mark.parametrize("name", ["bfloat16", "float16", "float32", "int64", "bool", "complex64"])
def test_torch_both_ways(name):
    import torch

    tensor = torch.ones(3, dtype=getattr(torch, name))
    x = xp.from_dlpack(tensor, device="cpu")
    assert x.dtype is getattr(xp, name)
    x[0] = 0
    assert not bool(tensor[0])
    assert xp.asarray(tensor).dtype is getattr(xp, name)
    back = torch.from_dlpack(x)
    assert back.dtype == tensor.dtype
    assert back.data_ptr() == tensor.data_ptr()


# -- DLPack


def test_dlpack_keywords():
    x = xp.asarray([1.0, 2.0])
    assert '"dltensor"' in repr(x.__dlpack__())
    assert '"dltensor"' in repr(x.__dlpack__(max_version=(0, 8)))
    assert '"dltensor_versioned"' in repr(x.__dlpack__(max_version=(1, 0)))
    assert '"dltensor_versioned"' in repr(
        x.__dlpack__(stream=None, max_version=(1, 1), dl_device=(1, 0), copy=True)
    )
    assert x.__dlpack_device__() == (1, 0)
    with pytest.raises((BufferError, ValueError)):
        x.__dlpack__(dl_device=(2, 0))
    with pytest.raises(TypeError):
        x.__dlpack__(None)


def test_dlpack_outlives_its_source():
    x = xp.asarray(np.from_dlpack(xp.arange(1000.0)), copy=False)
    assert float(xp.sum(x)) == 499500.0
    for view in (x[::-2], xp.broadcast_to(x[:1], (3, 1)), x[:0]):
        assert np.from_dlpack(view).tolist() == view.tolist()
    with pytest.raises(BufferError):
        xp.from_dlpack(np.zeros(2, dtype="M8[s]"))
