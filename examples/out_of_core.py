"""Arrays larger than memory, by the backend over Dask: a reduction and a product of matrices.

    python examples/out_of_core.py                      40 GB on the threads of this process
    python examples/out_of_core.py --size 2e9 --cluster the same program, on two worker processes

Nothing is loaded: every block is made from a formula when it is needed and forgotten when it is
used. The results are compared with closed forms, and the peak of memory is printed.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

# Dask's threads are busy already; those of NumPy's BLAS would only be in their way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import dask
from dask.diagnostics import ProgressBar

import arrayforge as xp

CHUNK = "16MiB"


def statistics(count: int) -> tuple[list[float], list[float]]:
    """Mean, deviation and maximum of ((i + 1/2) / count)**2, computed and in closed form."""
    i = xp.arange(count, dtype=xp.float64)
    x = xp.square((i + 0.5) / count)
    # Stacked, the three are one graph, and each block is made once for all of them.
    found = xp.stack((xp.mean(x), xp.std(x), xp.max(x)))
    second = 1 / 3 - 1 / (12 * count**2)
    fourth = 1 / 5 - 1 / (6 * count**2) + 7 / (240 * count**4)
    expected = [second, math.sqrt(fourth - second**2), ((count - 0.5) / count) ** 2]
    return found.tolist(), expected


def product(side: int) -> float:
    """The largest difference between a product of matrices and its closed form, relative.

    The matrices are a_i + b_k and c_k + d_j, so the product is a sum of four terms.
    """
    ramp = (xp.arange(side, dtype=xp.float64) + 0.5) / side
    a, b, c, d = ramp, xp.square(ramp), 1 - ramp, ramp * (1 - ramp)
    found = xp.matmul(a[:, None] + b, c[:, None] + d)
    row, column = a[:, None], d
    expected = row * xp.sum(c) + row * column * side + xp.sum(b * c) + column * xp.sum(b)
    return float(xp.max(xp.abs(found - expected)) / xp.max(expected))


def peak_of_process() -> int:
    """Bytes of memory that this process has had at most."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@contextmanager
def workers(cluster: bool) -> Iterator[Any]:
    """A client of two worker processes, or None for the threads of this process."""
    if not cluster:
        with ProgressBar():
            yield None
        return
    from distributed import Client, LocalCluster

    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**options) as processes, Client(processes) as client:
        yield client


def timed(title: str, work: Any, *arguments: Any) -> Any:
    """The work's result; prints how long it took."""
    print(title, flush=True)
    begin = time.perf_counter()
    result = work(*arguments)
    print(f"  {time.perf_counter() - begin:.1f} s", flush=True)
    return result


def main(arguments: list[str] | None = None) -> int:
    """Runs both and returns 0 where they agree with the closed forms."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=float, default=40e9, help="bytes of the reduced array")
    parser.add_argument("--side", type=int, default=8192, help="rows of the square matrices")
    parser.add_argument("--chunk", default=CHUNK, help="bytes of a block")
    parser.add_argument("--cluster", action="store_true", help="on two worker processes")
    given = parser.parse_args(arguments)
    count = int(given.size) // 8
    with ExitStack() as stack:
        stack.enter_context(dask.config.set({"array.chunk-size": given.chunk}))
        client = stack.enter_context(workers(given.cluster))
        stack.enter_context(xp.use_backend("dask"))
        found, expected = timed(f"mean, std, max of {count * 8 / 1e9:g} GB", statistics, count)
        error = timed(f"{given.side} x {given.side} matrices, multiplied", product, given.side)
        peaks = [peak_of_process(), *(client.run(peak_of_process).values() if client else ())]
    for name, one, other in zip(("mean", "std", "max"), found, expected, strict=True):
        print(f"{name:>5} {one:.15f}, closed form {other:.15f}")
    print(f"product: largest relative difference {error:.1e}")
    print("peak memory: " + " + ".join(f"{peak / 1e9:.2f}" for peak in peaks) + " GB")
    # Each of the blocks' sums is rounded; they agree far better than this.
    close = all(math.isclose(*pair, rel_tol=1e-12) for pair in zip(found, expected, strict=True))
    return 0 if close and error < 1e-12 else 1


if __name__ == "__main__":
    raise SystemExit(main())
