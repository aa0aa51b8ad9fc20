"""What Dask computes and when, how chunks are chosen, and each thing that dask.array gets wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import arrayforge as xp

da = pytest.importorskip("dask.array")

from arrayforge.backends.dask import engine, kernels, lazy  # noqa: E402
from dask.callbacks import Callback  # noqa: E402

ROOT = Path(__file__).parents[2]
NAMESPACE = engine.BACKEND.namespace


@pytest.fixture
def split(monkeypatch):
    """Two elements of eight bytes to a chunk."""
    monkeypatch.setenv("ARRAYFORGE_DASK_CHUNK", "16B")


def on_dask(values, dtype=None):
    return xp.asarray(values, dtype=dtype, device="dask")


def raw(values):
    return engine.BACKEND.from_host(xp.asarray(np.asarray(values), copy=True), "dask")


def host(x):
    return np.asarray(x.to_device("cpu"))


class Counter(Callback):
    """The tasks that ran, by the names of their functions."""

    def __init__(self):
        super().__init__(pretask=lambda key, dsk, state: self.tasks.append(str(key)))
        self.tasks = []

    def count(self, name):
        return sum(name in task for task in self.tasks)


# -- what is lazy


def test_functions_compute_nothing():
    with Counter() as counter:
        x = on_dask(np.ones((3, 4)))
        y = xp.linalg.svd(xp.matmul(x, x.T) + 1).S
        y[0] = 3.0
        z = xp.sort(xp.concat((y, xp.sum(x, axis=1)))) * xp.arange(6, device="dask")
        assert z.shape == (6,)
    assert not counter.tasks


def test_what_python_asks_for_is_computed():
    x = on_dask([3.0])
    with Counter() as counter:
        assert (float(x + 1), bool(x > 2)) == (4.0, True)
    assert counter.count("add") == counter.count("greater") == 1


@pytest.mark.parametrize(
    ("find", "kernel"),
    [(lambda x: x[x > 2], "picked"), (lambda x: xp.nonzero(x > 2)[0], "positions")],
)
def test_data_that_decides_about_shapes_is_computed_once(split, monkeypatch, find, kernel):
    original, calls = getattr(kernels, kernel), []

    def counted(*operands):
        calls.append(operands)
        return original(*operands)

    monkeypatch.setattr(kernels, kernel, counted)
    x = on_dask([1.0, 5.0, 2.0, 7.0, 3.0])
    found = find(x)
    assert found.shape == (3,)
    assert host(found + 0).shape == (3,)
    assert host(found * 2).shape == (3,)
    assert len(calls) == 3  # the chunks of x


def test_no_chunk_is_empty_where_a_mask_selects_nothing(split):
    x = on_dask([1.0, 2.0, 8.0, 9.0, 1.0, 1.0, 7.0])
    found = NAMESPACE.nonzero(raw(host(x > 5)))[0]
    assert 0 not in found.chunks[0]
    assert float(xp.max(x[x > 5])) == 9.0
    assert host(xp.argmax(x[x > 5])) == 1


def test_arrays_larger_than_memory_are_made_lazily():
    x = xp.arange(10**10, device="dask")
    assert host(x[7 * 10**9 : 7 * 10**9 + 2]).tolist() == [7 * 10**9, 7 * 10**9 + 1]
    assert xp.arange(5e9, device="dask").shape == (5 * 10**9,)
    assert float(xp.arange(0, 5e9, 0.5, device="dask")[-1]) == 5e9 - 0.5
    line = xp.linspace(0, 1, 10**10 + 1, device="dask")
    assert host(line[5 * 10**9 :: 5 * 10**9]).tolist() == [0.5, 1.0]
    assert host(xp.zeros((10**6, 10**6), device="dask")[-1, -2:]).tolist() == [0.0, 0.0]
    assert float(xp.full((10**12,), 2.5, device="dask")[17]) == 2.5
    assert host(xp.eye(60_000, device="dask")[59_999, 59_998:]).tolist() == [0.0, 1.0]


def test_a_written_array_larger_than_memory_stays_lazy():
    x = xp.zeros(10**10, device="dask")
    x[10**9 :: 10**9] = 1.0
    x[:5] = xp.arange(5.0, device="dask")
    x[xp.asarray([7, 6], device="dask")] = on_dask([1.5, 2.5])
    assert host(x[:9]).tolist() == [0, 1, 2, 3, 4, 0, 2.5, 1.5, 0]
    assert float(x[3 * 10**9]) == 1.0


@pytest.mark.parametrize(
    "spread",
    [
        lambda line: NAMESPACE.add(line[:, None], line),
        lambda line: NAMESPACE.matmul(line[:, None], line[None, :]),
        lambda line: NAMESPACE.broadcast_to(line, (10**4, 10**5)),
    ],
)
def test_small_arrays_that_stretch_make_no_large_chunks(spread):
    line = NAMESPACE.arange(10**5, dtype=np.dtype(np.int64))
    result = spread(line)
    assert line.npartitions == 1
    largest = np.prod([max(sizes) for sizes in result.chunks]) * 8
    assert largest <= 2 * lazy.chunk_bytes() < result.nbytes


def test_loops_of_assignments_do_not_grow_the_graph():
    x = raw(np.zeros(4))
    for i in range(3 * engine.MAX_LAYERS):
        x = engine.BACKEND.setitem(x, (i % 4,), float(i))
        assert len(x.dask.layers) <= engine.MAX_LAYERS + 1
    assert x.compute().tolist() == [296.0, 297.0, 298.0, 299.0]


def test_small_pieces_are_joined_into_one_chunk():
    pieces = [raw(np.ones(3)) for _ in range(5)]
    assert NAMESPACE.concat(tuple(pieces)).npartitions == 1


def test_memory_is_shared_with_nobody():
    values = np.ones(3)
    x = on_dask(xp.asarray(values, copy=False))
    values[0] = 5.0
    taken = host(x)
    assert taken.tolist() == [1.0, 1.0, 1.0]
    taken[:] = 9.0
    assert x.tolist() == [1.0, 1.0, 1.0]


def test_arrays_that_dask_made_stay_lazy():
    made = da.ones((4, 4), chunks=(2, 4))
    assert engine.BACKEND.from_dlpack(made, None) is made
    line = da.arange(6, chunks=2)
    unknown = line[line > 3]
    known = engine.BACKEND.from_dlpack(unknown, None)
    assert (known.chunks, known.compute().tolist()) == (((2,),), [4, 5])
    assert np.isnan(unknown.shape[0])  # the user's own array stays as it was
    with pytest.raises(BufferError, match="expected a dask"):
        engine.BACKEND.from_dlpack(np.ones(3), None)
    with pytest.raises(BufferError, match=r"chunks must be numpy\.ndarray, got MaskedArray"):
        engine.BACKEND.from_dlpack(da.ma.masked_array(made, made > 0), None)


def test_views_do_not_see_writes():
    x = on_dask([1.0, 2.0])
    view = x[:1]
    x[0] = 9.0
    assert (x.tolist(), view.tolist()) == ([9.0, 2.0], [1.0])
    assert engine.BACKEND.views_alias is False


def test_dlpack_hands_out_a_copy_of_the_values(split):
    x = on_dask([1.0, 2.0, 3.0])
    assert x.__dlpack_device__() == (1, 0)
    taken = np.from_dlpack(x)
    assert taken.tolist() == [1.0, 2.0, 3.0]


def test_indices_out_of_bounds_are_found_when_they_are_used(split):
    """dask.array's own lose such elements where the axis is split."""
    index = on_dask([0, 5])
    reads = [
        lambda x: x[index],
        lambda x: xp.take(x, index),
        lambda x: xp.take_along_axis(x, index),
    ]
    for read in reads:
        with pytest.raises(IndexError, match="index 5 is out of range for axis 0 of size 3"):
            host(read(on_dask([1.0, 2.0, 3.0])))
    x = on_dask([1.0, 2.0, 3.0])
    x[index] = 1.0
    with pytest.raises(IndexError, match="index 5 is out of range for axis 0 of size 3"):
        host(x)


