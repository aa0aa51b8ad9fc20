"""Type promotion: the standard's table, NumPy's rule outside it, and strict mode."""

import itertools

import numpy as np
import op_reference as ref
import pytest

import arrayforge as xp

# The tables of the standard's chapter "Type Promotion Rules", row by column.
STANDARD_TABLES = [
    """
            int8  int16 int32 int64
    int8    int8  int16 int32 int64
    int16   int16 int16 int32 int64
    int32   int32 int32 int32 int64
    int64   int64 int64 int64 int64
    """,
    """
            uint8  uint16 uint32 uint64
    uint8   uint8  uint16 uint32 uint64
    uint16  uint16 uint16 uint32 uint64
    uint32  uint32 uint32 uint32 uint64
    uint64  uint64 uint64 uint64 uint64
    """,
    """
            uint8 uint16 uint32
    int8    int16 int32  int64
    int16   int16 int32  int64
    int32   int32 int32  int64
    int64   int64 int64  int64
    """,
    """
               float32   float64    complex64  complex128
    float32    float32   float64    complex64  complex128
    float64    float64   float64    complex128 complex128
    complex64  complex64 complex128 complex64  complex128
    complex128 complex128 complex128 complex128 complex128
    """,
    """
            bool
    bool    bool
    """,
]


def standard_rules():
    rules = {}
    for text in STANDARD_TABLES:
        header, *rows = [line.split() for line in text.strip().splitlines()]
        for row, *cells in rows:
            for column, result in zip(header, cells, strict=True):
                rules[row, column] = rules[column, row] = result
    return rules


RULES = standard_rules()
# float16 and bfloat16 extend the table of floats by the smallest dtype that holds both operands.
WIDER = {"float32": "float32", "float64": "float64", "complex64": "complex64"}
WIDER |= {"complex128": "complex128"}
for half in ref.HALF:
    RULES[half, half] = half
    RULES |= {(half, wide): wide for wide in WIDER} | {(wide, half): wide for wide in WIDER}
# What is outside the table and unknown to NumPy: the smallest dtype that holds both operands.
BFLOAT16 = {"bool": "bfloat16", "int8": "bfloat16", "uint8": "bfloat16", "float16": "float32"}
BFLOAT16 |= {"int16": "float32", "uint16": "float32"}
BFLOAT16 |= {"int32": "float64", "uint32": "float64", "int64": "float64", "uint64": "float64"}

PAIRS = list(itertools.product(ref.DTYPES, ref.DTYPES))


def promoted(first, second):
    if (first, second) in RULES:
        return RULES[first, second]
    if "bfloat16" in (first, second):
        return BFLOAT16[second if first == "bfloat16" else first]
    return np.promote_types(first, second).name


def array(name, shape=(2,)):
    return xp.ones(shape, dtype=getattr(xp, name))


def test_the_table_of_the_standard_is_complete():
    kinds = [("bool",), ref.INTEGER, ("float32", "float64", *ref.COMPLEX)]
    pairs = {pair for kind in kinds for pair in itertools.product(kind, kind)}
    mixed = {pair for pair in pairs if "uint64" in pair and pair[0][0] != pair[1][0]}
    assert {pair for pair in RULES if not set(pair) & set(ref.HALF)} == pairs - mixed


@pytest.mark.parametrize("first", ref.DTYPES)
def test_result_type(first):
    for second in ref.DTYPES:
        wanted = getattr(xp, promoted(first, second))
        a, b = getattr(xp, first), getattr(xp, second)
        assert xp.result_type(a, b) is wanted, (first, second)
        assert xp.result_type(array(first), b) is wanted, (first, second)
        assert xp.result_type(array(first), array(second)) is wanted, (first, second)


@pytest.mark.parametrize("first", ref.DTYPES)
def test_the_table_agrees_with_numpy(first):
    for second in ref.DTYPES:
        if "bfloat16" not in (first, second):
            assert promoted(first, second) == np.promote_types(first, second).name


