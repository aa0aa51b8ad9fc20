"""The kit: assertions, comparisons of backends, and the check of a backend."""

import re
import types
from pathlib import Path

import numpy as np
import pytest

import arrayforge as xp
from arrayforge import _core, registry
from arrayforge.backend import HOST_FUNCTIONS
from arrayforge.testing import (
    assert_close,
    assert_equal,
    assert_same_kind,
    check_backend,
    compare_backends,
)
from arrayforge.testing._check_functions import _wrong_result, calls
from arrayforge.testing._distances import distances, worst
from arrayforge.testing._side_by_side import device_for

# -- Distances

FLOATS = ("float16", "float32", "float64")


@pytest.mark.parametrize("dtype", FLOATS)
def test_neighbours_are_one_ulp_apart(dtype):
    values = np.asarray([0.0, 1.0, -1.0, 1e-3, -3.0, np.finfo(dtype).max], dtype=dtype)
    with np.errstate(over="ignore"):
        above = np.nextafter(values, np.asarray(np.inf, dtype=dtype))
    assert above[-1] == np.inf
    found = distances(xp.asarray(values), xp.asarray(above))
    assert found.tolist() == [1] * 6


@pytest.mark.parametrize("dtype", [*FLOATS, "bfloat16"])
def test_distances_count_the_numbers_in_between(dtype):
    kind = getattr(xp, dtype)
    x = xp.asarray([-1.0, 1.0, 1.0, -0.0, xp.nan, xp.nan, xp.inf], dtype=kind)
    y = xp.asarray([1.0, 1.0, 2.0, 0.0, xp.nan, 1.0, xp.inf], dtype=kind)
    steps = round(1 / xp.finfo(kind).eps)
    found = distances(x, y).tolist()
    assert found[1:] == [0, steps, 1, 0, 2**64 - 1, 0]
    assert found[0] == 2 * distances(xp.zeros(1, dtype=kind), x[1:2]).item() + 1


def test_distances_of_whole_numbers_do_not_overflow():
    for dtype in ("int8", "int64", "uint64"):
        info = xp.iinfo(getattr(xp, dtype))
        ends = [xp.asarray([v], dtype=getattr(xp, dtype)) for v in (info.min, info.max)]
        assert distances(*ends).item() == info.max - info.min
    assert distances(xp.asarray([True, False]), xp.asarray([True, True])).tolist() == [0, 1]


def test_complex_numbers_are_as_far_apart_as_their_farther_parts():
    x = xp.asarray([1 + 1j, 1 + 1j])
    y = xp.asarray([complex(1, np.nextafter(1, 2)), complex(np.nextafter(1, 0), 1)])
    assert distances(x, y).tolist() == [1, 1]
    assert worst(x[:0], y[:0]) == 0


# -- Assertions


def test_equal_arrays_pass(device):
    x = xp.asarray([1.0, float("nan")], device=device)
    assert_equal(x, xp.asarray([1.0, float("nan")], device=device))
    assert_close(x, xp.asarray([1.0 + 1e-9, float("nan")], device=device))
    assert_same_kind(x, x + 1)
    assert_equal(xp.zeros((0, 2), device=device), xp.ones((0, 2), device=device))


DIFFERENT = {
    "expected is no arrayforge array but numpy.ndarray": lambda x: np.asarray([1.0, 2.0]),
    "expected is no arrayforge array but list": lambda x: [1.0, 2.0],
    "the dtype differs, actual float64, expected float32": lambda x: xp.astype(x, xp.float32),
    r"the shape differs, actual \(2,\), expected \(1, 2\)": lambda x: x[None, :],
}


@pytest.mark.parametrize("message", DIFFERENT)
@pytest.mark.parametrize("check", [assert_equal, assert_close, assert_same_kind])
def test_what_differs_in_kind_is_named(check, message):
    x = xp.asarray([1.0, 2.0])
    with pytest.raises(AssertionError, match=rf"^{check.__name__}\(\): {message}"):
        check(x, DIFFERENT[message](x))


def test_arrays_on_two_devices_are_not_equal(on):
    with pytest.raises(AssertionError, match="the device differs, actual mutable, expected cpu"):
        assert_equal(on("mutable", [1.0]), xp.asarray([1.0]))


