"""Every line OP of cpp/ops.def x every dtype x every layout: values, dtypes and errors."""

import numpy as np
import op_reference as ref
import pytest

import arrayforge as xp

# Each is a view of an array of at least two rows and four columns, in NumPy and here alike.
LAYOUTS = {
    "contiguous": lambda x: x,
    "strided": lambda x: x[::2, ::3],
    "column": lambda x: x[:, 1],
    "reversed": lambda x: x[::-1, ::-1],
    "reversed steps": lambda x: x[::-1, ::-2],
    "transposed": lambda x: x.T,
    "offset": lambda x: x[1:, 1:],
    "0-d": lambda x: x[1, 0],
    "one element": lambda x: x[1:2, 0:1],
    "empty": lambda x: x[:0],
    "no columns": lambda x: x[:, 2:2],
}


@pytest.fixture(scope="module")
def grids():
    """By dtype: the operands in NumPy, and here."""
    made = {name: ref.grid(name) for name in ref.DTYPES}
    made["bool"] = tuple(np.tile(x, (4, 4)) for x in made["bool"])
    return {name: (pair, tuple(map(ref.device_array, pair))) for name, pair in made.items()}


def check(op, actual, wanted, dtype, case):
    unsigned_zeros = op in ("maximum", "minimum")  # the standard leaves the sign of those open
    got = ref.host(actual)
    if unsigned_zeros and wanted.dtype.kind in "fV":
        got, wanted = got + np.zeros_like(got), wanted + np.zeros_like(wanted)
    ref.assert_same(got, wanted, ref.tolerance(op, dtype), f"{op} {dtype} {case}")


def fortran(x):
    """The same values with the first axis innermost."""
    return ref.device_array(np.ascontiguousarray(ref.host(x).T)).T


@pytest.mark.parametrize("op", ref.OPS)
def test_values_dtypes_and_errors(op, grids):
    function, arity = getattr(xp, op), ref.OPS[op][0]
    for dtype, (given, arrays) in grids.items():
        wanted = ref.expected(op, *given[:arity])
        operands = arrays[:arity]
        if wanted is None:
            with pytest.raises(TypeError, match=rf"^{op}\(\): "):
                function(*operands)
            continue
        for layout, view in LAYOUTS.items():
            actual = function(*map(view, operands))
            check(op, actual, view(wanted), dtype, layout)
        mixed = [fortran(operands[0]), *operands[1:]]
        check(op, function(*mixed), wanted, dtype, "Fortran order")
        for operand, values in zip(operands, given, strict=False):
            ref.assert_same(ref.host(operand), values, 0, f"{op} {dtype} operand")


@pytest.mark.parametrize("op", ref.BINARY)
def test_broadcasting(op, grids):
    function = getattr(xp, op)
    for dtype, (given, (x, y)) in grids.items():
        wanted = ref.expected(op, *given)
        if wanted is None:
            continue
        cases = {
            "column with row": (x[:, :1], y[:1, :], wanted),
            "row with column": (x[:, :1], y[1, :], wanted),
            "matrix with row": (x, y[0, :], wanted),
            "matrix with strided column": (x[::2, ::3], y[0, ::3], wanted[::2, ::3]),
            "matrix with 0-d": (x, y[0, 1], np.repeat(wanted[:, 1:2], x.shape[1], axis=1)),
            "0-d with matrix": (x[2, 0], y, np.repeat(wanted[2:3], x.shape[0], axis=0)),
            "two broadcast views": (
                xp.broadcast_to(x[:, :1], x.shape),
                xp.broadcast_to(y[:1, :], y.shape),
                wanted,
            ),
            "three dimensions": (
                xp.reshape(x, (1, *x.shape)),
                y,
                np.reshape(wanted, (1, *x.shape)),
            ),
            "empty with one": (x[:0, :], y[:1, :], wanted[:0]),
        }
        for case, (first, second, result) in cases.items():
            check(op, function(first, second), result, dtype, case)


@pytest.mark.parametrize("op", ref.UNARY)
def test_unary_of_broadcast_views(op, grids):
    for dtype, (given, (x, _)) in grids.items():
        wanted = ref.expected(op, given[0])
        if wanted is not None:
            view = xp.broadcast_to(x[:, :1], x.shape)
            check(op, getattr(xp, op)(view), wanted, dtype, "broadcast view")


LENGTHS = (1, 2, 3, 5, 7, 8, 9, 15, 17, 31, 33, 63, 65, 100, 1023)


