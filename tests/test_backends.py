"""Foreign payloads: which backend an operation belongs to, and what it may rely on."""

import gc
import importlib
import types
import weakref
from pathlib import Path

import numpy as np
import pytest

import arrayforge as xp
from arrayforge import _core, registry


def test_results_stay_on_their_backend(on):
    x = on("mutable", [1.0, 2.0])
    assert (x + 1).device == "mutable"
    assert (xp.ones_like(x)).device == "mutable"


def test_two_engines_do_not_mix(on):
    with pytest.raises(
        xp.DeviceError, match=r"add\(\): arrays on different devices, mutable and cpu"
    ):
        on("mutable", [1.0]) + xp.asarray([1.0])
    with pytest.raises(xp.DeviceError, match="mutable and immutable"):
        xp.add(on("mutable", [1.0]), on("immutable", [1.0]))


def test_a_wrapper_lifts_the_arrays_it_meets(on):
    wrapped = on("wrapping", [1.0, 2.0])
    plain = xp.asarray([10.0, 20.0], device="cpu")
    for result in (wrapped + plain, plain + wrapped, xp.add(plain, wrapped)):
        assert result._raw is not None
        assert np.asarray(result.to_device("cpu")).tolist() == [11.0, 22.0]


def test_promotion_and_broadcasting_are_ours(device):
    x = xp.asarray([[1], [2]], device=device, dtype=xp.int64)
    y = xp.asarray([0.5, 1.5], device=device)
    result = x * y
    assert result.dtype is xp.float64
    assert result.shape == (2, 2)


def test_in_place_operators_keep_the_object(device):
    x = xp.asarray([1.0, 2.0], device=device)
    same = x
    version = x._version
    x += 1
    x *= 2
    assert same is x
    assert x._version > version
    assert np.asarray(x.to_device("cpu")).tolist() == [4.0, 6.0]


def test_data_dependent_shapes_are_described(on):
    x = on("dependent", [0.0, 3.0, 0.0, 1.0])
    (indices,) = xp.nonzero(x)
    assert indices.shape == (2,)


def test_a_cycle_through_a_foreign_payload_is_collected(on):
    class Payload:
        pass

    x = on("wrapping", [1.0])
    x._raw.cycle = x
    reference = weakref.ref(x)
    del x
    gc.collect()
    assert reference() is None


def test_only_payloads_that_the_collector_knows_are_tracked(on):
    assert not gc.is_tracked(xp.zeros(3))
    assert not gc.is_tracked(on("mutable", [1.0]))
    assert gc.is_tracked(on("wrapping", [1.0]))


def test_use_backend_decides_where_creation_puts_arrays(on):
    on("mutable", [0])
    with xp.use_backend("mutable"):
        assert xp.zeros(2).device == "mutable"
        assert xp.asarray([1, 2]).device == "mutable"
    assert xp.zeros(2).device == "cpu"


def test_an_unknown_backend_is_named():
    with pytest.raises(ImportError, match="cppu"):
        xp.set_backend("cppu")
    assert importlib.import_module("arrayforge").zeros(1).device == "cpu"


@pytest.mark.parametrize("name", ["cuda:0", "nope", "", "math:pi"])
def test_an_unknown_device_is_answered_with_the_known_ones(on, name):
    on("mutable", [0])
    for call in (
        lambda: xp.zeros(2).to_device(name),
        lambda: xp.zeros(2, device=name),
        lambda: xp.asarray([1.0], device=name),
    ):
        with pytest.raises(
            xp.DeviceError, match=r"^device\(\): expected one of cpu, .*mutable.*, got '" + name
        ):
            call()
    with pytest.raises(xp.DeviceError, match=r"^device\(\): cpu has cpu, got 'cpu:1'$"):
        xp.zeros(2, device="cpu:1")


def test_a_device_without_a_backend_is_that_of_the_backend_in_force():
    class Fleet(Liar):
        name = "fleet"
        devices = staticmethod(lambda: ["fleet:cpu", "fleet:cuda:0"])

    backend = _core.Backend(Fleet())
    first = _core._intern_device("fleet:cpu", backend)
    token = _core._context_device.set(first)
    try:
        assert registry.device("cuda:0") == "fleet:cuda:0"
        with pytest.raises(xp.DeviceError, match="'cuda:1'"):
            registry.device("cuda:1")
    finally:
        _core._context_device.reset(token)


def test_a_copy_asked_for_shares_nothing(device):
    """Engines may share memory when arrays move; copy=True may not."""
    given = np.array([1.0, 2.0])
    x = xp.asarray(given, device=device, copy=True)
    moved = xp.asarray(x, device="cpu", copy=True)
    x += 1
    assert given.tolist() == [1, 2]
    assert np.asarray(moved).tolist() == [1, 2]
    back = xp.asarray(moved, device=device, copy=True)
    back += 5
    assert np.asarray(moved).tolist() == [1, 2]