def test_a_difference_shows_places_values_and_ulps(device):
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0]], device=device)
    y = xp.asarray([[1.0, 2.0], [np.nextafter(3.0, 4.0), 5.0]], device=device)
    with pytest.raises(AssertionError) as caught:
        assert_equal(x, y)
    text = str(caught.value)
    assert text.startswith("assert_equal(): 2 of 4 elements differ\n")
    assert re.search(r"\(1, 0\) +3.0  3.0000000000000004  1 ulp\n", text)
    assert "1125899906842624 ulps" in text
    with pytest.raises(AssertionError, match=r"1 of 4 elements differ\n(.|\n)*rtol 1.5e-08, atol"):
        assert_close(x, y)


def test_the_farthest_difference_is_shown_beside_the_first():
    x = xp.zeros(100)
    y = xp.asarray([1e-9] * 99 + [1.0])
    with pytest.raises(AssertionError, match=r"\(4,\)(.|\n)*\(99,\)") as caught:
        assert_equal(x, y)
    assert "(5,)" not in str(caught.value)


def test_tolerances_follow_the_dtype():
    for dtype, step in (("float64", 1e-9), ("float32", 1e-4), ("float16", 0.02)):
        kind = getattr(xp, dtype)
        assert_close(xp.asarray([1 + step], dtype=kind), xp.asarray([1.0], dtype=kind))
        with pytest.raises(AssertionError):
            assert_close(xp.asarray([1 + 50 * step], dtype=kind), xp.asarray([1.0], dtype=kind))
    with pytest.raises(AssertionError, match="off by 1"):
        assert_close(xp.asarray([2**60]), xp.asarray([2**60 + 1]))
    assert_close(xp.asarray([2**60]), xp.asarray([2**60 + 1]), rtol=1e-6)
    assert_close(xp.asarray([0], dtype=xp.uint8), xp.asarray([1], dtype=xp.uint8), atol=1)
    assert_close(xp.asarray([1j]), xp.asarray([1j + 1e-10]))


def test_infinity_is_close_to_itself_alone():
    infinite = xp.asarray([xp.inf])
    assert_close(infinite, infinite, rtol=1.0)
    for other in (-xp.inf, 1e308, xp.nan):
        for pair in ((infinite, xp.asarray([other])), (xp.asarray([other]), infinite)):
            with pytest.raises(AssertionError):
                assert_close(*pair, rtol=1.0)


def test_assertions_hold_under_strict():
    with xp.strict():
        assert_equal(xp.asarray([1.0]), xp.asarray([1.0]))
        with pytest.raises(AssertionError, match="2 of 2"):
            assert_equal(xp.asarray([1.0, 2.0]), xp.asarray([2.0, 3.0]))


# -- Comparison of backends


class Crooked:
    """The miniature over NumPy with some functions that are wrong."""

    name = "crooked"

    def __init__(self, mutable):
        self.base = mutable
        wrong = {
            "exp": lambda x: np.nextafter(np.exp(x), np.inf),
            "floor": lambda x: np.floor(x) + (x == 2.5),
            "bitwise_xor": lambda x1, x2: np.bitwise_xor(x1, x2) + 1,
            "sum": lambda x, **options: np.sum(x, **options).astype("float32"),
            "flip": self.refuse,
        }
        self.namespace = types.SimpleNamespace(**{**vars(np), **wrong})
        self.devices = lambda: ["crooked"]

    def refuse(self, x, **options):
        raise ValueError("no mirrors")

    def describe(self, raw):
        return raw.dtype.name, raw.shape, "crooked"

    def __getattr__(self, name):
        return getattr(self.base, name)


@pytest.fixture
def crooked(on):
    base = on("mutable", [0]).device.backend.implementation
    if "crooked" not in registry._loaded:
        registry._loaded["crooked"] = _core.Backend(Crooked(base))
    return _core._intern_device("crooked", registry._loaded["crooked"])


def crooked_against_cpu(fn, *args, **options):
    return compare_backends(fn, *args, backends=("cpu", "crooked"), **options)


def line_of(text):
    lines = Path(__file__).read_text().splitlines()
    return next(i for i, line in enumerate(lines, 1) if line.strip() == text)


def test_the_first_difference_names_operation_operands_and_line(crooked):
    def program(x, scale):
        y = x * scale["by"] + 1.0
        z = xp.exp(y)
        return xp.floor(z)

    result = crooked_against_cpu(program, np.asarray([[1.0, 2.0]]), {"by": 2.0})
    assert not result.agree
    assert result.operations == 3
    assert result.value is None
    found = result.first_difference
    assert (found.operation, found.kind, found.ulps) == ("exp", "value", 1)
    assert found.operands == ("float64 (1, 2)",)
    assert found.backends == ("cpu", "crooked")
    assert (found.filename, found.source) == (__file__, "z = xp.exp(y)")
    assert found.line == line_of("z = xp.exp(y)")
    text = str(result)
    assert text.startswith("cpu and crooked differ in operation 3: exp(float64 (1, 2))\n")
    assert f"{__file__}:{found.line}: z = xp.exp(y)" in text
    assert "2 of 2 elements differ" in text
    assert "at (0, 0): cpu 20.085536923187668, crooked 20.08553692318767: 1 ulp" in text


