"""The short way to an engine: operands without a plan, operators in place, plain keys."""

import operator
from types import SimpleNamespace

import numpy as np
import pytest

import arrayforge as xp
from arrayforge import _core

ARITHMETIC = ("add", "subtract", "multiply", "divide", "floor_divide", "remainder", "pow")
BITS = ("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift")
COMPARISONS = ("less", "less_equal", "equal", "not_equal", "greater", "greater_equal")
UNARY = ("negative", "positive", "abs", "bitwise_invert")
SIGNS = {
    **dict(zip(ARITHMETIC, ("+", "-", "*", "/", "//", "%", "**"), strict=True)),
    **dict(zip(BITS, ("&", "|", "^", "<<", ">>"), strict=True)),
    **dict(zip(COMPARISONS, ("<", "<=", "==", "!=", ">", ">="), strict=True)),
    **dict(zip(UNARY, ("-", "+", "abs", "~"), strict=True)),
}

DTYPES = ("bool", "int64", "float32", "float64")


class Engine:
    """NumPy with getitem and setitem in C, which writes down what it is asked for."""

    name = "engine"
    devices = staticmethod(lambda: ["engine"])
    dtypes = staticmethod(lambda device: {n: np.dtype(n) for n in DTYPES})
    describe = staticmethod(lambda raw: (raw.dtype.name, raw.shape, "engine"))
    from_host = staticmethod(lambda array, device: np.array(memoryview(array)))
    to_host = staticmethod(np.asarray)
    item = staticmethod(lambda raw: raw.item())
    getitem = staticmethod(operator.getitem)
    setitem = staticmethod(operator.setitem)

    def __init__(self, **members):
        self.asked = []
        self.namespace = SimpleNamespace(
            astype=lambda x, dtype: np.asarray(x).astype(dtype),
            full=np.full,
            **{name: self.noted(name) for name in SIGNS},
        )
        self.__dict__.update(members)

    def noted(self, name):
        def call(*args):
            self.asked.append((name, args))
            return np.asarray(getattr(np, name)(*args))

        return call


@pytest.fixture
def engine(monkeypatch):
    """engine(**members): a fresh backend of that name with one device, "engine"."""

    def make(**members):
        made = Engine(**members)
        device = _core._intern_device(f"engine{id(made)}", _core.Backend(made))
        made.describe = lambda raw: (raw.dtype.name, raw.shape, device)
        made.array = lambda values, dtype=None: xp.asarray(values, dtype=dtype, device=device)
        return made

    return make


def evaluate(sign, *operands):
    names = dict(zip("ab", operands, strict=False))
    if len(operands) == 2:
        return eval(f"a {sign} b", names)
    return eval("abs(a)" if sign == "abs" else f"{sign}a", names)


def values(x):
    return np.asarray(x.to_device("cpu")).tolist()


@pytest.mark.parametrize("name", SIGNS)
def test_operators_and_functions_reach_the_engine_s_function(engine, name):
    dtype = xp.int64 if name.startswith("bitwise") else xp.float64
    quick = engine()
    operands = ([1, 2, 3], [3, 2, 1])[: 1 if name in UNARY else 2]
    expected = evaluate(SIGNS[name], *(xp.asarray(x, dtype=dtype, device="cpu") for x in operands))
    given = [quick.array(x, dtype) for x in operands]
    with xp.checked():
        for result in (evaluate(SIGNS[name], *given), getattr(xp, name)(*given)):
            assert result.dtype is expected.dtype
            assert values(result) == values(expected)
    assert [called for called, _ in quick.asked] == [name] * 2


SCALARS = {
    ("float64", 0.1): 0.1,
    ("float64", 2): 2.0,
    ("float64", True): 1.0,
    ("int64", 7): 7,
    ("int64", True): 1,
    ("bool", True): True,
    ("float32", 0.1): float(np.float32(0.1)),
}


@pytest.mark.parametrize(("dtype", "scalar"), SCALARS)
def test_a_scalar_has_the_value_that_it_has_in_the_dtype(engine, dtype, scalar):
    quick = engine()
    x = quick.array([1, 0], getattr(xp, dtype))
    equal = (x == scalar, scalar == x)
    assert [values(result) for result in equal] == [[scalar == 1, False]] * 2
    for _, arguments in quick.asked:
        (given,) = (a for a in arguments if not isinstance(a, np.ndarray))
        assert type(given) is type(SCALARS[dtype, scalar])
        assert given == SCALARS[dtype, scalar]


def test_a_scalar_that_does_not_fit_is_refused(engine):
    x = engine().array([1, 2], xp.int64)
    with pytest.raises(OverflowError, match=r"add\(\)"):
        x + 2**63
    with pytest.raises(OverflowError, match=r"add\(\)"):
        x += 2**63
    assert values(x < 2**63) == [True, True]


@pytest.mark.parametrize("name", ["plus", "sqrt", "sum", "less", "negative"])
def test_an_operator_that_does_not_exist_is_refused_by_name(engine, name):
    with pytest.raises(ValueError, match=rf"backend engine: inplace_operators names {name}"):
        engine(inplace_operators=("add", name))


LIES = {
    "dtype": (lambda a, b: np.add(a, b).astype("int64"), "returned int64 of shape"),
    "shape": (lambda a, b: np.add(a, b)[:1], r"float64 of shape \(1,\)"),
}


class Lying(np.ndarray):
    def __iadd__(self, other):
        return np.add(self, other)[:1]


