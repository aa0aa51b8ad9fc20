"""Foreign payloads: which backend an operation belongs to, and what it may rely on."""

import gc
import importlib
import weakref

import numpy as np
import pytest

import arrayforge as xp


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


def test_a_missing_primitive_names_backend_and_member(on):
    x = on("dependent", [3.0, 1.0])
    with pytest.raises(NotImplementedError, match=r"dependent: it lacks the primitive round\(\)"):
        xp.round(x)


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


def test_native_arrays_are_not_tracked(on):
    assert not gc.is_tracked(xp.zeros(3))
    assert gc.is_tracked(on("mutable", [1.0]))


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
