"""Arrays on their way between devices: shared, copied and counted, or refused."""

import pickle
import re
import threading
import types
import warnings

import numpy as np
import pytest

import arrayforge as xp
from arrayforge import _core, registry


class Far:
    """An engine whose memory nobody else reaches, with two devices."""

    name, api_version = "far", 1
    namespace = types.SimpleNamespace(
        add=np.add, astype=lambda x, dtype: x.astype(dtype), multiply=np.multiply
    )
    host = types.MappingProxyType({"linalg.inv": "no time"})
    devices = staticmethod(lambda: ["far:0", "far:1"])
    dtypes = staticmethod(lambda device: {n: np.dtype(n) for n in ("bool", "int64", "float64")})
    describe = staticmethod(lambda raw: (raw.dtype.name, raw.shape, f"far:{raw.place}"))
    to_host = staticmethod(lambda raw: np.array(raw))
    item = staticmethod(lambda raw: raw.item())
    getitem = staticmethod(lambda raw, key: raw[key])

    class Raw(np.ndarray):
        place = "0"

    @classmethod
    def from_host(cls, array, device):
        raw = np.array(memoryview(array)).view(cls.Raw)
        raw.place = device[-1]
        return raw

    @classmethod
    def transfer(cls, raw, device):
        return cls.from_host(np.ascontiguousarray(raw), device)


@pytest.fixture
def far():
    if "far" not in registry._loaded:
        backend = registry._loaded["far"] = _core.Backend(Far())
        for device in Far.devices():
            _core._intern_device(device, backend)
    return _core._intern_device("far:0", registry._loaded["far"])


VALUES = [[1.0, 2.0], [3.0, 4.5]]


def test_every_pair_of_devices(device, far):
    """Values, dtype and shape arrive, and come back."""
    for other in ("cpu", "numpy", "far:0", "far:1"):
        x = xp.asarray(VALUES, device=device)
        moved = xp.move_to(x, other)
        assert moved.device == other
        assert (moved.dtype, moved.shape) == (xp.float64, (2, 2))
        back = xp.move_to(moved, like=x)
        assert back.device == x.device
        assert back.to_device("cpu").tolist() == VALUES


def test_moving_to_where_an_array_is_gives_itself(device):
    x = xp.asarray(VALUES, device=device)
    assert xp.move_to(x, x.device) is x
    assert xp.move_to(x, like=x) is x
    assert x.to_device(x.device) is x


def test_host_memory_is_shared_and_nothing_is_counted():
    x = xp.asarray(VALUES, device="cpu")
    with xp.no_transfers(), xp.transfers() as moved:
        y = x.to_device("numpy")
        y += 1
        z = y.to_device("cpu")
        z[0, 0] = 7.0
        assert x.tolist() == [[7.0, 3.0], [4.0, 5.5]]
        assert np.asarray(y)[0, 0] == 7.0
        np.asarray(y)[0, 1] = 9.0
    assert x[0, 1] == 9.0
    assert (moved.count, moved.nbytes, moved.records) == (0, 0, [])


WAYS = {
    "to_device": (lambda x: x.to_device("cpu"), "far:0", "cpu", 32),
    "move_to": (lambda x: xp.move_to(x, "far:1"), "far:0", "far:1", 32),
    "asarray": (lambda x: xp.asarray(np.ones(3), device="far:0"), "cpu", "far:0", 24),
    "astype": (lambda x: xp.astype(x, xp.float32, device="cpu"), "far:0", "cpu", 32),
    "from_dlpack": (lambda x: xp.from_dlpack(np.ones(2), device="far:1"), "cpu", "far:1", 16),
    "tolist": (lambda x: x.tolist(), "far:0", "cpu", 32),
    "__reduce__": (pickle.dumps, "far:0", "cpu", 32),
    "inv": (xp.linalg.inv, "far:0", "cpu", 32),
}


@pytest.mark.parametrize("name", WAYS)
def test_copies_are_counted_with_bytes_and_line(far, name):
    way, source, target, nbytes = WAYS[name]
    x = xp.asarray(VALUES, device=far)
    with xp.transfers() as moved:
        for _ in range(2):
            way(x)
    (record,) = moved.records
    assert record[:3] == (name, source, target)
    assert (record.times, record.nbytes) == (moved.count, moved.nbytes) == (2, 2 * nbytes)
    assert re.search(r"test_transfer\.py:\d+$", record.line)
    assert f"{name}() {source} -> {target}, 2 x, {2 * nbytes} bytes" in repr(moved)
    assert xp.transfers().count >= 2


