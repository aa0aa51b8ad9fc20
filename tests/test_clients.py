"""What released clients demand beyond the standard, item by item as they were found out.

The clients themselves run elsewhere; these are the small facts that they rest on. What else is
lenient stands in test_strict.py, with its portable form.
"""

import os
import subprocess
import sys
import typing

import numpy as np
import pytest

import arrayforge as xp


def listed(x):
    return x.to_device("cpu").tolist()


@pytest.fixture(params=("cpu", "mutable", "immutable"))
def device(request, on):
    """The native device, and engines that have the primitives these facts need."""
    if request.param == "cpu":
        return xp._core._cpu
    return on(request.param, 0).device


@pytest.fixture
def cube(device):
    return xp.reshape(xp.arange(24, device=device), (2, 3, 4))


# -- indexing


def test_fewer_indices_than_axes(cube):
    reference = np.arange(24).reshape(2, 3, 4)
    assert listed(cube[1]) == reference[1].tolist()
    assert listed(cube[0:1]) == reference[0:1].tolist()
    assert listed(cube[()]) == reference.tolist()
    assert listed(cube[-1, 2]) == reference[-1, 2].tolist()


def test_integer_arrays_beside_slices(cube):
    reference = np.arange(24).reshape(2, 3, 4)
    index = [3, 0, -1]
    rows = xp.asarray(index, device=cube.device)
    assert listed(cube[..., rows]) == reference[..., index].tolist()
    assert listed(cube[:, :, rows]) == reference[:, :, index].tolist()
    column = xp.asarray([[0], [1]], device=cube.device)
    expected = reference[[[0], [1]], :, index]
    assert listed(cube[column, :, rows]) == expected.tolist()


def test_masks_beside_ellipsis(cube):
    reference = np.arange(24).reshape(2, 3, 4)
    mask = xp.asarray([True, False], device=cube.device)
    assert listed(cube[mask, ...]) == reference[[True, False], ...].tolist()
    assert listed(cube[mask]) == reference[[True, False]].tolist()


def test_assignment_by_integer_arrays(device):
    x = xp.zeros(5, device=device)
    x[xp.asarray([3, 0], device=device)] = xp.asarray([1.0, 2.0], device=device)
    assert listed(x) == [2, 0, 0, 1, 0]
    x[xp.asarray([4], device=device)] = 7
    assert listed(x) == [2, 0, 0, 1, 7]


@pytest.mark.parametrize("index", [[2, 0], np.asarray([2, 0]), np.asarray([True, False, True])])
def test_lists_and_numpy_arrays_as_indices(device, index):
    x = xp.asarray([10, 20, 30], device=device)
    assert listed(x[index]) == np.asarray([10, 20, 30])[np.asarray(index)].tolist()


def test_zero_dimensional_integers_are_indices(device):
    x = xp.asarray([10, 20, 30], device=device)
    one = xp.asarray(1, device=device)
    assert int(x[one]) == 20
    assert listed(x[one:]) == [20, 30]
    assert int(x[np.int64(2)]) == 30
    x[one] = xp.asarray(5, device=device)
    x[x > xp.asarray(8, device=device)] = 0
    assert listed(x) == [0, 5, 0]
    with pytest.raises(IndexError):
        x[3]


# -- promotion and scalars


def test_kinds_mix_by_numpys_rule(device):
    for first in ("int8", "int64", "uint64", "bool"):
        for second in ("float32", "float64", "complex64", "int32"):
            a = xp.ones(2, dtype=getattr(xp, first), device=device)
            b = xp.ones(2, dtype=getattr(xp, second), device=device)
            expected = np.result_type(first, second).name
            assert (a * b).dtype.name == expected
            assert xp.result_type(a, b).name == expected


def test_integers_divide_to_the_default_float(device):
    x = xp.asarray([1, 2], device=device)
    assert listed(x / x) == [1.0, 1.0]
    assert (x / 2).dtype is xp.float64


def test_shapes_that_differ_are_known_by_numpys_words():
    with pytest.raises(ValueError, match=r"...be broadcast..."):
        xp.broadcast_shapes((2,), (2,), (3,))
    with pytest.raises(ValueError, match="not be broadcast"):
        xp.asarray([1, 2]) + xp.asarray([1, 2, 3])