def test_a_tolerance_lets_rounding_pass_and_equalizes(crooked):
    def program(x):
        for _ in range(4):
            x = xp.exp(x) / 20.0
        return x

    result = crooked_against_cpu(program, xp.asarray([0.5]), ulps=1)
    assert result.agree
    assert result.largest_ulps == 1
    assert "at most 1 ulps apart" in str(result)
    assert_equal(result.value, program(xp.asarray([0.5])))


def test_outside_a_comparison_an_engine_s_error_is_raised(crooked):
    device = device_for((_core._cpu, crooked))
    x = xp.asarray([1.0, 2.0], device=device)
    with pytest.raises(ValueError, match="no mirrors"):
        xp.flip(x)
    assert xp.exp(x).device == "cpu|crooked"


def test_whole_numbers_have_no_tolerance(crooked):
    assert crooked_against_cpu(xp.floor, xp.asarray([2.5, 1.5]), ulps=2**53).agree
    result = crooked_against_cpu(lambda x: x ^ 3, xp.asarray([4, 5]), ulps=2**53)
    assert result.first_difference.ulps == 1
    assert result.first_difference.operands == ("int64 (2,)", "3")
    assert "at (0,): cpu 7, crooked 8: off by 1" in str(result)


def test_an_engine_that_keeps_no_plan_is_named(crooked):
    found = crooked_against_cpu(xp.sum, xp.asarray([4.0, 5.0])).first_difference
    assert (found.operation, found.kind, found.ulps) == ("sum", "error", None)
    assert "sum(): backend crooked returned float32 of shape ()" in found.details


def test_errors_and_dtypes_are_compared(crooked):
    result = crooked_against_cpu(xp.flip, xp.asarray([1.0, 2.0]))
    assert result.first_difference.kind == "error"
    assert "crooked  raised ValueError: no mirrors" in str(result)
    assert "cpu      returned float64 (2,)" in str(result)


def test_errors_of_all_are_the_function_s_own(crooked):
    def program(x):
        try:
            x[5]
        except IndexError:
            return x + 1.0
        return x

    assert crooked_against_cpu(program, xp.asarray([1.0])).agree
    with pytest.raises(xp.ShapeError):
        crooked_against_cpu(lambda x: x + xp.zeros(3), xp.zeros(2))


def test_code_that_swallows_everything_hides_nothing(crooked):
    def program(x):
        try:
            xp.exp(x)
        except BaseException:
            return xp.floor(x)

    assert crooked_against_cpu(program, xp.asarray([2.5])).first_difference.operation == "exp"


def everything(x, parts):
    """Views, writes through them, branches, selections and results of several arrays."""
    first, (mask, name) = parts["first"], parts["rest"]
    assert name == "n"
    y = xp.reshape(xp.asarray(x, copy=True), (2, 3))
    row = y[1, :]
    row += first
    y[0, 1] = 9.0
    y[xp.asarray([[True, False, True], [False, False, False]])] = -1.0
    if float(xp.sum(y)) > 0 and mask[0]:
        y = y.T @ y
    values, inverse = xp.unique_inverse(y)
    for i in range(int(xp.max(inverse)) + 1):
        values[i] /= 2
    w = xp.fft.fft(values) * xp.zeros(values.shape[0], device=values.device, dtype=x.dtype)
    parts = xp.linalg.slogdet(y + 3 * xp.eye(3))
    joined = xp.concat((xp.where(values > 1, values, xp.nan), parts.sign[None]))
    return {"a": [w, joined], "b": (xp.take(joined, xp.asarray([0, -1])), y.mT, 7)}


ARGUMENTS = (
    np.arange(6.0),
    {"first": xp.asarray([0.5, 0.25, 1.0]), "rest": (np.asarray([True, False]), "n")},
)


@pytest.mark.parametrize("other", ["numpy", "mutable", "wrapping"])
def test_a_whole_program_agrees(on, other):
    if other != "numpy":
        on(other, [0.0])
    result = compare_backends(everything, *ARGUMENTS, backends=("cpu", other))
    assert result.agree, str(result)
    assert result.operations > 30
    expected = everything(xp.asarray(ARGUMENTS[0]), ARGUMENTS[1])
    assert list(result.value) == ["a", "b"]
    for found, wanted in zip(result.value["a"], expected["a"], strict=True):
        assert_equal(found, wanted)
    assert_equal(result.value["b"][0], expected["b"][0])
    assert result.value["b"][2] == 7


