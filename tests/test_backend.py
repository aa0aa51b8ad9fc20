"""arrayforge.backend: the adapter, chained namespaces, and who computes what."""

import types

import numpy as np
import pytest
from every_function import COMPLEX_ONLY, VALUES, expressions, public_functions

import arrayforge as xp
from arrayforge import _core, registry
from arrayforge.backend import (
    API_VERSION,
    HOST_FUNCTIONS,
    PRIMITIVES,
    Adapter,
    Chain,
    Spec,
    coverage,
)


def outcome(expression, device):
    """The name of a function, and whether it got through without a transfer."""
    given = {n: xp.asarray(values, device=device) for n, values in VALUES.items()}
    try:
        with xp.no_transfers():
            eval("xp." + expression, {"xp": xp, "d": device} | given)
    except xp.DeviceError as error:
        return "no_transfers()" not in str(error)
    return True


def test_what_is_not_on_the_host_needs_no_transfer(on):
    """An engine of primitives: exactly the functions that coverage() calls host are refused."""
    device = on("dependent", [0]).device
    calls = {e.partition("(")[0]: e for e in expressions()}
    calls |= {name: f"{name}(m)" for name in COMPLEX_ONLY.split()}
    calls["linalg.matrix_norm"] = "linalg.matrix_norm(m, ord=2)"
    calls["linalg.matrix_power"] = "linalg.matrix_power(m, -1)"
    found = coverage("dependent")
    for name, expression in calls.items():
        assert outcome(expression, device) == (found[name] != "host"), name


def test_coverage_names_every_function_once(on):
    on("dependent", [0])
    found = coverage("dependent")
    assert set(found) == public_functions()
    assert {n for n, how in found.items() if how == "own"} >= set(PRIMITIVES)
    assert all(found[name] == "host" for name in HOST_FUNCTIONS)
    assert all(coverage("numpy")[name] == "own" for name in HOST_FUNCTIONS)
    assert coverage("cpu")["matmul"] == "own"
    assert found["matmul"] == "composite"
    assert found["finfo"] == "frontend"


def test_primitives_tell_how_they_are_called():
    for name, primitive in PRIMITIVES.items():
        assert primitive.signature[0] == "(", name
        assert primitive.relies_on, name
    table = {name: arity for name, arity, *_ in _core._op_table()}
    for name in set(table) & set(PRIMITIVES):
        assert PRIMITIVES[name].signature == ("(x)", "(x1, x2)")[table[name] - 1]


def test_a_chain_takes_the_first_that_has_a_name():
    library = types.SimpleNamespace(
        add=1, sub=2, mul=3, linalg=types.SimpleNamespace(inv=4, det=5, qr=6), fft=None
    )
    corrections = types.SimpleNamespace(sub=20, linalg=types.SimpleNamespace(det=50))
    chain = Chain(corrections, library, without=("mul", "linalg.qr"))
    assert (chain.add, chain.sub) == (1, 20)
    assert (chain.linalg.inv, chain.linalg.det) == (4, 50)
    for space, name in ((chain, "mul"), (chain, "pow"), (chain.linalg, "qr"), (chain, "__all__")):
        assert not hasattr(space, name)


class Plain(Adapter):
    name, library = "plain", np


class Corrected(Adapter):
    """NumPy with one function wrong, one missing, and one put right."""

    name, library = "corrected", np
    corrections = types.SimpleNamespace(negative=lambda x: x * 0, astype=lambda x, d: x.astype(d))
    without = ("stack", "mean")


@pytest.fixture
def adapted():
    def device(kind):
        if kind.name not in registry._loaded:
            backend = registry._loaded[kind.name] = _core.Backend(kind())
            _core._intern_device(kind.name, backend)
        return registry._loaded[kind.name]

    return device


def test_an_adapter_is_a_backend(adapted):
    assert adapted(Plain).implementation.api_version == API_VERSION
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0]], device="plain")
    assert x.device == "plain"
    y = x @ x + 1
    y[0] = 0.5
    assert y.tolist() == [[0.5, 0.5], [16.0, 23.0]]
    assert xp.sum(y[1:] > 20).item() == 1
    kinds = [xp.bool, xp.int8, xp.float32, xp.complex64]
    found = [xp.astype(x, kind)[0, 1] for kind in kinds]
    assert [bool(found[0]), int(found[1]), float(found[2]), complex(found[3])] == [True, 2, 2.0, 2]


def test_corrections_come_first_and_what_is_missing_is_composed(adapted):
    adapted(Corrected)
    x = xp.asarray([1.0, 2.0], device="corrected")
    assert (-x).tolist() == [0.0, 0.0]
    assert xp.mean(x).item() == 1.5
    assert coverage("corrected")["mean"] == "composite"
    assert coverage("corrected")["negative"] == "own"


def test_a_spec_says_what_is_missing():
    spec = Spec(
        "x", "no such engine", "arrayforge.backends.numpy.engine:BACKEND", modules=("nope",)
    )
    assert spec.probe() == "nope is not installed"
    assert spec._replace(modules=("numpy",)).probe() is None
    assert spec.load().name == "numpy"