@pytest.mark.parametrize("op", ref.BINARY)
def test_every_pair_in_every_operation(op):
    """The dtype, and the value at ones; an error exactly where the promoted dtype is refused."""
    function = getattr(xp, op)
    for first, second in PAIRS:
        a, b = array(first), array(second)
        common = promoted(first, second)
        computed = ref.input_dtype(op, common)
        if computed is None:
            with pytest.raises(TypeError, match=rf"^{op}\(\): expected .*{first} and {second}$"):
                function(a, b)
            continue
        result = function(a, b)
        assert result.dtype is getattr(xp, ref.result_dtype(op, computed)), (op, first, second)
        if first != second:
            ones = np.ones(2, ref.np_dtype(common))
            wanted = ref.expected(op, ones, ones)
            tolerance = ref.tolerance(op, computed)
            ref.assert_same(ref.host(result), wanted, tolerance, f"{op} {first} {second}")


def is_standard(op, first, second):
    return (first, second) in RULES and RULES[first, second] in ref.ACCEPTED[ref.OPS[op][1]]


@pytest.mark.parametrize("op", ref.BINARY)
def test_strict_mode_takes_the_standard_only(op):
    function = getattr(xp, op)
    for first, second in itertools.product(ref.STANDARD, ref.STANDARD):
        a, b = array(first), array(second)
        with xp.strict():
            if is_standard(op, first, second):
                function(a, b)
                continue
            with pytest.raises(TypeError, match=rf"^{op}\(\): "):
                function(a, b)


@pytest.mark.parametrize("op", ref.UNARY)
def test_strict_mode_refuses_other_dtypes(op):
    for name in ref.STANDARD:
        with xp.strict():
            if name in ref.ACCEPTED[ref.OPS[op][1]]:
                getattr(xp, op)(array(name))
                continue
            with pytest.raises(TypeError, match=rf"^{op}\(\): "):
                getattr(xp, op)(array(name))


def test_strict_mode_names_the_portable_form():
    with xp.strict():
        with pytest.raises(xp.StrictError, match="mixed kinds; convert with astype"):
            array("int64") + array("float32")
        with pytest.raises(xp.StrictError, match="mixed kinds"):
            array("int64") * 0.5
        with pytest.raises(xp.StrictError, match="mixed kinds"):
            array("uint64") + array("int8")
        with pytest.raises(xp.StrictError, match="mixed kinds"):
            array("int32") / array("int32")
        assert (array("float32") * 2).dtype is xp.float32
        assert (array("float32") * 1j).dtype is xp.complex64
    assert (array("int64") * 0.5).dtype is xp.float64


def test_strict_by_environment(run_python):
    code = "import arrayforge as xp; xp.ones(2, dtype=xp.int64) + xp.ones(2)"
    assert run_python(code, ARRAYFORGE_STRICT="0").returncode == 0
    failed = run_python(code, ARRAYFORGE_STRICT="1")
    assert failed.returncode == 1
    assert "StrictError: add(): outside the standard: mixed kinds" in failed.stderr


def test_values_of_mixed_integers():
    """Each operand keeps its value on the way to the common dtype."""
    cases = [
        ("int8", -1, "uint8", 255, "int16", 254),
        ("int64", -1, "uint32", 2**32 - 1, "int64", 2**32 - 2),
        ("int32", -(2**31), "uint16", 65535, "int32", -(2**31) + 65535),
        ("uint64", 2**63, "uint8", 255, "uint64", 2**63 + 255),
        ("int64", -1, "uint64", 2**63, "float64", 2.0**63 - 1),
        ("bool", True, "uint8", 254, "uint8", 255),
    ]
    for first, x, second, y, dtype, wanted in cases:
        a, b = xp.asarray(x, dtype=getattr(xp, first)), xp.asarray(y, dtype=getattr(xp, second))
        for result in (a + b, b + a):
            assert result.dtype is getattr(xp, dtype)
            assert ref.host(result).tolist() == wanted


def test_promotion_is_the_frontend_s(device):
    names = [n for n in ref.STANDARD if n in xp.__array_namespace_info__().dtypes(device=device)]
    for first, second in itertools.product(names, names):
        wanted = promoted(first, second)
        if wanted not in names:
            continue
        a = xp.ones(2, dtype=getattr(xp, first), device=device)
        b = xp.ones(2, dtype=getattr(xp, second), device=device)
        result = a * b
        assert (result.dtype.name, result.device) == (wanted, a.device), (first, second)
        assert ref.host(result).tolist() == [1, 1]