def test_a_write_that_views_do_not_see_is_found(on):
    """An engine whose arrays never change keeps no views."""

    def program(x):
        view = x[1:]
        view += 1.0
        return x * 2.0

    on("immutable", [0.0])
    result = compare_backends(program, np.zeros(3), backends=("cpu", "immutable"))
    assert result.first_difference.operation == "multiply"
    assert result.first_difference.source == "return x * 2.0"


def test_arguments_are_left_alone(on):
    x = xp.asarray([1.0, 2.0])
    given = np.asarray([1.0, 2.0])

    def program(a, b):
        a += 1.0
        b += 1.0
        return a + b

    assert compare_backends(program, x, given).agree
    assert x.tolist() == given.tolist() == [1.0, 2.0]


def test_the_elements_of_empty_arrays_are_not_compared():
    def program():
        x = xp.empty((50, 50))
        y = xp.empty_like(x)
        return x + y

    assert compare_backends(program).agree


def test_more_than_two_backends(on, crooked):
    on("mutable", [0.0])
    result = compare_backends(xp.exp, xp.ones(2), backends=("numpy", "mutable", "crooked"))
    assert result.first_difference.backends == ("numpy", "crooked")
    assert str(result).startswith("numpy and mutable and crooked differ in operation 1")


def test_nothing_is_in_force_after_a_comparison(crooked):
    crooked_against_cpu(xp.exp, xp.ones(2))
    assert xp.zeros(1).device == "cpu"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"backends": ("cpu",)}, "at least two backends"),
        ({"backends": "cpu"}, "at least two backends"),
        ({"ulps": -1}, "must not be negative"),
        ({"ulps": float("nan")}, "must not be negative"),
    ],
)
def test_bad_arguments_of_comparisons(options, message):
    with pytest.raises(ValueError, match=message):
        compare_backends(xp.exp, xp.ones(1), **options)
    with pytest.raises(ImportError, match="nowhere"):
        compare_backends(xp.exp, xp.ones(1), backends=("cpu", "nowhere"))


# -- The check of a backend


def miniature(on, name):
    return on(name, [0]).device.backend


@pytest.mark.parametrize("name", ["mutable", "immutable", "wrapping"])
def test_miniatures_have_no_problems(on, name):
    assert check_backend(miniature(on, name)) == []
    assert check_backend("cpu") == []


def test_numpy_has_no_problems():
    assert check_backend("numpy") == []


def test_host_functions_need_a_reason(on):
    problems = check_backend(miniature(on, "dependent"))
    about = {line.partition(":")[0] for line in problems}
    assert about <= {f"namespace.{name}" for name in HOST_FUNCTIONS}


def test_the_samples_name_every_function():
    everything = {"bool", "int64", "float64", "complex64", "complex128"}
    found = {name for d in everything for name, _ in calls(getattr(xp, d), list(everything))}
    # What takes no array of the engine, or nothing else than what is tried beside it.
    rest = {"from_dlpack", "can_cast", "finfo", "iinfo", "isdtype", "result_type"}
    rest |= {"broadcast_shapes", "linalg.matmul", "linalg.matrix_transpose", "linalg.tensordot"}
    rest |= {"linalg.vecdot"}
    public = set()
    for space, prefix in ((xp, ""), (xp.linalg, "linalg."), (xp.fft, "fft.")):
        names = [n for n in space.__all__ if n[0] != "_" and callable(getattr(space, n))]
        public |= {prefix + n for n in names if not isinstance(getattr(space, n), type)}
    assert found | rest == public | {"astype"}
    assert not found & rest


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float32", "bfloat16", "complex64"])
def test_the_samples_suit_the_native_engine(dtype):
    held = [dtype, "complex64", "complex128"]
    for name, (args, named) in calls(getattr(xp, dtype), held):
        assert _wrong_result(_core._cpu, name, args, named, dtype) is None


def broken(base, label, namespace=None, **members):
    """The miniature over NumPy with some members replaced, or missing where they are None."""
    space = types.SimpleNamespace(**{**vars(np), **(namespace or {})})
    kept = {n: getattr(base, n) for n in dir(base) if n[:1] != "_"}
    kept |= {"name": label, "devices": lambda: [label], "namespace": space}
    kept["describe"] = lambda raw: (raw.dtype.name, raw.shape, label)
    kept |= members
    return types.SimpleNamespace(**{n: m for n, m in kept.items() if m is not None})


