"""What Array, dtype and Device are as Python objects: printing, copying, pickling, protocols."""

import copy
import gc
import inspect
import operator
import pickle
import subprocess
import sys
import typing
import weakref

import numpy as np
import pytest

import arrayforge as xp
from arrayforge import _core, printing

DTYPES = [name for name in _core.__all__ if isinstance(getattr(_core, name), _core.dtype)]


# -- printing


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([1, 2], None, "Array([1, 2], dtype=int64)"),
        ([[1.5, -2.0]], None, "Array([[1.5, -2.0]], dtype=float64)"),
        ([True, False], None, "Array([True, False], dtype=bool)"),
        (3, None, "Array(3, dtype=int64)"),
        ([], None, "Array([], dtype=float64)"),
        ([0.1], "float32", "Array([0.1], dtype=float32)"),
    ],
)
def test_repr_tells_values_and_dtype(values, dtype, expected):
    x = xp.asarray(values, dtype=dtype and getattr(xp, dtype))
    assert repr(x).replace(" ", "") == expected.replace(" ", "").replace("-2.0", "-2.")


def test_repr_tells_shape_of_nothing_and_other_devices(on):
    assert repr(xp.zeros((0, 3))) == "Array([], shape=(0, 3), dtype=float64)"
    assert "device='mutable'" in repr(on("mutable", [1.0]))
    assert "device" not in repr(xp.zeros(1))


@pytest.mark.parametrize("dtype", ["int64", "float64", "float32", "bool"])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 2, 2), (40,), (1200,), (50, 60), (0,)])
def test_str_is_numpys(dtype, shape):
    values = np.arange(int(np.prod(shape))).reshape(shape).astype(dtype)
    ours = str(xp.asarray(values))
    with np.printoptions(linewidth=printing.WIDTH):
        assert ours == str(values)


@pytest.mark.parametrize(
    "values",
    [
        [0.1, 1 / 3, 2.0],
        [1e-12, 1.0],
        [1e20, 3.0],
        [float("nan"), float("inf"), -1.5],
        [0.0, -0.0],
        [123456.789, 0.001],
        [1 + 2j, 0.5 - 1j],
        [complex(1, float("nan")), -1e-9j],
        [1e300, 1e-5],
        [99999999.0, 1e8],
        [-1e5, 12.5, float("-inf")],
        [[0.5, 100.25], [-3.0, 1e-3]],
    ],
)
@pytest.mark.parametrize("single", [False, True])
def test_str_of_floats_is_numpys(values, single):
    reference = np.asarray(values)
    if single:
        with np.errstate(over="ignore"):
            reference = reference.astype("c8" if reference.dtype.kind == "c" else "f4")
    x = xp.asarray(reference)
    assert str(x) == str(reference)
    numpys = repr(reference).replace("array(", "Array(").partition(", dtype")[0].rstrip(")")
    assert " ".join(repr(x).split()).startswith(" ".join(numpys.split()))


def test_str_and_format_of_one_element_are_the_number():
    assert str(xp.asarray(0)) == "0"
    assert str(xp.asarray(True)) == "True"
    assert str(xp.asarray(1.0)) == "1.0"
    for name, numpys in (("float32", "f4"), ("float16", "f2"), ("complex64", "c8")):
        for value in (0.1, 1 / 3, 1e-5, 12345.0, float("inf"), float("nan")):
            ours = str(xp.asarray(value, dtype=getattr(xp, name)))
            assert complex(ours) == complex(str(np.asarray(value, numpys))) or value != value
    assert str(xp.asarray(0.1, dtype=xp.bfloat16)) == "0.1"
    assert f"{xp.asarray(3.14159):.2f}" == "3.14"
    assert f"{xp.asarray(7):>4d}" == "   7"
    assert f"{xp.asarray([1, 2])}" == "[1 2]"
    with pytest.raises(TypeError):
        format(xp.asarray([1.0]), ".2f")


