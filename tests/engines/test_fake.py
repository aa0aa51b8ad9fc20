"""The pretend accelerator: its borders, its queue, its limits."""

import os

import numpy as np
import pytest
from arrayforge.backends.fake.engine import BACKEND, Fake

import arrayforge as xp

FORKS = hasattr(os, "fork")


def pretend(**settings):
    """Raw arrays and functions of a backend of its own, where the registry's is not wanted."""
    backend = Fake("own", **settings)
    return backend, lambda values, device="own:0": backend.from_host(np.asarray(values), device)


def values(backend, raw):
    return backend.to_host(raw).tolist()


def test_the_host_cannot_read_an_array():
    x = xp.asarray([1.0, 2.0], device="fake:0")
    for read in (np.asarray, np.array, memoryview):
        with pytest.raises((TypeError, BufferError), match=r'on fake:0 .* to_device\("cpu"\)'):
            read(x)
    with pytest.raises((RuntimeError, BufferError), match="Unsupported device"):  # by its version
        np.from_dlpack(x)
    for protocol in ("__array__", "__array_interface__", "__buffer__", "__len__"):
        assert not hasattr(x._raw, protocol)


def test_the_capsule_is_on_the_device():
    x = xp.asarray([1.0, 2.0], device="fake:1")
    assert x.__dlpack_device__() == (9, 1)
    assert xp.from_dlpack(x).device == "fake:1"
    with pytest.raises(BufferError, match="device type 9, not in host memory"):
        xp.from_dlpack(Relay(x, (1, 0)))
    with pytest.raises(BufferError, match=r"on device \(9, 1\), got dl_device=\(2, 0\)"):
        x.__dlpack__(dl_device=(2, 0))


class Relay:
    """A producer that is not what it says."""

    def __init__(self, array, device):
        self.array = array
        self.device = device

    def __dlpack_device__(self):
        return self.device

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)


def test_who_names_the_host_gets_a_copy():
    x = xp.asarray([1.0, 2.0], device="fake:0")
    before = BACKEND.copies["to_host"]
    copied = np.from_dlpack(x, device="cpu")
    assert BACKEND.copies["to_host"] == (before[0] + 1, before[1] + 16)
    x += 1
    assert copied.tolist() == [1, 2]


def test_moves_copy_and_are_counted():
    backend, _ = pretend()
    given = np.asarray([1.0, 2.0])
    x = backend.from_host(given, "own:0")
    y = backend.transfer(x, "own:1")
    backend.setitem(x, (0,), 9.0)
    assert (values(backend, x), values(backend, y), given.tolist()) == ([9, 2], [1, 2], [1, 2])
    backend.to_host(y)[0] = 7
    assert values(backend, y) == [1, 2]
    assert backend.copies == {"from_host": (1, 16), "to_host": (4, 64), "transfer": (1, 16)}
    assert backend.describe(y) == ("float64", (2,), "own:1")


def test_devices_do_not_mix():
    x, y = (xp.asarray([1.0], device=d) for d in ("fake:0", "fake:1"))
    with pytest.raises(xp.DeviceError, match="fake:0 and fake:1"):
        x + y
    assert (x + y.to_device("fake:0")).device == "fake:0"


def test_kernels_check_where_their_operands_live():
    backend, raw = pretend()
    x, y = raw([1.0]), raw([1.0], "own:1")
    for call in (
        lambda: backend.namespace.add(x, y),
        lambda: backend.namespace.concat((x, y)),
        lambda: backend.getitem(x, (raw([0], "own:1"),)),
        lambda: backend.setitem(x, (0,), y),
    ):
        with pytest.raises(
            RuntimeError, match="runs on one device, its operands are on own:0, own:1"
        ):
            call()
    with pytest.raises(RuntimeError, match="on no device"):
        backend.namespace.full((2,), 1.0)


def test_a_queue_keeps_the_order():
    backend, raw = pretend(asynchronous=True)
    x = raw(np.arange(1000.0))
    view = backend.getitem(x, (slice(0, 2, 1),))
    for _ in range(50):
        x = backend.setitem(x, (0,), 0.0)
        x = backend.setitem(x, (...,), backend.namespace.add(x, 1.0))
    assert values(backend, view) == [1, 51]
    assert backend.item(backend.getitem(x, (999,))) == 1049