def wrong_copy(array, device):
    return np.array(memoryview(array)) + (np.array(memoryview(array)).dtype == "int16")


BROKEN = {
    "no_item": ({"item": None}, [r"item: required, and missing"]),
    "not_callable": ({"getitem": 3}, [r"getitem\(\): not callable"]),
    "no_devices": ({"devices": list}, [r"devices\(\): expected at least one device"]),
    "other_device": (
        {"devices": lambda: ["elsewhere"]},
        [r"devices\(\): a device is called other_device or other_device:\.\.\., got elsewhere"],
    ),
    "strange_dtype": (
        {"dtypes": lambda device: dict.fromkeys(("bool", "int64", "float32", "int7"))},
        [r"dtypes\(\) of strange_dtype: expected names of .* got int7"],
    ),
    "few_dtypes": (
        {"dtypes": lambda device: {"bool": np.dtype("bool")}},
        [r"dtypes\(\) of few_dtypes: every device needs int64 and float32 or float64"],
    ),
    "no_exp": ({"namespace": {"exp": None}}, [r"namespace.exp: a primitive, and missing"]),
    "no_real": ({"namespace": {"real": None}}, [r"namespace.real: a primitive, and missing"]),
    "wrong_copy": (
        {"from_host": wrong_copy},
        [r"to_host\(\) of int16: shape \(\): values changed on the way"],
    ),
    "flat": (
        {"describe": lambda raw: (raw.dtype.name, (raw.size,), "flat")},
        [r"describe\(\) of bool: shape \(\): expected bool \(\), got bool \(1,\)"],
    ),
    "wrong_item": (
        {"item": lambda raw: float(raw.real)},
        [r"item\(\) of int8: shape \(\): expected 4, got 4.0 \(float\)"],
    ),
    "no_masks": (
        {"getitem": lambda raw, key: np.asarray(raw[1 if len(key) == 1 else key])},
        [r"getitem\(\) of x\[mask\]: "],
    ),
    "forgetful": (
        {"setitem": lambda raw, key, value: np.asarray(raw)},
        [r"setitem\(\) of x\[1\]: a scalar assigned: expected \["],
    ),
    "wrong_sort": (
        {"namespace": {"argsort": lambda x, **options: np.argsort(x, kind="stable") * 0}},
        [r"namespace.argsort of uint8: expected \[1, 3, 2, 0\], got \[0, 0, 0, 0\]"],
    ),
    "wide": (
        {"namespace": {"sqrt": lambda x: np.sqrt(x).astype("float64")}},
        [r"namespace.sqrt of float32: raised NotImplementedError: sqrt\(\): backend wide returned"],
    ),
    "wrong_values": (
        {"namespace": {"sin": np.cos}},
        [r"namespace.sin of float64: expected \[0.68"],
    ),
}


@pytest.mark.parametrize("label", BROKEN)
def test_each_problem_names_the_member(on, label):
    changes, expected = BROKEN[label]
    problems = check_backend(broken(miniature(on, "mutable").implementation, label, **changes))
    text = "\n".join(problems)
    for pattern in expected:
        assert any(re.match(pattern, line) for line in problems), text


def test_a_problem_of_one_function_is_no_problem_of_others(on):
    changes = {"namespace": {"sin": np.cos, "tan": lambda x: 1 / 0}}
    problems = check_backend(broken(miniature(on, "mutable").implementation, "two", **changes))
    assert {line.partition(" ")[0] for line in problems} == {"namespace.sin", "namespace.tan"}
    assert any("raised ZeroDivisionError: division by zero" in line for line in problems)


def test_a_device_of_another_backend_is_refused(on):
    base = miniature(on, "mutable").implementation
    impostor = broken(base, "mutable")
    assert check_backend(impostor) == [
        "devices() of mutable: another backend has a device of that name"
    ]


def test_an_unknown_backend_is_an_error():
    with pytest.raises(ImportError, match="nowhere"):
        check_backend("nowhere")


def test_the_kit_needs_no_numpy(run_python):
    code = """
import sys
import arrayforge as xp
from arrayforge import testing
testing.assert_equal(xp.asarray([1.0]), xp.asarray([1.0]))
testing.compare_backends(xp.exp, xp.asarray([1.0]), backends=("cpu", "cpu"))
assert "numpy" not in sys.modules
"""
    done = run_python(code)
    assert done.returncode == 0, done.stderr