@pytest.mark.parametrize("op", ref.OPS)
def test_every_length_of_a_vector(op, grids):
    """Whole vectors, tails, and operands that start between two vectors: the same bits."""
    function, arity = getattr(xp, op), ref.OPS[op][0]
    for dtype, (_, arrays) in grids.items():
        if ref.input_dtype(op, dtype) is None:
            continue
        long = [xp.reshape(xp.tile(x, (32, 32)), (-1,))[3:1100] for x in arrays[:arity]]
        whole = ref.host(function(*long))
        for n in LENGTHS:
            part = ref.host(function(*(x[1 : n + 1] for x in long)))
            strided = ref.host(function(*(x[1 : n + 1 : 2] for x in long)))
            for got, want in ((part, whole[1 : n + 1]), (strided, whole[1 : n + 1 : 2])):
                ref.assert_same(got, want, 0, f"{op} {dtype} length {n}")


@pytest.mark.parametrize("op", ref.BINARY)
def test_shapes_that_do_not_broadcast(op):
    dtype = next(d for d in ("float64", "int64", "bool") if ref.input_dtype(op, d) == d)
    x = xp.zeros((2, 3), dtype=getattr(xp, dtype))
    with pytest.raises(xp.ShapeError, match=rf"^{op}\(\): shapes \(2, 3\) and \(2,\)"):
        getattr(xp, op)(x, x[:, 0])


@pytest.mark.parametrize("op", ref.OPS)
def test_what_is_no_operand(op):
    function, arity = getattr(xp, op), ref.OPS[op][0]
    dtype = next(d for d in ("float64", "int64", "bool") if ref.input_dtype(op, d) == d)
    x = xp.ones(3, dtype=getattr(xp, dtype))
    for stranger in ([1, 2, 3], (1,), None, "1", object(), np.ones(3), xp.float64):
        for operands in ([stranger, x], [x, stranger], [stranger, stranger]):
            if arity == 1:
                operands = [stranger]
            with pytest.raises(TypeError, match=rf"^{op}\(\): expected an arrayforge array"):
                function(*operands)
    with pytest.raises(TypeError, match=rf"^{op}\(\): "):
        function(*[1] * arity)
    for count in {0, 1, 2, 3} - {arity}:
        with pytest.raises(TypeError, match=rf"^{op}\(\): takes {arity} positional"):
            function(*[x] * count)
    with pytest.raises(TypeError):
        function(*[x] * arity, out=x)


PLAIN = {"bool": [True, False, True, True], "int64": [1, 2, 3, 4], "int8": [9, 2, 3, 4]}
PLAIN |= {"float64": [0.5, 0.25, 0.75, 1.0], "float32": [0.5, -0.25, 2.0, 1.0]}
PLAIN |= {"complex128": [1j, 0.5 + 2j, 3 - 1j, 2 + 1j]}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the engine under them is NumPy
@pytest.mark.parametrize("op", ref.OPS)
def test_every_backend(op, device):
    function, arity = getattr(xp, op), ref.OPS[op][0]
    supported = {dtype.name for dtype in device_dtypes(device)}
    for dtype in supported & set(PLAIN):
        given = np.array(PLAIN[dtype], dtype=dtype).reshape(2, 2)
        given = (given, given[:, ::-1])[:arity]
        operands = [ref.device_array(x, device) for x in given]
        wanted = ref.expected(op, *given)
        if wanted is None or ref.input_dtype(op, dtype) not in supported:
            with pytest.raises(TypeError):
                function(*operands)
            continue
        actual = function(*operands)
        assert actual.device == operands[0].device, f"{op} {dtype}"
        assert (actual._raw is None) is (device == "cpu"), f"{op} {dtype}"
        # NumPy's own functions stay within 4 ulp of the wider reference on these values.
        ref.assert_same(ref.host(actual), wanted, 4, f"{op} {dtype} on {device}")


def device_dtypes(device):
    info = xp.__array_namespace_info__()
    return info.dtypes(device=device).values()


# Where NumPy takes a dtype and we do not: complex numbers have no order in the standard, and truth
# values neither parts nor fractions.
REFUSED = dict.fromkeys(("maximum", "minimum", "less", "less_equal"), ref.COMPLEX)
REFUSED |= dict.fromkeys(("greater", "greater_equal"), ref.COMPLEX)
REFUSED |= dict.fromkeys(("ceil", "floor", "trunc", "round", "real", "imag", "conj"), ref.BOOL)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("op", ref.OPS)
def test_the_errors_are_numpy_s(op):
    arity = ref.OPS[op][0]
    for dtype in (*ref.STANDARD, "float16"):
        x = np.ones(2, dtype)
        try:
            numpy_takes = getattr(np, op)(*[x] * arity) is not None
        except TypeError:
            numpy_takes = False
        try:
            ours = getattr(xp, op)(*[ref.device_array(x)] * arity) is not None
        except TypeError:
            ours = False
        refused = dtype in REFUSED.get(op, ())
        assert ours == (numpy_takes and not refused), f"{op} {dtype}"
        assert numpy_takes or not refused, f"{op} {dtype}"