def test_an_error_surfaces_at_the_next_wait_with_its_name():
    backend, raw = pretend(asynchronous=True)
    singular = raw(np.zeros((2, 2)))
    broken = backend.namespace.linalg.inv(singular)
    later = backend.namespace.add(broken, 1.0)
    with pytest.raises(np.linalg.LinAlgError, match=r"^linalg.inv\(\): .* \(queued on own:0\)"):
        backend.synchronize("own:0")
    backend.synchronize("own:0")  # reported once
    for raw_result in (broken, later):
        with pytest.raises(np.linalg.LinAlgError, match=r"^linalg.inv\(\): "):
            backend.to_host(raw_result)
    assert values(backend, backend.namespace.add(singular, 1.0)) == [[1, 1], [1, 1]]


def test_an_error_without_a_result_surfaces_too():
    backend, raw = pretend(asynchronous=True)
    x = raw([1.0, 2.0])
    backend.setitem(x, (5,), 0.0)
    with pytest.raises(IndexError, match=r"^setitem\(\): .*out of bounds"):
        backend.item(backend.getitem(x, (0,)))
    assert values(backend, x) == [1, 2]


def test_shapes_are_known_without_waiting(run_python):
    code = """if True:
        import threading, arrayforge as xp
        from arrayforge.backends.fake.engine import BACKEND
        held = threading.Event()
        stream = BACKEND.engine_device("fake:0").stream
        x = xp.ones((3, 4), device="fake:0")
        stream.run("hold", held.wait)
        y = (x @ x.T).sum(axis=0)[1:]
        assert (y.shape, y.dtype, y.device) == ((2,), xp.float64, "fake:0")
        assert not y._raw._values.done()
        held.set()
        print(y.tolist())
    """
    result = run_python(code, ARRAYFORGE_FAKE_ASYNC="1")
    assert (result.returncode, result.stdout) == (0, "[12.0, 12.0]\n"), result.stderr


@pytest.mark.skipif(not FORKS, reason="the system has no fork()")
def test_queues_survive_a_fork_and_the_end(run_python):
    code = """if True:
        import os, arrayforge as xp
        x = xp.zeros(1000, device="fake:0")
        for _ in range(300):
            x += 1
        child = os.fork()
        x += 1
        total = float(xp.sum(x))
        if child == 0:
            os._exit(0 if total == 301000.0 else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert total == 301000.0
        for _ in range(300):
            x += 1
        print("done")
    """
    # Python 3.12 warns of every fork beside threads.
    quiet = {"PYTHONWARNINGS": "ignore::DeprecationWarning"}
    result = run_python(code, ARRAYFORGE_FAKE_ASYNC="1", **quiet)
    assert (result.returncode, result.stdout, result.stderr) == (0, "done\n", "")


def test_memory_counts_what_is_alive():
    backend, raw = pretend()
    x = raw(np.zeros(100))
    view = backend.getitem(x, (slice(0, 50, 1),))
    y = backend.namespace.add(x, 1.0)
    assert backend.memory("own:0") == {"live": 1600, "peak": 1600}
    assert backend.memory("own:1") == {"live": 0, "peak": 0}
    del x, y
    assert backend.memory("own:0") == {"live": 800, "peak": 1600}  # the view keeps all of x
    del view
    assert backend.memory("own:0") == {"live": 0, "peak": 1600}


def test_memory_has_a_limit(run_python):
    code = """if True:
        import arrayforge as xp
        from arrayforge.backends.fake.engine import BACKEND
        x = xp.zeros(5_000_000, device="fake:0")
        for call in (lambda: x + x, lambda: xp.zeros((1 << 50,), device="fake:0"),
                     lambda: xp.zeros(5_000_000).to_device("fake:0")):
            try:
                call()
            except MemoryError as error:
                print(error)
        xp.zeros(5_000_000, device="fake:1")
        del x
        print(BACKEND.memory("fake:0"))
    """
    result = run_python(code, ARRAYFORGE_FAKE_MEMORY="64MB")
    assert result.returncode == 0, result.stderr
    added, created, moved, counts = result.stdout.splitlines()
    held = (
        "fake:0 has 64000000 bytes (its limit ARRAYFORGE_FAKE_MEMORY=64MB), 40000000 of them in use"
    )
    assert added == f"add(): {held}, and 40000000 more were asked for"
    assert created.endswith(f"{held}, and {8 << 50} more were asked for")
    assert moved == f"from_host(): {held}, and 40000000 more were asked for"
    assert counts == "{'live': 0, 'peak': 40000000, 'limit': 64000000}"