class Liar:
    """A backend over NumPy whose sums have the wrong dtype."""

    name = "liar"
    namespace = types.SimpleNamespace(
        sum=lambda x, **options: np.sum(x, **options).astype("float32"),
        reshape=lambda x, shape: np.reshape(x, (-1,)),
    )
    devices = staticmethod(lambda: ["liar"])
    dtypes = staticmethod(lambda device: {"float64": np.dtype("float64")})
    describe = staticmethod(lambda raw: (raw.dtype.name, raw.shape, "liar"))
    from_host = staticmethod(lambda array, device: np.array(memoryview(array)))


def test_checked_compares_results_with_the_plan():
    _core._intern_device("liar", _core.Backend(Liar()))
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0]], device="liar")
    assert xp.sum(x).dtype is xp.float64
    with xp.checked():
        with pytest.raises(
            NotImplementedError,
            match=r"sum\(\): backend liar returned float32 of shape \(\), "
            r"the plan is float64 of shape \(\)",
        ):
            xp.sum(x)
        with pytest.raises(NotImplementedError, match=r"reshape\(\).* shape \(4,\), the plan"):
            xp.reshape(x, (4, 1))
    assert xp.sum(x).dtype is xp.float64


def test_device_arguments_are_honoured(device):
    native = xp.asarray([1, 2], device="cpu")
    for moved in (
        xp.astype(native, xp.float64, device=device),
        xp.astype(native, xp.int64, device=device, copy=False),
        xp.asarray(native, device=device, dtype=xp.float64),
        xp.zeros_like(native, device=device),
        xp.full_like(native, 3, device=device),
    ):
        assert (moved._raw is None) == (device == "cpu")
    back = xp.astype(xp.asarray([1.5], device=device), xp.int64, device="cpu")
    assert back.dtype is xp.int64
    assert np.asarray(back).tolist() == [1]


@pytest.mark.parametrize(
    "join",
    [
        lambda x, y: xp.where(x > 1, x, y),
        lambda x, y: xp.concat((y, x)),
        lambda x, y: xp.stack([x, y]),
        lambda x, y: xp.matmul(y, x),
        lambda x, y: xp.take(y, xp.astype(x, xp.int64) - 1, axis=0),
        lambda x, y: y[xp.astype(x, xp.int64) - 1],
        lambda x, y: y[x > 1],
        lambda x, y: xp.searchsorted(y, x),
    ],
)
@pytest.mark.parametrize("inner", ["cpu", "mutable"])
def test_wrappers_lift_in_every_kind_of_function(on, join, inner):
    on("wrapping", [0.0])
    plain = [on(inner, v) if inner != "cpu" else xp.asarray(v) for v in ([1.0, 2.0], [5.0, 6.0])]
    expected = join(*plain)
    result = join(plain[0].to_device("wrapping"), plain[1])
    assert result._raw.array.device == result.device == inner
    assert (result.dtype, result.shape) == (expected.dtype, expected.shape)
    assert result.tolist() == expected.tolist()


def test_the_highest_of_nested_wrappers_lifts_the_rest(on):
    inner = on("wrapping", [10.0, 20.0])

    class Outer(type(registry._loaded["wrapping"].implementation)):
        name, level = "outer", 2
        devices = staticmethod(lambda: ["outer"])

    _core._intern_device("outer", _core.Backend(Outer()))
    plain = xp.asarray([1.0, 2.0])
    outer = inner.to_device("outer")
    assert outer._raw.array is inner
    for result in (outer + plain, plain + outer, inner + outer, xp.concat((plain, inner, outer))):
        assert result._raw.array._raw.array._raw is None
    assert (outer + plain).tolist() == [11.0, 22.0]
    assert xp.where(plain > 1, inner, outer[0]).tolist() == [10.0, 20.0]
    assert xp.sum(outer * inner).item() == 500.0


def test_sequences_may_hold_elements_of_their_own_device(device):
    x = xp.asarray([1.0, 2.0], device=device)
    result = xp.asarray([[x[1], 3], [x[0], x[1]]], device=device)
    assert result.device == x.device
    assert result.tolist() == [[2.0, 3.0], [1.0, 2.0]]


def test_sequences_do_not_hold_elements_of_another_device(on):
    x = on("mutable", [1.0])
    with pytest.raises(TypeError, match=r"obj\[0\] is on another device"):
        xp.asarray([x[0]], device="cpu")


MINIATURES = sorted((Path(__file__).parent / "backends").glob("*.py"))