def test_huge_arrays_print_at_once():
    # A trillion elements: only those that are shown can have been looked at.
    huge = xp.broadcast_to(xp.zeros(()), (10**6, 10**6))
    row = "[0. 0. 0. ... 0. 0. 0.]"
    rows = [row] * 3 + ["..."] + [row] * 3
    assert str(huge) == "[" + "\n ".join(rows) + "]"


# -- Python's protocols


def test_membership_is_that_of_any_element(device):
    x = xp.asarray([[1, 2], [3, 4]], device=device)
    assert 3 in x
    assert 5 not in x
    assert xp.asarray(4, device=device) in x
    assert "text" not in x
    assert 1 not in xp.zeros((0, 2), device=device)


def test_length_iteration_and_unpacking(device):
    x = xp.asarray([[1, 2], [3, 4]], device=device)
    assert len(x) == 2
    first, second = x
    assert (first.shape, int(second[1])) == ((2,), 4)
    assert [int(row[0]) for row in x] == [1, 3]
    assert [int(v) for v in reversed(x[0, ...])] == [2, 1]
    with pytest.raises(TypeError, match=r"len\(\): a 0-dimensional"):
        len(x[0, 0])
    with pytest.raises(TypeError, match=r"iter\(\): a 0-dimensional"):
        iter(x[0, 0])


def test_scalars_of_python(device):
    x = xp.asarray(3, device=device)
    assert operator.index(x) == 3
    assert [10, 11, 12, 13][x] == 13
    assert (int(x), float(x), complex(x), bool(x)) == (3, 3.0, 3 + 0j, True)
    assert type(float(x)) is float
    with pytest.raises(ValueError, match="ambiguous"):
        bool(xp.asarray([1, 2], device=device))
    with pytest.raises(TypeError):
        operator.index(xp.asarray(1.0, device=device))
    with pytest.raises(TypeError):
        float(xp.asarray(1j, device=device))


def test_comparison_with_strangers_is_false_quietly():
    x = xp.asarray([1.0])

    class Stranger:
        __array_ufunc__ = None

    for other in ("abc", None, Stranger(), {}, object):
        assert (x == other) is False
        assert (x != other) is True
        assert x.__eq__(other) is NotImplemented
        with pytest.raises(TypeError):
            operator.lt(x, other)
    assert xp.asarray(2.0) == pytest.approx(2.0)


def test_arrays_do_not_hash():
    with pytest.raises(TypeError, match="unhashable"):
        hash(xp.zeros(1))


def test_weak_references():
    x = xp.zeros(3)
    died = []
    reference = weakref.ref(x, lambda _: died.append(True))
    table = weakref.WeakValueDictionary(x=x)
    assert reference() is x
    del x
    gc.collect()
    assert reference() is None
    assert died == [True]
    assert not table


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("dtype", DTYPES)
def test_pickle(protocol, dtype):
    x = xp.reshape(xp.astype(xp.asarray([0, 1, 1, 0, 1, 0]), getattr(xp, dtype)), (2, 3))
    for array in (x, x.T, x[:, ::-1], x[0, 0], x[:0, :]):
        back = pickle.loads(pickle.dumps(array, protocol))
        assert back.dtype is array.dtype
        assert back.shape == array.shape
        assert back.tolist() == array.tolist()
    back = pickle.loads(pickle.dumps((x.dtype, x.device), protocol))
    assert back[0] is x.dtype
    assert back[1] is x.device


def test_pickle_keeps_the_device(device):
    x = xp.asarray([1.0, 2.0], device=device)
    back = pickle.loads(pickle.dumps(x))
    assert back.device is x.device
    assert back.to_device("cpu").tolist() == [1.0, 2.0]


def test_pickle_reads_in_another_process():
    data = pickle.dumps([xp.asarray([1.5, 2.5]), xp.float32, xp.zeros(1).device, xp.sum, xp.add])
    code = "import pickle, sys; print(*pickle.loads(sys.stdin.buffer.read()), sep='|')"
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    said = done.stdout.decode()
    assert said.startswith("[1.5 2.5]|arrayforge.float32|cpu|")
    assert "sum" in said