def test_a_device_may_lack_double_precision(run_python):
    code = """if True:
        import arrayforge as xp
        xp.set_backend("fake")
        x = xp.asarray([1.5, 2.5])
        print(x.dtype, (x / 3).dtype, xp.mean(x).dtype, xp.linspace(0, 1, 3).dtype,
              xp.asarray([1j]).dtype, xp.fft.fft(x).dtype, xp.asarray([1, 2]).dtype,
              (xp.asarray([1, 2]) / 2).dtype, xp.linalg.inv(xp.eye(2)).dtype)
        info = xp.__array_namespace_info__()
        print(*sorted(info.dtypes(kind=("real floating", "complex floating"))))
        try:
            xp.zeros(2, dtype=xp.float64)
        except TypeError as error:
            print(error)
    """
    result = run_python(code, ARRAYFORGE_FAKE_FLOAT64="0")
    assert result.returncode == 0, result.stderr
    dtypes, known, refused = result.stdout.splitlines()
    expected = [*["float32"] * 4, *["complex64"] * 2, "int64", *["float32"] * 2]
    assert dtypes.split() == [f"arrayforge.{name}" for name in expected]
    assert known == "complex64 float32"
    assert "device fake:0 has no float64, only bool, int8" in refused


def test_results_that_the_device_cannot_hold_are_refused():
    backend, raw = pretend(float64=False)
    x = raw(np.asarray([1], "int64"))
    with pytest.raises(TypeError, match=r"^divide\(\): own:0 has no float64"):
        backend.namespace.divide(x, x)


def test_settings_that_mean_nothing_are_errors(run_python):
    for name, value in (("MEMORY", "much"), ("ASYNC", "maybe"), ("FLOAT64", "2")):
        result = run_python(
            "import arrayforge", ARRAYFORGE_BACKEND="fake", **{f"ARRAYFORGE_FAKE_{name}": value}
        )
        assert result.returncode == 1
        assert f"ARRAYFORGE_FAKE_{name}: expected " in result.stderr


def test_corrections_keep_single_precision():
    """numpy.where() of two Python scalars is in double precision, which this device refuses."""
    backend, raw = pretend(float64=False)
    x = raw(np.asarray([complex(np.inf, 2.0), 1 - 1j], "complex64"))
    assert backend.describe(backend.namespace.tanh(x))[0] == "complex64"
    assert backend.describe(backend.namespace.expm1(x))[0] == "complex64"


def test_it_keeps_the_contract():
    from arrayforge.testing import check_backend

    assert check_backend("fake") == []


def test_synchronize_waits_and_memory_is_told(run_python):
    done = run_python(
        "import arrayforge as xp\n"
        "x = xp.ones(1000, device='fake:0')\n"
        "y = x * 2\n"
        "xp.synchronize('fake:0'), xp.synchronize(y.device), xp.synchronize()\n"
        "print(*(xp.memory.device_stats(d)['live'] for d in ('fake:0', 'fake:1')))\n",
        ARRAYFORGE_FAKE_ASYNC="1",
        ARRAYFORGE_BACKEND="fake",
    )
    assert (done.stdout, done.stderr) == ("16000 0\n", "")


def test_synchronize_and_device_stats_of_others():
    before = xp.memory.device_stats("cpu")["live"]
    x = xp.ones(1000, device="cpu")
    assert xp.memory.device_stats(x.device)["live"] >= before + 8000
    assert xp.synchronize("numpy") is None
    with pytest.raises(NotImplementedError, match="backend numpy does not count its memory"):
        xp.memory.device_stats("numpy")
    with pytest.raises(xp.DeviceError, match="expected one of cpu"):
        xp.synchronize("moon")
    with pytest.raises(TypeError, match=r"synchronize\(\): expected a device or its name, got 3"):
        xp.synchronize(3)