def test_a_singular_matrix_is_found_when_it_is_used():
    inverse = xp.linalg.inv(on_dask([[1.0, 2.0], [2.0, 4.0]]))
    with pytest.raises(np.linalg.LinAlgError, match=r"^inv\(\): singular matrix"):
        host(inverse)


def test_a_value_that_does_not_stretch_to_a_mask_is_an_error():
    x = on_dask([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"shape \(2,\) does not stretch to \(3,\)"):
        x[x > 0] = on_dask([1.0, 2.0])


# -- what dask.array gets wrong where arrays are split


def test_one_and_none_are_none(split):
    """dask.array takes the size 1."""
    assert (on_dask(np.ones((0,))) + on_dask([1.0])).shape == (0,)


def test_chunks_of_one_stretch(split):
    """Aligned arrays have as many chunks, but not of one size."""
    column, row = on_dask([[1.0], [2.0]]), on_dask([[1.0, 2.0, 3.0]])
    assert host(column[:1] * row).tolist() == [[1, 2, 3]]
    assert host(column * row[:, :2]).tolist() == [[1, 2], [2, 4]]
    assert host(xp.triu(xp.ones((2, 3), device="dask"))).tolist() == [[1, 1, 1], [0, 1, 1]]


def test_complex_elements_are_gathered_across_chunks(split):
    """dask.array warns that it casts them, and that there are many chunks."""
    values = np.arange(40) * (1 + 1j)
    index = np.asarray([39, 0, 20, 20, -1] * 3)
    assert host(on_dask(values)[on_dask(index)]).tolist() == values[index].tolist()
    assert host(xp.take(on_dask(values), on_dask(index))).tolist() == values[index].tolist()


def test_ties_go_to_the_first_element_in_c_order(split):
    """dask.array compares chunk by chunk."""
    values = np.asarray([[1, 1, 1, 9], [9, 1, 1, 1]])
    assert int(xp.argmax(on_dask(values))) == 3
    assert int(xp.argmin(on_dask(-values))) == 3
    assert int(xp.argmax(on_dask([1.0, 2.0, np.nan, 3.0, np.nan]))) == 2


@pytest.mark.parametrize("name", ["var", "std"])
def test_no_degrees_of_freedom_give_nan(split, name):
    """dask.array divides by 0, which gives infinity."""
    x = on_dask([1.0, 2.0, 4.0])
    assert np.isnan(host(getattr(xp, name)(x, correction=3)))
    assert np.isnan(host(getattr(xp, name)(x, correction=5)))


def test_half_precision_is_summed_up_in_single(split):
    values = np.full(5, 60000, np.float16)
    assert float(xp.mean(on_dask(values))) == 60000.0
    assert float(xp.std(on_dask(values * np.asarray([1, -1, 1, -1, 1], np.float16)))) > 50000.0
    tenths = np.full(4000, 0.1, np.float16)
    wanted = np.float16(np.dot(tenths.astype(np.float32), np.ones(4000, np.float32)))
    assert host(on_dask(tenths) @ on_dask(np.ones(4000, np.float16))) == wanted


def test_integers_have_negative_powers(split):
    """NumPy refuses them; the cpu device rounds towards 0."""
    exponents = [-2, -1, 0, 3]
    assert host(xp.pow(2, on_dask(exponents))).tolist() == [0, 0, 1, 8]
    assert host(on_dask([1, -1, 2, 2]) ** on_dask(exponents)).tolist() == [1, -1, 1, 8]


def test_sums_have_the_dtype_that_was_asked_for(split):
    """Partial sums in the chunks' dtype would wrap."""
    values = np.full(6, 100, np.int8)
    assert int(xp.sum(on_dask(values))) == 600
    assert int(xp.sum(on_dask(values), dtype=xp.int8)) == 600 - 512
    assert host(xp.cumulative_sum(on_dask(values), dtype=xp.uint64)).tolist()[-1] == 600


def test_running_sums_count_from_the_initial_value(split):
    x = on_dask([[1, 2, 3], [4, 5, 6]])
    result = xp.cumulative_sum(x, axis=1, include_initial=True)
    assert host(result).tolist() == [[0, 1, 3, 6], [0, 4, 9, 15]]


def test_integers_beside_negative_steps_are_written(split):
    """dask.array loses count of the axes."""
    x = on_dask(np.zeros((2, 4)))
    x[1, 3:0:-1] = on_dask([1.0, 2.0, 3.0])
    assert host(x).tolist() == [[0, 0, 0, 0], [0, 3, 2, 1]]


def test_masks_without_axes_and_without_elements(split):
    x = on_dask(5.0)
    x[on_dask(True)] = 7.0
    x[on_dask(False)] = 9.0
    assert (float(x), host(x[on_dask(True)]).tolist()) == (7.0, [7.0])
    line = on_dask([1.0, 2.0, 3.0])
    nothing = on_dask(np.zeros(0, np.bool_))
    line[nothing] = 9.0
    assert (line.tolist(), line[nothing].shape) == ([1.0, 2.0, 3.0], (0,))


def test_of_several_values_for_one_place_the_last_stays(split):
    x = on_dask(np.zeros(5))
    x[on_dask([4, 1, 4, 1])] = on_dask([1.0, 2.0, 3.0, 4.0])
    assert host(x).tolist() == [0, 4, 0, 0, 3]


def test_axes_that_neither_merge_nor_split_are_reshaped(split):
    """dask.array refuses."""
    x = on_dask(np.arange(12.0).reshape(4, 3))
    assert host(xp.reshape(x, (3, 4))).tolist() == np.arange(12.0).reshape(3, 4).tolist()


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (lambda x: xp.flip(x, axis=(0, 1)), [[2, 1], [4, 3], [9, 5]]),
        (lambda x: xp.sort(x, axis=0), [[1, 2], [3, 4], [5, 9]]),
        (lambda x: xp.argsort(x, axis=0, descending=True), [[0, 0], [1, 1], [2, 2]]),
        (lambda x: xp.squeeze(xp.expand_dims(x, (0, 2)), (0, 2)), [[5, 9], [3, 4], [1, 2]]),
        (lambda x: xp.count_nonzero(x, axis=1, keepdims=True), [[2], [2], [2]]),
        (lambda x: xp.take(x, on_dask([[2, 0]]), axis=0), [[[1, 2], [5, 9]]]),
        (lambda x: xp.take_along_axis(x, on_dask([[1, 0]]), axis=0), [[3, 9]]),
        (lambda x: xp.searchsorted(on_dask([1, 2, 4]), x, side="right"), [[3, 3], [2, 3], [1, 2]]),
        (lambda x: xp.nonzero(x > 2)[1], [0, 1, 0, 1]),
        (lambda x: xp.concat((x[:0], x[:1])), [[5, 9]]),
    ],
)
def test_what_dask_array_has_not_or_for_other_arguments(split, function, wanted):
    assert host(function(on_dask([[5, 9], [3, 4], [1, 2]]))).tolist() == wanted