@pytest.mark.parametrize("name", WAYS)
def test_no_transfers_refuses_them(far, name):
    way, source, target, nbytes = WAYS[name]
    x = xp.asarray(VALUES, device=far)
    with xp.transfers() as moved, xp.no_transfers():
        with pytest.raises(
            xp.DeviceError,
            match=rf"^{name}\(\): inside no_transfers\(\), {nbytes} bytes would go from "
            rf"{source} to {target}$",
        ):
            way(x)
    assert moved.count == 0
    way(x)


def test_values_of_python_and_single_values_are_no_transfers(far):
    with xp.no_transfers():
        x = xp.asarray([1.0, 2.0], device=far)
        x = x + 1
        assert float(x[0]) == 2.0
        assert "2., 3." in repr(x)
        assert bool(x[1] + 0)


def test_the_ban_belongs_to_the_context(far):
    x = xp.asarray(VALUES, device=far)
    found = []
    with xp.no_transfers():
        thread = threading.Thread(target=lambda: found.append(x.to_device("cpu").tolist()))
        thread.start()
        thread.join()
    assert found == [VALUES]


def test_a_function_that_an_engine_lacks_must_be_listed(far):
    x = xp.asarray(VALUES, device=far)
    assert xp.linalg.inv(x).device == far
    with pytest.raises(
        NotImplementedError, match=r"^backend far: it lacks linalg.det\(\) and does not list it"
    ):
        xp.linalg.det(x)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: xp.move_to([1.0], "cpu"), TypeError, "x must be an arrayforge array, got list"),
        (lambda x: xp.move_to(x, like=1), TypeError, "like must be an arrayforge array, got int"),
        (lambda x: xp.move_to(x), TypeError, "expected either a device or like="),
        (lambda x: xp.move_to(x, "cpu", like=x), TypeError, "expected either a device or like="),
        (lambda x: xp.move_to(x, "moon"), xp.DeviceError, "expected one of cpu, .*got 'moon'"),
        (lambda x: xp.move_to(x, 3), TypeError, r"move_to\(\): expected a device or its name"),
    ],
)
def test_bad_requests(call, error, message):
    with pytest.raises(error, match=message):
        call(xp.asarray([1.0]))


class Foreign(np.ndarray):
    """A stranger's class over host memory."""


Foreign.__module__ = "strange_library"


def test_dlpack_lands_on_the_backend_of_the_object():
    values = np.arange(3.0)
    x = xp.from_dlpack(values)
    assert x.device == "numpy"
    x += 1
    assert values.tolist() == [1, 2, 3]
    assert xp.from_dlpack(values, device="cpu").device == "cpu"
    assert xp.from_dlpack(values.view(Foreign)).device == "cpu"
    copied = xp.from_dlpack(values, copy=True)
    copied += 1
    assert values.tolist() == [1, 2, 3]
    with xp.use_backend("numpy"):
        assert xp.from_dlpack(values.view(Foreign)).device == "numpy"
        assert xp.asarray(values, copy=False)._raw is values


def test_numpy_reads_arrays_in_host_memory_only(far):
    x = xp.asarray(VALUES, device="numpy")
    assert np.asarray(x) is not None
    assert np.shares_memory(np.asarray(x), x._raw)
    assert np.asarray(memoryview(x)).tolist() == VALUES
    with pytest.raises(
        TypeError, match=r'far:0 is not in host memory; move it with to_device\("cpu'
    ):
        np.asarray(xp.asarray(VALUES, device=far))


def test_a_pickle_whose_backend_is_missing_loads_on_the_default(far):
    data = pickle.dumps(xp.asarray(VALUES, device=far))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pickle.loads(data).device == far
    lost = data.replace(b"far:0", b"gone0")
    with pytest.warns(UserWarning, match="device gone0 is loaded onto cpu") as caught:
        x = pickle.loads(lost)
    assert len(caught) == 1
    assert (x.device, x.tolist()) == ("cpu", VALUES)