@pytest.mark.parametrize("path", MINIATURES, ids=lambda path: path.stem)
def test_a_backend_is_a_page(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 40
    others = {p.stem for p in path.parent.glob("*.py")} - {path.stem}
    assert not any(f"import {other}" in text or f'"{other}.py"' in text for other in others)


PROGRAM = """
import arrayforge as xp
x = xp.arange(6.0)
y = xp.reshape(x * 2 + 1, (2, 3))
assert y.device == x.device and x._raw is not None, x
where = "cpu" if NAME == "wrapping" else NAME
assert x.device == where, x.device
assert xp.zeros(2).device == xp.asarray([1]).device == where
print(float(xp.sum(y)), xp.where(x > 2, x, -1).tolist(), xp.repeat(x[:2], 2).tolist())
print(xp.repeat(x[:2], xp.asarray([1, 2])).tolist(), xp.tile(x[:2], 2).tolist())
print((x == 2).tolist(), xp.linspace(0, 1, 3).tolist(), xp.eye(2).tolist(), xp.max(x[1:]).tolist())
x[0] = 9
x += 1
print(repr(x).partition(", d")[0], str(y[0, ...]), xp.matmul(y, y.T).tolist())
"""
PRINTED = """36.0 [-1.0, -1.0, -1.0, 3.0, 4.0, 5.0] [0.0, 0.0, 1.0, 1.0]
[0.0, 1.0, 1.0] [0.0, 1.0, 0.0, 1.0]
[False, False, True, False, False, False] [0.0, 0.5, 1.0] [[1.0, 0.0], [0.0, 1.0]] 5.0
Array([10.,  2.,  3.,  4.,  5.,  6.] [1. 3. 5.] [[35.0, 89.0], [89.0, 251.0]]
"""


@pytest.mark.parametrize("name", ["mutable", "immutable", "wrapping", "dependent"])
def test_each_backend_can_be_the_one_in_force(run_python, name):
    folder = Path(__file__).parent / "backends"
    program = f"NAME = {name!r}" + PROGRAM
    done = run_python(program, PYTHONPATH=str(folder), ARRAYFORGE_BACKEND=f"{name}:BACKEND")
    assert (done.stdout, done.stderr) == (PRINTED, "")


EXPORTS = (np.from_dlpack, lambda x: x.__dlpack__(), lambda x: x.__dlpack_device__())


@pytest.mark.parametrize("export", EXPORTS)
def test_an_engine_without_dlpack_names_device_and_fix(on, export):
    message = r'__\(\): the engine has no DLPack, and an array on dependent .*to_device\("cpu"\)'
    with pytest.raises(BufferError, match=message):
        export(on("dependent", [1.0]))


@pytest.mark.parametrize("export", [*EXPORTS, memoryview])
def test_a_wrapper_s_memory_is_not_the_cpu_s(on, export):
    x = on("wrapping", [1.0, 2.0])
    with pytest.raises(BufferError, match=r"of backend wrapping is not plain .*numpy.asarray\(x\)"):
        export(x)
    assert np.asarray(x).tolist() == [1.0, 2.0]


def test_an_engine_s_own_dlpack_is_used(on):
    x = on("mutable", [1.0, 2.0])
    np.from_dlpack(x)[0] = 5.0
    assert x.tolist() == [5.0, 2.0]


REFUSED = r"device dependent has no {}, only bool, int64, float64"
MOVES = {
    "complex128": [
        lambda d: xp.asarray([1j], device=d),
        lambda d: xp.asarray(np.asarray([1j]), device=d),
    ],
    "int8": [
        lambda d: xp.asarray([1, 2], dtype=xp.int8, device=d),
        lambda d: xp.asarray(np.ones(2, "int8"), device=d),
        lambda d: xp.ones(2, dtype=xp.int8).to_device(d),
        lambda d: xp.asarray(xp.ones(2, dtype=xp.int8), device=d),
        lambda d: xp.asarray(xp.ones(2), dtype=xp.int8, device=d),
        lambda d: xp.astype(xp.ones(2), xp.int8, device=d),
        lambda d: xp.zeros(2, dtype=xp.int8, device=d),
        lambda d: xp.from_dlpack(np.ones(2, "int8"), device=d),
    ],
    "bfloat16": [lambda d: xp.ones(2, dtype=xp.bfloat16).to_device(d)],
    "float32": [lambda d: xp.asarray(np.float32(1), device=d)],
}


@pytest.mark.parametrize(("dtype", "move"), [(d, move) for d in MOVES for move in MOVES[d]])
def test_no_way_onto_a_device_without_the_dtype(on, dtype, move):
    device = on("dependent", [0]).device
    with pytest.raises(TypeError, match=REFUSED.format(dtype)):
        move(device)


@pytest.mark.parametrize("name", ["mutable", "immutable", "wrapping"])
def test_formats_that_only_the_cpu_has(on, name):
    on(name, [0])
    with pytest.raises(TypeError, match=f"device {name} has no bfloat16, only bool, int8, "):
        xp.ones(2, dtype=xp.bfloat16).to_device(name)


def test_a_dtype_the_device_has_may_be_asked_for_on_the_way(on):
    device = on("dependent", [0]).device
    x = xp.asarray(xp.asarray([1, 2], dtype=xp.int8), dtype=xp.int64, device=device)
    assert (x.dtype, x.device, x.tolist()) == (xp.int64, device, [1, 2])
    x = xp.asarray(np.asarray([1.5], "float32"), dtype=xp.float64, device=device)
    assert (x.dtype, x.device, x.tolist()) == (xp.float64, device, [1.5])
    back = xp.asarray(x, dtype=xp.bfloat16, device="cpu")
    assert (back.dtype, back.device) == (xp.bfloat16, "cpu")