@pytest.mark.parametrize("lie", LIES)
def test_checked_sees_what_a_function_returns_on_the_short_way(engine, lie):
    false = engine()
    false.namespace.add, message = LIES[lie]
    x = false.array([1.0, 2.0])
    assert (x + x).shape == (2,)
    with xp.checked():
        for statement in (lambda: x + x, lambda: x + 1, lambda: xp.add(1.0, x)):
            with pytest.raises(NotImplementedError, match=rf"add\(\): .*{message}"):
                statement()


def test_checked_sees_what_an_operator_in_place_returns(engine):
    false = engine(inplace_operators=("add",))
    false.from_host = lambda array, device: np.array(memoryview(array)).view(Lying)
    x = false.array([1.0, 2.0])
    with xp.checked():
        with pytest.raises(NotImplementedError, match=r"float64 of shape \(1,\), the plan is"):
            x += x


def test_an_operator_in_place_writes_into_the_payload(engine):
    quick = engine(inplace_operators=tuple(ARITHMETIC + BITS))
    x = quick.array([1.0, 2.0, 3.0])
    view, payload, version = x[1:], x._raw, x._version
    x += 1
    x *= x
    x -= quick.array([1.0, 1.0, 1.0])
    assert x._raw is payload
    assert x._version == view._version == version + 3
    assert values(view) == [8.0, 15.0]
    assert quick.asked == []


def test_in_place_what_overlaps_is_computed_first(engine):
    quick = engine(inplace_operators=("add",))
    x = quick.array([1.0, 2.0, 3.0, 4.0])
    tail = x[1:]
    tail += x[:-1]
    assert [name for name, _ in quick.asked] == ["add"]
    assert values(x) == [1.0, 3.0, 5.0, 7.0]
    z = quick.array(2.0)
    z += z
    assert [name for name, _ in quick.asked] == ["add"] * 2
    assert values(z) == 4.0


def test_in_place_the_dtype_of_the_target_stays(engine):
    quick = engine(inplace_operators=("add",))
    x = quick.array([1, 2], xp.float32)
    x += quick.array([0.5, 1.5], xp.float64)
    assert x.dtype is xp.float32
    assert values(x) == [1.5, 3.5]
    assert x._raw.dtype == np.float32


def test_where_views_do_not_alias_the_result_is_taken_over(engine):
    def refuse(raw, key, value):
        raise AssertionError("setitem was called")

    frozen = engine(views_alias=False, setitem=refuse)
    frozen.namespace.matmul = np.matmul
    x = frozen.array([[1.0, 2.0], [3.0, 4.0]])
    same, view, version = x, x[0], x._version
    x += 1
    x -= frozen.array([[1.0], [1.0]])
    x *= frozen.array([2, 2], xp.int64)
    x @= frozen.array([[0.0, 1.0], [1.0, 0.0]])
    assert same is x
    assert x._version == version + 4
    assert values(x) == [[4.0, 2.0], [8.0, 6.0]]
    assert values(view) == [1.0, 2.0]
    narrow = frozen.array([1, 2], xp.float32)
    narrow += frozen.array([0.5, 1.5], xp.float64)
    assert narrow._raw.dtype == np.float32


def test_setitem_may_return_nothing(engine):
    x = engine().array([1.0, 2.0, 3.0])
    view = x[1:]
    x[1] = 5
    x[2:] = x[:1]
    assert values(view) == [5.0, 1.0]
    assert x._version == 2


def test_an_element_is_a_view(engine):
    x = engine().array([[1.0, 2.0], [3.0, 4.0]])
    elements = (x[0, 1], x[..., 0, 1], x[xp.asarray(0, device=x.device), 1], x[0][1], x[0, 1][()])
    x[0, 1] = 7
    for element in elements:
        assert type(element._raw) is np.ndarray
        assert float(element) == 7.0


KEYS = (
    "0 | -1 | 0, 1 | ..., -1 | None | ... | () | :, -1 | ::-1 | 5: | -1:0:-1 | None, 0, None, ..."
    " | 1:, ::2, None | ..., ::-2 | 1, ... | :, None, : | True | 0, None | -2:-1, 0 | :-1"
)


@pytest.mark.parametrize("key", KEYS.split(" | "))
def test_keys_reach_the_engine_as_the_contract_says(engine, key):
    seen = []
    noting = engine(getitem=lambda raw, key: seen.append(key) or raw[key])
    data = np.arange(6.0).reshape(2, 3)
    picked = eval(f"noting.array(data)[{key}]", {"noting": noting, "data": data})
    assert values(picked) == eval(f"data[{key}]", {"data": data}).tolist()
    (key,) = seen
    assert type(key) is tuple
    axes = sum(type(item) in (int, slice) for item in key)
    assert axes == 2 or any(item is ... for item in key) or key == (True,)
    for item in key:
        if type(item) is slice:
            assert item.step is not None
            assert item.start >= 0
            assert item.stop is None or item.stop >= 0
        else:
            assert item is None or item is ... or item is True or item >= 0


def test_strict_mode_holds_on_the_short_way(engine):
    x = engine().array([[1.0, 2.0], [3.0, 4.0]])
    with xp.strict():
        for key in (0, (slice(0, 9), 0)):
            with pytest.raises(xp.StrictError):
                x[key]
            with pytest.raises(xp.StrictError):
                x[key] = 1.0
        with pytest.raises(xp.StrictError):
            engine().array([1, 2], xp.int64) + 0.5
