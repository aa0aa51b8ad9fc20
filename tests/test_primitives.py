"""What an engine must have: the list is enough for the whole standard, and no line is spare."""

import types

import numpy as np
import op_reference as ref
import pytest
from every_function import COMPLEX_ONLY, VALUES, expressions, public_functions

import arrayforge as xp
from arrayforge import _core
from arrayforge.backend import COMPLEX_PRIMITIVES, PRIMITIVES


def assert_same(found, expected):
    assert type(found) is type(expected)
    if isinstance(found, xp.Array):
        assert found.dtype is expected.dtype
        pair = [np.asarray(x.to_device("cpu")) for x in (found, expected)]
        np.testing.assert_allclose(*pair, rtol=1e-12, atol=1e-12, strict=True)
    elif isinstance(found, tuple):
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert found == expected


def test_the_tables_name_every_function():
    composed = {expression.partition("(")[0] for expression in expressions()}
    assert not composed & {*PRIMITIVES, *COMPLEX_ONLY.split()}
    assert composed | {*PRIMITIVES, *COMPLEX_ONLY.split()} == public_functions()
    assert set(COMPLEX_PRIMITIVES) < composed


@pytest.mark.parametrize("expression", expressions())
def test_an_engine_of_primitives_has_the_rest(on, expression):
    device = on("dependent", [0]).device
    assert set(vars(device.backend.implementation.namespace)) == set(PRIMITIVES)
    results = []
    for place in (device, "cpu"):
        given = {n: xp.asarray(values, device=place) for n, values in VALUES.items()}
        results.append(eval("xp." + expression, {"xp": xp, "d": place} | given))
    assert_same(*results)


@pytest.mark.parametrize("name", COMPLEX_ONLY.split())
def test_what_needs_complex_numbers_says_so(on, name):
    module, _, function = name.partition(".")
    x = on("dependent", [[2.0, 1.0], [1.0, 3.0]])
    with pytest.raises(TypeError, match="dependent has no complex128, only bool, int64, float64"):
        getattr(getattr(xp, module), function)(x)


def without(on, name):
    """An engine that lacks one of the primitives."""
    whole = type(on("dependent", [0]).device.backend.implementation)
    rest = {n: f for n, f in vars(whole.namespace).items() if n != name}

    class Lacking(whole):
        namespace = types.SimpleNamespace(**rest)

    Lacking.name = label = f"without_{name}"
    Lacking.devices = staticmethod(lambda: [label])
    Lacking.describe = staticmethod(lambda raw: (*whole.describe(raw)[:2], label))
    return _core._intern_device(label, _core.Backend(Lacking()))


@pytest.mark.parametrize("name", PRIMITIVES)
def test_nothing_is_composed_of_what_could_be_composed(on, name):
    device = without(on, name)
    function = getattr(xp, name)
    calls = {
        "full": lambda x: function((2,), 1.0, device=device),
        "astype": lambda x: function(x, xp.bool),
        "reshape": lambda x: function(x, (1, 2)),
        "permute_dims": lambda x: function(x, (0,)),
        "concat": lambda x: function((x, x)),
    }
    arity, accepts, _ = ref.OPS.get(name, (1, "all", ""))
    dtype = next(d for d in ("float64", "int64", "bool") if d in ref.ACCEPTED[accepts])
    x = xp.asarray([1, 0], dtype=getattr(xp, dtype)).to_device(device)
    call = calls.get(name, lambda x: function(*[x] * arity))
    message = rf"backend without_{name}: it lacks the primitive {name}\(\)"
    with pytest.raises(NotImplementedError, match=message):
        call(x)


@pytest.mark.parametrize("name", COMPLEX_PRIMITIVES)
def test_parts_of_complex_numbers_are_the_engine_s_own(name):
    class Complex:
        name = "complex_only"
        namespace = types.SimpleNamespace()
        devices = staticmethod(lambda: ["complex_only"])
        dtypes = staticmethod(lambda device: {"complex128": np.dtype("complex128")})
        describe = staticmethod(lambda raw: (raw.dtype.name, raw.shape, "complex_only"))
        from_host = staticmethod(lambda array, device: np.array(memoryview(array)))

    device = _core._intern_device("complex_only", _core.Backend(Complex()))
    x = xp.asarray([1j], dtype=xp.complex128, device=device)
    with pytest.raises(NotImplementedError, match=rf"it lacks the primitive {name}\(\)"):
        getattr(xp, name)(x)


HALVES = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994, -0.0, 0.0, 0.3, -0.3, -0.7, 1e300]
HALVES += [2.0**52 - 0.5, 2.0**52 + 1, 2.0**53 + 2, -(2.0**51) - 0.5, float("inf"), float("nan")]


def test_composed_rounding_is_to_even_and_keeps_signs(on):
    values = np.asarray([*HALVES, *np.random.default_rng(0).normal(0, 100, 500)])
    rounded = np.asarray(xp.round(on("dependent", values)).to_device("cpu"))
    np.testing.assert_array_equal(rounded, np.round(values))
    assert (np.signbit(rounded) == np.signbit(np.round(values))).all()