@pytest.mark.parametrize("function", [xp.moveaxis, xp.repeat, xp.stack, xp.roll, xp.flip, xp.sum])
def test_axes_beyond_the_last_are_out_of_range(function):
    arguments = {xp.moveaxis: (10, 0), xp.repeat: (2,), xp.roll: (1,)}.get(function, ())
    x = [xp.ones(3)] if function is xp.stack else xp.ones(3)
    where = {} if function is xp.moveaxis else {"axis": 10}
    with pytest.raises(IndexError, match="axis 10 is out of range"):
        function(x, *arguments, **where)


def test_compiled_readers_know_the_type_of_64_bits():
    # They compare the type's number, not its meaning; C has two types of 64 bits.
    for name in ("int64", "uint64", "int32", "uint32"):
        x = xp.ones(3, dtype=getattr(xp, name))
        for view in (np.asarray(x), np.asarray(memoryview(x))):
            assert view.dtype.num == np.dtype(name).num


def test_numpy_reads_engines_that_share_host_memory():
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0]], device="numpy")
    view = np.asarray(x, copy=False)
    view[0, 1] = 7
    assert x.to_device("cpu").tolist() == [[1, 7], [3, 4]]
    assert np.asarray(x.T).tolist() == [[1, 3], [7, 4]]
    assert np.asarray(x, dtype=np.float32).dtype == np.float32
    assert np.asarray(xp.sum(x)) == 15
    with pytest.raises(ValueError, match="copy=False"):
        np.asarray(x, dtype=np.float32, copy=False)


def test_python_scalars_in_functions(device):
    x = xp.asarray([-1.0, 0.5, 2.0], dtype=xp.float32, device=device)
    for result in (
        xp.minimum(x, 0.0),
        xp.maximum(0, x),
        xp.where(x > 0, x, 0.0),
        xp.clip(x, 0, 1),
        xp.pow(2, x),
    ):
        assert result.dtype is xp.float32
    assert xp.result_type(x, 1.0) is xp.float32


def test_booleans_add_up(device):
    x = xp.asarray([True, True, False], device=device)
    assert int(xp.sum(x)) == 2
    assert xp.sum(x).dtype is xp.int64


# -- arguments


def test_dtypes_in_every_spelling(device):
    for spelling in (float, "float64", "float", np.float64, np.dtype("f8"), xp.float64):
        assert xp.zeros(1, dtype=spelling, device=device).dtype is xp.float64
    for spelling in (int, "int64", np.int64, np.dtype("i8")):
        assert xp.astype(xp.ones(1, device=device), spelling).dtype is xp.int64
    assert xp.isdtype(np.dtype("f4"), "real floating")
    assert xp.finfo("float32").bits == 32
    with pytest.raises(TypeError, match="expected a dtype, got 'flaot64'"):
        xp.zeros(1, dtype="flaot64")


def test_lists_for_tuples():
    x = xp.ones([2, 3])
    assert xp.reshape(x, [3, 2]).shape == (3, 2)
    assert xp.broadcast_to(x, [4, 2, 3]).shape == (4, 2, 3)
    assert xp.permute_dims(x, [1, 0]).shape == (3, 2)
    assert float(xp.sum(x, axis=[0, 1])) == 6.0
    assert xp.expand_dims(x, [0, 3]).shape == (1, 2, 3, 1)


def test_full_of_an_array(device):
    value = xp.asarray(2.5, device=device)
    assert listed(xp.full((2,), value, device=device)) == [2.5, 2.5]
    assert listed(xp.full_like(xp.zeros(2, device=device), value)) == [2.5, 2.5]


def test_n_of_diff_by_position(device):
    x = xp.asarray([1, 4, 9, 16], device=device)
    assert listed(xp.diff(x, 2)) == [2, 2]
    with pytest.raises(TypeError, match="takes at most 2 positional"):
        xp.diff(x, 2, 0)
    with pytest.raises(TypeError, match=r"sum\(\): takes at most 1 .*the others go by name"):
        xp.sum(x, 0)


def test_vecdot_of_vectors_along_axis_zero(device):
    x = xp.asarray([1.0, 2.0], device=device)
    assert float(xp.vecdot(x, x, axis=0)) == 5.0


# -- methods that people try first


def test_methods_take_the_axis_by_position(device):
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0]], device=device)
    assert listed(x.sum(0)) == [4, 6]
    assert listed(x.mean(1)) == [1.5, 3.5]
    assert listed(x.max(axis=0, keepdims=True)) == [[3, 4]]
    assert float(x.min()) == 1
    assert bool((x > 0).all())
    assert bool((x > 3).any())


