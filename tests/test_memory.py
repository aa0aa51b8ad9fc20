"""The arena as users see it."""

import resource

import numpy as np
import pytest

import arrayforge as xp
from arrayforge import memory


def test_live_bytes_follow_the_arrays():
    before = memory.stats().live_bytes
    x = xp.zeros((1000,), dtype=xp.float64)
    assert memory.stats().live_bytes - before == 8000
    y = xp.reshape(x, (10, 100))
    assert memory.stats().live_bytes - before == 8000
    del x
    assert memory.stats().live_bytes - before == 8000
    del y
    assert memory.stats().live_bytes == before


def test_scopes_nest():
    with memory.scope() as outer:
        x = xp.ones(1_000_000)
        del x
        with memory.scope() as first:
            y = xp.ones(2_000_000)
            del y
        with memory.scope() as second:
            pass
    assert 16_000_000 <= first.peak_bytes <= outer.peak_bytes
    assert second.peak_bytes < first.peak_bytes
    with memory.scope() as outer:
        x = xp.ones(1_000_000)
        del x
        with pytest.raises(KeyError), memory.scope():
            raise KeyError
    assert outer.peak_bytes >= 8_000_000


def test_a_scope_reports_its_peak():
    with memory.scope() as scope:
        x = xp.ones((100_000,))
        x = x + x
        y = x + 1
    assert scope.peak_bytes >= 1_600_000
    assert scope.kept_bytes == x.nbytes + y.nbytes


def test_the_limit_refuses_and_keeps_what_is_there():
    x = xp.ones((100,))
    memory.set_limit(memory.stats().live_bytes + 1000)
    try:
        with pytest.raises(MemoryError):
            xp.zeros((1000,))
        assert np.asarray(memoryview(x)).tolist() == [1.0] * 100
    finally:
        memory.set_limit(None)
    assert memory.limit() is None


def test_memory_comes_back_after_trim():
    x = xp.ones((4_000_000,))
    reserved = memory.stats().reserved_bytes
    del x
    assert memory.trim() > 0
    assert memory.stats().reserved_bytes < reserved


def test_defragment_moves_what_nobody_points_at():
    arrays = [xp.full((200_000,), float(i)) for i in range(160)]
    del arrays[::2]
    view = memoryview(arrays[3])
    address = np.asarray(view).__array_interface__["data"]
    memory.trim()
    reserved = memory.stats().reserved_bytes
    assert memory.defragment() > 0
    memory.trim()
    # Every second block of 256 MB was freed; the others move together and empty a region of 64 MiB.
    assert memory.stats().reserved_bytes <= reserved - 2**26
    assert np.asarray(memoryview(arrays[3])).__array_interface__["data"] == address
    for i, x in enumerate(arrays):
        assert np.asarray(memoryview(x))[[0, -1]].tolist() == [2 * i + 1] * 2


def test_freed_memory_is_reused_without_page_faults():
    a, b = xp.ones((10_000_000,)), xp.ones((10_000_000,))
    c = a + b
    c = a + b
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        c = a + b
    # 80 MB are 20,000 pages of 4 KiB; the interpreter may touch a few of its own.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults < 100
    assert float(c[-1]) == 2.0


@pytest.mark.parametrize(
    ("text", "nbytes"), [("1500", 1500), ("200MB", 2 * 10**8), ("2GiB", 2**31)]
)
def test_limits_as_text(text, nbytes):
    memory.set_limit(text)
    assert memory.limit() == nbytes
    memory.set_limit(None)


def test_bad_limits_are_refused():
    with pytest.raises(ValueError, match="expected bytes"):
        memory.set_limit("lots")
    with pytest.raises(ValueError, match="must not be negative"):
        memory.set_limit(-1)
    with pytest.raises(TypeError, match=r"set_limit\(\): expected whole bytes.*1\.5"):
        memory.set_limit(1.5)
    with pytest.raises(TypeError, match=r"threads\(\): expected a number.*'a'"), xp.threads("a"):
        pass


def test_results_have_the_same_bits_for_any_number_of_threads():
    x = xp.exp(xp.full((300_000,), 0.3))
    with xp.threads(1):
        one = np.asarray(memoryview(xp.sin(x) * x)).tobytes()
    with xp.threads(4):
        four = np.asarray(memoryview(xp.sin(x) * x)).tobytes()
    assert one == four
