"""What arrays look like as text: NumPy's numbers, the dtype, the device where it is not the cpu."""

import re

import numpy as np
import pytest
from values import EVERY, SHAPES, STANDARD, array, layouts, lives_on, needs, numbers

import arrayforge as xp

INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1, 2, 3], "Array([1, 2, 3], dtype=int64)"),
        ([1.0, 2.5], "Array([1. , 2.5], dtype=float64)"),
        ([True, False], "Array([ True, False], dtype=bool)"),
        (3.0, "Array(3., dtype=float64)"),
        ([NAN, INF, -INF], "Array([ nan,  inf, -inf], dtype=float64)"),
        ([1 + 2j], "Array([1.+2.j], dtype=complex128)"),
        ([], "Array([], dtype=float64)"),
        ([[], []], "Array([], shape=(2, 0), dtype=float64)"),
        ([1e300, 1.0], "Array([1.e+300, 1.e+000], dtype=float64)"),
        ([0.1, 1 / 3], "Array([0.1       , 0.33333333], dtype=float64)"),
        ([[1, 2], [3, 4]], "Array([[1, 2],\n       [3, 4]], dtype=int64)"),
        ([-0.0], "Array([-0.], dtype=float64)"),
    ],
)
def test_repr(values, text):
    assert repr(xp.asarray(values)) == text


def read(text):
    """The numbers in a text, in order."""
    pattern = r"[-+]?(?:nan|inf|\d+\.?\d*(?:e[-+]\d+)?)"
    return [float(number) for number in re.findall(pattern, text)]


@pytest.mark.parametrize("dtype", [d for d in EVERY if "complex" not in d and d != "bool"])
def test_the_numbers_can_be_read_back(dtype):
    for shape in SHAPES:
        for x, a in layouts(numbers(shape, dtype)):
            if a.size:
                assert read(str(x)) == a.astype("float64").reshape(-1).tolist()
                body = repr(x).rpartition(", dtype=")[0]
                assert read(body) == a.astype("float64").reshape(-1).tolist()
                assert repr(x).endswith(f"dtype={dtype})")


def test_numbers_have_eight_digits():
    values = np.random.default_rng(0).normal(size=200)
    np.testing.assert_allclose(read(str(xp.asarray(values))), values, atol=0.5e-8)
    small = (values * 1e-20).tolist()
    np.testing.assert_allclose(read(str(xp.asarray(small))), small, rtol=1e-8)
    single = values.astype("float32")
    np.testing.assert_allclose(read(str(xp.asarray(single))), single, atol=0.6e-8)


def test_the_device_is_named_where_it_is_another(device):
    x = xp.asarray([1.0], device=device)
    shown = "" if str(x.device) == "cpu" else f", device='{x.device}'"
    assert repr(x) == f"Array([1.], dtype=float64{shown})"
    assert lives_on(x, device)


def test_rows_are_aligned():
    x = xp.asarray(np.arange(40).reshape(2, 20) * 1001)
    lines = repr(x).splitlines()
    assert len(lines) > 2
    assert all(len(line) <= 100 for line in lines)
    assert all(line.startswith("       ") for line in lines[1:])
    assert read(repr(x).rpartition(", dtype=")[0]) == (np.arange(40) * 1001).tolist()


LAYOUTS = [
    (1,),
    (7,),
    (23,),
    (24,),
    (60,),
    (300,),
    (1000,),
    (1001,),
    (2, 2),
    (3, 30),
    (50, 2),
    (1, 1, 1),
    (2, 3, 4),
    (2, 2, 25),
    (2, 1, 2, 3),
    (40, 40),
    (2, 600),
    (600, 2),
    (12, 10, 10),
    (),
    (0,),
    (2, 0),
]


@pytest.mark.parametrize("shape", LAYOUTS)
@pytest.mark.parametrize("dtype", STANDARD)
def test_the_layout_is_numpys(shape, dtype):
    values = np.random.default_rng(5).integers(0, 100, size=shape)
    sources = [values.astype(dtype)]
    if dtype in ("float64", "complex128"):
        sources.append((values / 7).astype(dtype))
    for a in sources:
        x = xp.asarray(a)
        body = (
            np.array2string(a, separator=", ", prefix="Array(", suffix=")", max_line_width=75)
            if a.size
            else "[]"
        )
        facts = f"dtype={dtype})"
        if a.size > 1000 or shape == (2, 0):
            facts = f"shape={shape}, {facts}"
        last = len(("Array(" + body + ",").splitlines()[-1])
        space = " " if last + len(facts) + 1 <= 75 else "\n      "
        assert repr(x) == f"Array({body},{space}{facts}"
        if shape not in ((), (2, 0)):
            assert str(x) == np.array2string(a, max_line_width=75)


def test_huge_arrays_show_their_edges():
    x = xp.broadcast_to(xp.asarray([1.5]), (10**9,))
    assert repr(x) == (
        "Array([1.5, 1.5, 1.5, ..., 1.5, 1.5, 1.5],\n      shape=(1000000000,), dtype=float64)"
    )
    grid = xp.reshape(xp.arange(10**6), (1000, 1000))
    shown = read(str(grid))
    assert shown[:6] == [0, 1, 2, 997, 998, 999]
    assert len(shown) == 36
    assert str(grid).count("...") == 7


@pytest.mark.parametrize("dtype", STANDARD)
def test_a_single_value_is_the_bare_value(device, dtype):
    needs(device, dtype)
    source = np.asarray(3).astype(dtype)
    assert str(array(source, device)) == str(source.item())


def test_format():
    assert f"{xp.asarray(1.2345):.2f}" == "1.23"
    assert f"{xp.asarray(7):>4}" == "   7"
    assert f"{xp.asarray([1, 2])}" == "[1 2]"
