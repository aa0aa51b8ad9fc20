"""No memory, many threads, a fork: errors that say enough, and nothing lost or changed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import arrayforge as xp
from arrayforge import memory

N = 40_000  # elements; a result of any of them is beyond the room that is left


@pytest.fixture
def little_room():
    """little_room(n): from here on n more bytes may be live."""
    yield lambda n: memory.set_limit(memory.stats().live_bytes + n)
    memory.set_limit(None)


OPERATIONS = {
    "add": lambda x, i: x + x,
    "sqrt": lambda x, i: xp.sqrt(x),
    "less": lambda x, i: x < x,
    "astype": lambda x, i: xp.astype(x, xp.float32),
    "asarray": lambda x, i: xp.asarray(x, copy=True),
    "zeros": lambda x, i: xp.zeros(N),
    "full": lambda x, i: xp.full((N,), 2),
    "full_like": lambda x, i: xp.full_like(x, 2.0),
    "arange": lambda x, i: xp.arange(N),
    "linspace": lambda x, i: xp.linspace(0, 1, N),
    "eye": lambda x, i: xp.eye(200),
    "concat": lambda x, i: xp.concat([x, x]),
    "stack": lambda x, i: xp.stack([x, x]),
    "reshape": lambda x, i: xp.reshape(x, (N,), copy=True),
    "repeat": lambda x, i: xp.repeat(x, 2),
    "tile": lambda x, i: xp.tile(x, 2),
    "roll": lambda x, i: xp.roll(x, 1),
    "take": lambda x, i: xp.take(x, i),
    "where": lambda x, i: xp.where(True, x, 1.0),
    "cumulative_sum": lambda x, i: xp.cumulative_sum(x),
    "sort": lambda x, i: xp.sort(x),
    "argsort": lambda x, i: xp.argsort(x),
    "nonzero": lambda x, i: xp.nonzero(x),
    "unique_values": lambda x, i: xp.unique_values(x),
    "matmul": lambda x, i: xp.reshape(x, (200, 200)) @ xp.reshape(x, (200, 200)),
    "outer": lambda x, i: xp.linalg.outer(x[:200], x[:200]),
    "std": lambda x, i: xp.std(xp.reshape(x, (N // 2, 2)), axis=1),
    "__getitem__": lambda x, i: x[i],
    "a mask": lambda x, i: x[xp.broadcast_to(xp.asarray(True), (N,))],
    "__setitem__": lambda x, i: x.__setitem__(i, x),
    "nested": lambda x, i: xp.asarray([1.0] * N),
    "in place": lambda x, i: x.__iadd__(x[::-1]),
    "overlap": lambda x, i: x.__setitem__(slice(None), x[::-1]),
    "from_dlpack": lambda x, i: xp.from_dlpack(np.zeros(N), copy=True, device="cpu"),
    "copy": lambda x, i: x.copy(),
    "__dlpack__": lambda x, i: x.__dlpack__(copy=True),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_memory_for_a_result(name, little_room):
    x = xp.asarray(np.arange(1.0, N + 1))
    i = xp.arange(N)
    before = xp._core._live_arrays(), memory.stats().live_bytes
    little_room(1000)
    with pytest.raises(MemoryError) as caught:
        OPERATIONS[name](x, i)
    memory.set_limit(None)
    text = str(caught.value)
    assert "(): out of memory, " in text
    assert "bytes asked for" in text
    assert f"the largest hold {N * 8} bytes" in text
    del caught
    assert (xp._core._live_arrays(), memory.stats().live_bytes) == before
    assert np.asarray(x).tolist() == list(range(1, N + 1))
    assert float(xp.sum(x + i)) == N * (N + 1) / 2 + N * (N - 1) / 2


def test_the_message_names_who_holds_what(little_room):
    x, y = xp.zeros(200_000), xp.zeros(100_000)
    view, export = x[1:], memoryview(y)
    little_room(100)
    with pytest.raises(MemoryError) as caught:
        xp.ones(50_000)
    text = str(caught.value)
    live = memory.stats().live_bytes
    assert text.startswith(f"ones(): out of memory, 400000 bytes asked for, {live} held by arrays")
    assert (
        f"the limit is {live + 100}; the largest hold 1600000 bytes (in 2 arrays), 800000" in text
    )
    assert "800000 bytes (exported)" in text
    del view, export


def test_more_than_the_system_has():
    with pytest.raises(MemoryError, match=r"zeros\(\): .*the system grants no more"):
        xp.zeros((2**50,))


def run_child(code, **environment):
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_limit_of_the_environment():
    code = (
        "import arrayforge as xp\n"
        "x = xp.zeros(100_000)\n"
        "try: xp.zeros((1000, 1000))\n"
        "except MemoryError as e: print(e)\n"
        "print(xp.memory.limit())\n"
    )
    printed = run_child(code, ARRAYFORGE_MEMORY_LIMIT="2MB")
    assert printed.splitlines() == [
        "zeros(): out of memory, 8000000 bytes asked for, 800000 held by arrays, the limit is "
        "2000000; the largest hold 800000 bytes",
        "2000000",
    ]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_while_the_pool_works():
    x = xp.ones(500_000)
    stop = threading.Event()

    def work():
        while not stop.is_set():
            xp.sum(x * 2.0)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    try:
        for _ in range(5):
            child = os.fork()
            if child == 0:
                os._exit(0 if float(xp.sum(x + x)) == 1e6 else 1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert float(xp.sum(x)) == 5e5


def test_threads_on_shared_arrays_while_others_tidy():
    """Results are right although memory moves, shrinks and runs short meanwhile."""
    x = xp.asarray(np.arange(100_000.0)) + 0.0
    expected = float(xp.sum(x * 2.0 + 1.0))
    stop = threading.Event()
    wrong = []

    def compute():
        for _ in range(60):
            try:
                value = float(xp.sum(xp.sort(x * 2.0) + 1.0))
                held = xp.concat([x, x])[50_000:]
                total = float(xp.sum(xp.asarray(held, dtype=xp.float32, copy=True)[:1]))
                nested = int(xp.sum(xp.asarray([[1] * 10] * 2000)))
            except MemoryError:
                continue
            if (value, total, nested) != (expected, 50_000.0, 20_000):
                wrong.append((value, total, nested))

    def tidy():
        while not stop.is_set():
            keep = [xp.zeros(20_000 + 1000 * k) for k in range(4)]
            del keep[::2]
            memory.defragment()
            memory.trim()
            memory.set_limit(memory.stats().live_bytes + 20_000_000)

    tidier = threading.Thread(target=tidy)
    workers = [threading.Thread(target=compute) for _ in range(3)]
    try:
        for thread in (tidier, *workers):
            thread.start()
    finally:
        for worker in workers:
            worker.join()
        stop.set()
        tidier.join()
        memory.set_limit(None)
    assert wrong == []
    assert float(xp.sum(x)) == 100_000 * 99_999 / 2