def test_copies(device):
    x = xp.asarray([1.0, 2.0], device=device)
    for twin in (copy.copy(x), copy.deepcopy(x), x.copy()):
        assert twin.device is x.device
        twin[0] = 9.0
        assert float(x[0]) == 1.0
    both = copy.deepcopy([x, x])
    assert both[0] is both[1]
    assert both[0] is not x


def test_joblib_hash_is_stable():
    joblib = pytest.importorskip("joblib")
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0]])
    same = xp.asarray([[1.0, 3.0], [2.0, 4.0]]).T
    assert joblib.hash(x) == joblib.hash(xp.asarray(x, copy=True)) == joblib.hash(same)
    assert joblib.hash(x) != joblib.hash(x + 1)
    assert joblib.hash(x) != joblib.hash(xp.astype(x, xp.float32))
    assert joblib.hash({"a": x, "d": xp.int8}) == joblib.hash({"a": x + 0, "d": xp.int8})


# -- dtypes and devices


def test_dtypes_are_keys_equal_only_to_themselves():
    table = {getattr(xp, name): name for name in DTYPES}
    assert len(table) == len(DTYPES)
    assert table[xp.int8] == "int8"
    for other in ("float32", None, float, np.float32, np.dtype("f4"), 4, xp.float64):
        assert (xp.float32 == other) is False
        assert (xp.float32 != other) is True
    assert copy.copy(xp.float32) is copy.deepcopy(xp.float32) is xp.float32


@pytest.mark.parametrize("name", [n for n in DTYPES if n != "bfloat16"])
def test_dtypes_tell_what_numpys_tell(name):
    ours, numpys = getattr(xp, name), np.dtype(name)
    assert (ours.name, ours.kind, ours.itemsize) == (numpys.name, numpys.kind, numpys.itemsize)
    assert np.dtype(ours) == numpys
    assert ours.dtype == numpys
    assert str(ours).endswith(name)


def test_devices_are_values():
    cpu = xp.zeros(1).device
    assert cpu == "cpu"
    assert cpu != "cuda:0"
    assert (cpu == None) is False  # noqa: E711
    assert {cpu: 1}["cpu"] == 1
    assert str(cpu) == "cpu"
    assert pickle.loads(pickle.dumps(cpu)) is cpu
    assert copy.deepcopy(cpu) is cpu


# -- functions


def test_functions_carry_signature_annotations_and_name():
    for space in (xp, xp.linalg, xp.fft):
        for name in space.__all__:
            function = getattr(space, name)
            if not inspect.isroutine(function):
                continue
            parameters = inspect.signature(function).parameters
            assert function.__name__ == name
            assert function.__module__.startswith("arrayforge")
            assert not any(p.kind is p.VAR_KEYWORD for p in parameters.values())
            hints = typing.get_type_hints(function)
            assert not hints or hints.keys() == {*parameters, "return"}
    assert typing.get_type_hints(xp.asarray)["return"] is xp.Array
    assert typing.get_type_hints(xp.unique_counts)["return"] == tuple[xp.Array, xp.Array]


def test_functions_are_values():
    for function in (xp.sum, xp.add, xp.linalg.svd, xp.fft.fft):
        assert copy.deepcopy(function) is function
        assert pickle.loads(pickle.dumps(function)) is function
        assert {function: 1}[function] == 1
        assert function.__doc__

    class Holder:
        total = xp.sum

    assert int(Holder().total(xp.asarray([1, 2]))) == 3
    assert "sum" in repr(xp.sum)


def test_the_type_is_one_and_importable():
    x = xp.zeros(1)
    assert type(x) is type(x[0]) is xp.Array is _core.Array
    assert xp.Array.__module__.split(".")[0] == "arrayforge"
    with pytest.raises(TypeError):
        xp.Array()
    with pytest.raises(TypeError):
        type("Sub", (xp.Array,), {})