def test_methods_of_shape(device):
    x = xp.reshape(xp.arange(6, device=device), (1, 2, 3))
    assert x.reshape(3, 2).shape == x.reshape((3, 2)).shape == x.reshape([3, 2]).shape == (3, 2)
    assert x.reshape(-1).shape == (6,)
    assert x.transpose().shape == (3, 2, 1)
    assert x.transpose(1, 0, 2).shape == x.transpose((1, 0, 2)).shape == (2, 1, 3)
    assert x.transpose(None).shape == (3, 2, 1)
    assert x.squeeze().shape == x.squeeze(0).shape == x.squeeze(axis=0).shape == (2, 3)
    assert x.view().shape == x.shape
    assert x.astype(float).dtype is xp.float64
    with pytest.raises(ValueError, match="size"):
        x.squeeze(1)


def test_view_reads_the_bytes_anew():
    z = xp.asarray([1 + 2j, 3 + 4j])
    parts = z.view(xp.float64)
    assert parts.tolist() == [1, 2, 3, 4]
    parts[0] = 9
    assert complex(z[0]) == 9 + 2j
    assert z.view(float).view(complex).tolist() == z.tolist()
    assert xp.asarray([1.0], dtype=xp.float32).view(xp.int32).tolist() == [0x3F800000]
    for bad in (xp.zeros(3, dtype=xp.float32), xp.zeros((4, 2), dtype=xp.float32)[:, ::2]):
        with pytest.raises(xp.ShapeError, match=r"view\(\): float64 does not divide"):
            bad.view(xp.float64)
    with pytest.raises(xp.ShapeError):
        xp.asarray(1.0).view(xp.int8)


def test_attributes(device):
    z = xp.asarray([[1 + 2j]], device=device)
    assert (listed(z.real), listed(z.imag)) == ([[1.0]], [[2.0]])
    assert (z.ndim, z.size, z.nbytes, z.itemsize) == (2, 1, 16, 16)
    assert z.item() == 1 + 2j
    assert z.T.shape == z.mT.shape == (1, 1)


# -- the namespace


@pytest.mark.parametrize("version", [None, "2021.12", "2022.12", "2023.12", "2024.12", "2025.12"])
def test_the_namespace_is_the_module(device, version):
    space = xp.zeros(1, device=device).__array_namespace__(api_version=version)
    assert space is sys.modules["arrayforge"]
    assert (space.__name__, {space: 1}[xp]) == ("arrayforge", 1)
    assert space.__version__


def test_nonsense_versions_are_refused():
    with pytest.raises(ValueError, match="versions are"):
        xp.zeros(1).__array_namespace__(api_version="1999.1")


def test_functions_are_in_the_dictionary_of_the_module():
    assert {"sin", "sum", "asarray", "float32", "pi", "linalg", "fft"} <= vars(xp).keys()
    assert {"linalg", "fft", "sin"} <= set(dir(xp))
    for space in (xp.linalg, xp.fft):
        assert set(space.__all__) <= vars(space).keys()


def test_einx_reads_the_return_type():
    assert typing.get_type_hints(xp.asarray)["return"] is type(xp.zeros(1))


def test_devices_add_to_a_list():
    devices = xp.__array_namespace_info__().devices()
    assert isinstance(devices, tuple)
    assert devices + [None] == [*devices, None]
    assert devices + (None,) == (*devices, None)
    assert xp.__array_namespace_info__().dtypes(device=None, kind="bool") == {"bool": xp.bool}


def test_finfo_holds_python_floats():
    for value in (xp.float32, xp.zeros(1, dtype=xp.float32)):
        info = xp.finfo(value)
        assert {type(v) for v in (info.eps, info.max, info.min, info.smallest_normal)} == {float}
        assert info.eps**0.5 > 0


def test_eigvals_of_stacks():
    x = xp.asarray([[[2.0, 0.0], [0.0, 3.0]], [[0.0, 1.0], [-1.0, 0.0]]])
    values = xp.linalg.eigvals(x)
    assert values.dtype is xp.complex128
    assert values.shape == (2, 2)
    assert xp.linalg.eigvals(x * 1j).shape == (2, 2)


# -- import


def child(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def test_import_is_light():
    code = "import sys, arrayforge; print(*sorted(m.split('.')[0] for m in sys.modules))"
    loaded = set(child(code).stdout.split())
    assert "arrayforge" in loaded
    assert not loaded & {"numpy", "importlib.metadata", "inspect", "typing_extensions", "argparse"}
    code = "import sys, arrayforge; print('importlib.metadata' in sys.modules)"
    assert child(code).stdout.strip() == "False"
