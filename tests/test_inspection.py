"""The inspection API, constants, and what the namespace holds."""

import inspect
import math

import pytest
from values import COMPLEX, INTEGERS, REAL, SIGNED, STANDARD, UNSIGNED, holds

import arrayforge as xp

KINDS = {
    "bool": ("bool",),
    "signed integer": SIGNED,
    "unsigned integer": UNSIGNED,
    "integral": INTEGERS,
    "real floating": REAL,
    "complex floating": COMPLEX,
    "numeric": (*INTEGERS, *REAL, *COMPLEX),
}


@pytest.fixture
def info():
    return xp.__array_namespace_info__()


def test_constants():
    assert (xp.e, xp.pi, xp.inf) == (math.e, math.pi, math.inf)
    assert math.isnan(xp.nan)
    assert xp.newaxis is None
    assert all(type(value) is float for value in (xp.e, xp.pi, xp.inf, xp.nan))
    assert xp.__array_api_version__ == "2025.12"


def test_capabilities(info):
    assert info.capabilities() == {
        "boolean indexing": True,
        "data-dependent shapes": True,
        "max dimensions": 64,
        "views alias": True,
    }
    assert xp.zeros((1,) * 64).ndim == 64
    with pytest.raises(ValueError, match="64"):
        xp.zeros((1,) * 65)


def test_devices(info):
    assert isinstance(info.devices(), tuple)
    assert info.devices() == (info.default_device(),)
    assert info.default_device() == "cpu" == str(xp.zeros(1).device)
    assert [*info.devices(), None] == info.devices() + [None]


def test_dtypes_by_kind(info, device):
    for kind, names in KINDS.items():
        found = info.dtypes(kind=kind)
        assert found == {name: getattr(xp, name) for name in names}
        held = info.dtypes(kind=kind, device=device)
        assert set(held) <= set(names)
        assert all(
            xp.zeros(1, dtype=dtype, device=device).dtype is dtype for dtype in held.values()
        )
    assert info.dtypes() == {name: getattr(xp, name) for name in STANDARD}
    assert set(info.dtypes(kind=("bool", "signed integer"))) == {"bool", *SIGNED}
    assert info.dtypes(kind=()) == {}
    with pytest.raises(ValueError, match=r"dtypes\(\): kind must be among .*, got 'float'"):
        info.dtypes(kind="float")


def test_default_dtypes(info, device):
    expected = {
        "real floating": xp.float64,
        "complex floating": xp.complex128,
        "integral": xp.int64,
        "indexing": xp.int64,
    }
    assert info.default_dtypes() == info.default_dtypes(device=device) == expected
    assert xp.zeros(1, device=device).dtype is expected["real floating"]
    assert xp.asarray([1], device=device).dtype is expected["integral"]
    assert xp.argmax(xp.ones(2)).dtype is expected["indexing"]
    assert xp.searchsorted(xp.ones(2), xp.ones(2)).dtype is expected["indexing"]


def test_the_default_follows_the_backend_in_force(info, device):
    name = device.backend.name
    with xp.use_backend(name):
        assert info.devices()[0] == device
        assert all(str(d).partition(":")[0] == name for d in info.devices())
        assert info.default_device() == device
    assert info.default_device() == "cpu"


def test_a_device_without_a_dtype_says_so(device):
    if holds(device, "float32"):
        assert xp.zeros(2, dtype=xp.float32, device=device).dtype is xp.float32
        return
    with pytest.raises(TypeError, match="dependent has no float32, only bool, int64, float64"):
        xp.zeros(2, dtype=xp.float32, device=device)


def test_names():
    assert set(dir(xp.linalg)) >= set(xp.linalg.__all__)
    for namespace in (xp, xp.linalg, xp.fft):
        for name in namespace.__all__:
            assert name in vars(namespace), name
            value = getattr(namespace, name)
            if inspect.isroutine(value):
                assert value.__name__ == name
                assert value.__doc__.strip().endswith(".")
                assert (value.__module__ or "").startswith("arrayforge")