# -- where it runs


@pytest.mark.parametrize("scheduler", ["threads", "synchronous", "processes"])
def test_a_scheduler_of_this_machine(run_python, scheduler):
    code = """if __name__ == "__main__":
        import arrayforge as xp, dask
        x = xp.linalg.inv(xp.asarray([[2.0, 0.0], [0.0, 4.0]], device="dask"))
        print(dask.config.get("scheduler"), xp.expm1(x * 0).tolist(), x.tolist())
    """
    result = run_python(code, ARRAYFORGE_DASK_SCHEDULER=scheduler)
    assert result.stdout.startswith(f"{scheduler} [[0.0, 0.0], [0.0, 0.0]] [[0.5"), result.stderr


def test_an_unknown_scheduler_is_an_error():
    with pytest.raises(ImportError, match="SCHEDULER=thread: expected threads, processes"):
        engine.connect("thread")
    with pytest.raises(ImportError, match=r"SCHEDULER=tcp://127\.0\.0\.1:9: no scheduler answers"):
        engine.connect("tcp://127.0.0.1:9", timeout="0.2s")


def test_arrays_that_are_expressions_are_refused(run_python):
    code = 'import arrayforge as xp; xp.zeros(2, device="dask")'
    result = run_python(code, DASK_ARRAY__QUERY_PLANNING="True")
    assert "ImportError: dask: the setting array.query-planning must be off" in result.stderr


def test_a_cluster_by_its_address(run_python):
    pytest.importorskip("distributed")
    code = """if __name__ == "__main__":
        import os
        from distributed import LocalCluster, default_client
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
            os.environ["ARRAYFORGE_DASK_SCHEDULER"] = cluster.scheduler_address
            import arrayforge as xp
            x = xp.arange(10, dtype=xp.float64, device="dask")
            found = x[x > 3]
            print(default_client().scheduler.address == cluster.scheduler_address)
            print(found.shape, float(xp.sum(xp.pow(found, 2))), float(xp.var(found)))
            default_client().close()
    """
    result = run_python(code, ARRAYFORGE_DASK_CHUNK="16B")
    assert result.stdout.split("\n")[:2] == ["True", "(6,) 271.0 2.9166666666666665"], result.stderr


@pytest.mark.parametrize("options", [(), ("--cluster",)])
def test_the_example_larger_than_memory(options):
    small = ("--size", "2e7", "--side", "300", "--chunk", "256KiB")
    command = [sys.executable, str(ROOT / "examples" / "out_of_core.py"), *small, *options]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "peak memory" in result.stdout
    assert result.stdout.count(" GB") == 2
