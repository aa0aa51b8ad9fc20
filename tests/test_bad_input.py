"""Bad arguments: each a Python exception that names the function, the rule and the values."""

from __future__ import annotations

import numpy as np
import pytest

import arrayforge as xp

HUGE = 2**62
BEYOND = 2**100


def stretched(shape, target, dtype=None):
    """A view of many elements that share the memory of few."""
    return xp.broadcast_to(xp.zeros(shape, dtype=dtype or xp.float64), target)


COUNTS = [
    ("zeros", lambda: xp.zeros((HUGE, 4))),
    ("empty", lambda: xp.empty((2**40, 2**40))),
    ("ones", lambda: xp.ones((0, 2**40, 2**40))),
    ("full", lambda: xp.full((HUGE,), 1.0)),
    ("broadcast_to", lambda: xp.broadcast_to(xp.zeros(1), (HUGE, 4))),
    ("reshape", lambda: xp.reshape(xp.zeros(4), (2**32, 2**32))),
    ("reshape", lambda: xp.reshape(xp.zeros(0), (0, 2**40, 2**40))),
    ("repeat", lambda: xp.repeat(xp.zeros(3), HUGE)),
    ("repeat", lambda: xp.repeat(xp.zeros(3), BEYOND)),
    ("repeat", lambda: xp.repeat(xp.zeros(4), xp.asarray([HUGE] * 4))),
    ("repeat", lambda: xp.repeat(xp.zeros(3), [HUGE, HUGE, 2**63 - 1])),
    ("tile", lambda: xp.tile(xp.zeros(3), HUGE)),
    ("tile", lambda: xp.tile(xp.zeros(3), (BEYOND, 1))),
    ("linspace", lambda: xp.linspace(0, 1, HUGE)),
    ("linspace", lambda: xp.linspace(0, 1, BEYOND)),
    ("arange", lambda: xp.arange(HUGE)),
    ("arange", lambda: xp.arange(BEYOND)),
    ("arange", lambda: xp.arange(1e300)),
    ("arange", lambda: xp.arange(float("inf"))),
    ("arange", lambda: xp.arange(float("nan"))),
    ("eye", lambda: xp.eye(2**40)),
    ("eye", lambda: xp.eye(2**31, 2**31)),
    ("concat", lambda: xp.concat([stretched((1,), (HUGE,), xp.int8)] * 4)),
    ("concat", lambda: xp.concat([stretched((1,), (HUGE,), xp.int8)] * 4, axis=None)),
    ("concat", lambda: xp.concat([stretched((1,), (HUGE,), xp.int8)] * 2)),
    ("add", lambda: stretched((1, 1), (2**40, 1)) + stretched((1, 1), (1, 2**40))),
    ("multiply", lambda: xp.multiply(stretched((1,), (HUGE,), xp.int8), 1.5)),
    ("astype", lambda: xp.astype(stretched((1,), (HUGE,), xp.int8), xp.complex128)),
    ("argsort", lambda: xp.argsort(stretched((1,), (HUGE,), xp.int8))),
    ("where", lambda: xp.where(stretched((1, 1), (2**40, 1), xp.bool), 1.0, xp.zeros((1, 2**21)))),
    ("matmul", lambda: stretched((1, 1), (2**40, 1)) @ stretched((1, 1), (1, 2**40))),
    ("take", lambda: xp.take(xp.zeros(3), stretched((1,), (2**60 - 1,), xp.int64))),
    ("outer", lambda: xp.linalg.outer(stretched((1,), (2**40,)), stretched((1,), (2**40,)))),
    ("tensordot", lambda: xp.tensordot(*[stretched((1,), (2**40,))] * 2, axes=0)),
    ("meshgrid", lambda: xp.meshgrid(*[stretched((1,), (2**32,))] * 2)),
    ("fft", lambda: xp.fft.fft(xp.ones(4), n=2**45)),
    ("fft", lambda: xp.fft.fft(xp.ones(4), n=2**59)),
    ("irfft", lambda: xp.fft.irfft(xp.ones(4), n=2**60)),
    ("fft", lambda: xp.fft.fft(xp.ones((0, 4)), n=BEYOND)),
    ("fftn", lambda: xp.fft.fftn(xp.ones((4, 4)), s=(2**40, 2**30))),
    ("fftn", lambda: xp.fft.fftn(xp.ones((4, 4)), s=(2**50, 4))),
    ("rfft", lambda: xp.fft.rfft(stretched((1,), (2**50,)))),
    ("fftfreq", lambda: xp.fft.fftfreq(BEYOND)),
    ("det", lambda: xp.linalg.det(xp.zeros((2**40, 0, 0)))),
    ("inv", lambda: xp.linalg.inv(stretched((2, 2), (2**42, 2, 2)))),
    ("tolist", lambda: stretched((1,), (2**59,)).tolist()),
    ("bytes", lambda: bytes(stretched((1,), (2**50,)))),
    ("asarray", lambda: xp.asarray(range(2**50))),
    ("asarray", lambda: xp.asarray(range(2**70))),
    ("asarray", lambda: xp.asarray([[1.0], range(2**70)])),
    ("cumulative_sum", lambda: xp.cumulative_sum(stretched((1,), (2**62,), xp.int8))),
]


@pytest.mark.parametrize(
    ("name", "call"), COUNTS, ids=[f"{i}-{c[0]}" for i, c in enumerate(COUNTS)]
)
def test_sizes_that_cannot_be(name, call):
    with pytest.raises((ValueError, OverflowError, MemoryError)) as caught:
        call()
    inner = {"outer": ("multiply", "outer"), "tensordot": ("matmul", "tensordot")}
    message = str(caught.value)
    assert any(f"{n}(): " in message for n in inner.get(name, (name,))), message
    assert "itemsize" not in message
    assert len(message) > len(name) + 8


def test_an_index_of_stretched_arrays_that_cannot_be():
    x = xp.zeros((3, 3))
    rows = stretched((1, 1), (2**40, 1), xp.int64)
    columns = stretched((1, 1), (1, 2**40), xp.int64)
    for body in (lambda: x[rows, columns], lambda: x.__setitem__((rows, columns), 1.0)):
        with pytest.raises((ValueError, MemoryError), match=r"__(get|set)item__\(\): "):
            body()
    assert not xp.any(x)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: xp.zeros((-1,)),
            ValueError,
            r"zeros\(\): sizes must not be negative, got \(-1,\)",
        ),
        (lambda: xp.zeros((2, -3)), ValueError, r"zeros\(\): .* got \(2, -3\)"),
        (lambda: xp.eye(-1), ValueError, r"eye\(\): sizes must not be negative, got -1"),
        (lambda: xp.linspace(0, 1, -2), ValueError, r"linspace\(\): num must not be negative"),
        (lambda: xp.repeat(xp.zeros(2), -1), ValueError, r"repeat\(\): repeats must not be neg"),
        (lambda: xp.repeat(xp.zeros(2), [1, -1]), ValueError, r"repeat\(\): repeats must not"),
        (lambda: xp.tile(xp.zeros(2), -1), ValueError, r"tile\(\): repetitions must not be neg"),
        (lambda: xp.broadcast_to(xp.zeros(1), (-1,)), ValueError, r"broadcast_to\(\): sizes must"),
        (lambda: xp.reshape(xp.zeros(4), (-2, 2)), ValueError, r"reshape\(\): sizes must not be"),
        (lambda: xp.reshape(xp.zeros(4), (-1, -1)), ValueError, r"reshape\(\): .*one at most -1"),
        (lambda: xp.reshape(xp.zeros(4), (3, -1)), ValueError, r"reshape\(\): 4 elements"),
        (lambda: xp.zeros((1,) * 65), ValueError, r"zeros\(\): at most 64 dimensions, got 65"),
        (lambda: xp.zeros((1,) * 64)[None], IndexError, r"__getitem__\(\): at most 64 dimens"),
        (lambda: xp.expand_dims(xp.zeros((1,) * 64), axis=0), ValueError, r"at most 64 dim"),
        (lambda: xp.stack([xp.zeros((1,) * 64)]), ValueError, "at most 64 dimensions"),
        (lambda: xp.tile(xp.zeros(1), (1,) * 65), ValueError, "at most 64 dimensions"),
        (lambda: xp.meshgrid(*[xp.zeros(1)] * 65), ValueError, "at most 64 dimensions"),
        (lambda: xp.arange("a"), TypeError, r"arange\(\): .*'a'"),
        (lambda: xp.arange(1j), TypeError, r"arange\(\): .*1j"),
        (lambda: xp.linspace("a", 1, 3), TypeError, r"linspace\(\): .*'a'"),
        (
            lambda: xp.linspace(0, 1, 2.5),
            TypeError,
            r"linspace\(\): num must be an integer, got 2.5",
        ),
        (lambda: xp.eye(2.0), TypeError, r"eye\(\): n_rows must be an integer, got 2.0"),
        (lambda: xp.zeros((1.5,)), TypeError, r"zeros\(\): each item must be an integer, got 1.5"),
        (lambda: xp.zeros("ab"), TypeError, r"zeros\(\): "),
        (lambda: xp.zeros(2, dtype="text"), TypeError, "'text'"),
        (lambda: xp.sum([1, 2]), TypeError, r"sum\(\): .* got list"),
        (lambda: xp.sqrt("2"), TypeError, r"sqrt\(\): .* got str"),
        (lambda: xp.add(xp.zeros(2), None), TypeError, r"add\(\): .* got NoneType"),
        (
            lambda: xp.add(xp.zeros(3), xp.zeros(4)),
            ValueError,
            r"add\(\): shapes \(3,\) and \(4,\)",
        ),
        (lambda: xp.zeros(3) + xp.zeros((2, 4)), ValueError, r"add\(\): shapes"),
        (lambda: xp.bitwise_and(xp.ones(1), xp.ones(1)), TypeError, r"bitwise_and\(\): .*float64"),
        (lambda: xp.asarray(1j, dtype=xp.float64), TypeError, r"asarray\(\): a complex number"),
        (lambda: xp.asarray(300, dtype=xp.uint8), OverflowError, r"asarray\(\): .*300.*uint8"),
        (lambda: xp.asarray(-1, dtype=xp.uint64), OverflowError, r"asarray\(\): .*-1.*uint64"),
        (lambda: xp.asarray(float("nan"), dtype=xp.int8), ValueError, r"asarray\(\): nan .*int8"),
        (lambda: xp.asarray(BEYOND), OverflowError, r"asarray\(\): .*out of range for"),
        (lambda: xp.asarray(10**5000), OverflowError, r"asarray\(\): .*a int is out of range"),
        (lambda: xp.zeros(10**5000), OverflowError, r"zeros\(\): the size must fit 64 bits"),
        (lambda: xp.zeros(3)[10**5000], IndexError, r"__getitem__\(\): index a int is out"),
        (lambda: xp.sum(xp.zeros(3), axis=BEYOND), OverflowError, r"sum\(\): .* must fit 64 bits"),
        (lambda: xp.sum(xp.zeros(3), axis=1), IndexError, r"sum\(\): axis 1 is out of range for 1"),
        (lambda: xp.sum(xp.zeros((3, 3)), axis=(0, -2)), ValueError, r"sum\(\): axes must not rep"),
        (lambda: xp.roll(xp.zeros(3), 1, axis=BEYOND), IndexError, r"roll\(\): axis .* is out of"),
        (lambda: xp.sort(xp.zeros(())), IndexError, r"sort\(\): axis -1 is out of range for 0"),
        (lambda: xp.max(xp.zeros((0, 2))), ValueError, r"max\(\): no elements to compare"),
        (lambda: xp.concat([]), ValueError, r"concat\(\): needs at least one array"),
        (
            lambda: xp.concat([xp.zeros((2, 2)), xp.zeros((3, 3))]),
            ValueError,
            r"concat\(\): shapes",
        ),
        (lambda: xp.sum(xp.zeros(2), **{"\ud800": 1}), TypeError, r"sum\(\): unexpected keyword"),
        (lambda: xp.sum(xp.zeros(2), x=1), TypeError, r"sum\(\): 'x' is positional-only"),
        (lambda: xp.zeros(), TypeError, r"zeros\(\): missing argument 'shape'"),
        (lambda: xp.take(xp.zeros(3), xp.asarray([3])), IndexError, r"take\(\): index 3 is out"),
        (lambda: xp.take(xp.zeros(3), xp.asarray([-4])), IndexError, r"take\(\): index -4 is out"),
        (lambda: xp.take(xp.zeros(3), xp.asarray([0.0])), TypeError, r"take\(\): indices must be"),
        (lambda: xp.take(xp.zeros(0), xp.asarray([0])), IndexError, r"take\(\): index 0 is out"),
        (
            lambda: xp.zeros(3)[3],
            IndexError,
            r"__getitem__\(\): index 3 is out of range for axis 0",
        ),
        (lambda: xp.zeros(3)[BEYOND], IndexError, rf"__getitem__\(\): index {BEYOND} is out"),
        (lambda: xp.zeros(3)[xp.asarray([5])], IndexError, r"__getitem__\(\): index 5 is out"),
        (lambda: xp.zeros(3)[1.0], IndexError, r"__getitem__\(\): indices are integers.* got 1.0"),
        (lambda: xp.zeros(3)[0, 0], IndexError, r"__getitem__\(\): too many indices, 2 for shape"),
        (lambda: xp.zeros(3)[..., ...], IndexError, r"__getitem__\(\): at most one ellipsis"),
        (lambda: xp.zeros(3)[::0], ValueError, "zero"),
        (lambda: xp.zeros(3)[xp.asarray([True])], IndexError, r"__getitem__\(\): mask of shape"),
        (lambda: xp.reshape(xp.zeros(4), (BEYOND,)), OverflowError, r"reshape\(\): each item"),
    ],
)
def test_the_message_says_what_was_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()


COMPOSITES = {
    "stack": lambda bad: xp.stack([bad]),
    "meshgrid": lambda bad: xp.meshgrid(bad),
    "broadcast_arrays": lambda bad: xp.broadcast_arrays(xp.zeros(1), bad),
    "roll": lambda bad: xp.roll(bad, 1),
    "tile": lambda bad: xp.tile(bad, 2),
    "repeat": lambda bad: xp.repeat(bad, 2),
    "unstack": lambda bad: xp.unstack(bad),
    "moveaxis": lambda bad: xp.moveaxis(bad, 0, 0),
    "tril": lambda bad: xp.tril(bad),
    "diff": lambda bad: xp.diff(bad),
    "unique_values": lambda bad: xp.unique_values(bad),
    "vecdot": lambda bad: xp.vecdot(xp.zeros(3), bad),
    "tensordot": lambda bad: xp.tensordot(bad, xp.zeros(3)),
    "trace": lambda bad: xp.linalg.trace(bad),
    "solve": lambda bad: xp.linalg.solve(xp.eye(2), bad),
    "fft": lambda bad: xp.fft.fft(bad),
}


@pytest.mark.parametrize("name", COMPOSITES)
@pytest.mark.parametrize("bad", [1, "text", None, [1.0, 2.0]], ids=["int", "str", "None", "list"])
def test_no_array_where_one_is_wanted(name, bad):
    kind = type(bad).__name__
    with pytest.raises(TypeError, match=rf"{name}\(\): expected an arrayforge array, got {kind}"):
        COMPOSITES[name](bad)


def test_bounds_beyond_64_bits_clip_as_in_python():
    x = xp.arange(5)
    for key in (slice(BEYOND), slice(-BEYOND, None), slice(BEYOND, -BEYOND, -BEYOND)):
        assert x[key].tolist() == np.arange(5)[key].tolist()
    assert x[:: 2**63 - 1].tolist() == [0]
    assert x[:: -(2**63)].tolist() == [4]
    assert xp.roll(x, BEYOND).tolist() == np.roll(np.arange(5), BEYOND % 5).tolist()
    assert xp.tril(xp.ones((2, 2)), k=BEYOND).tolist() == [[1, 1], [1, 1]]
    assert xp.triu(xp.ones((2, 2)), k=BEYOND).tolist() == [[0, 0], [0, 0]]
    assert xp.eye(2, k=-BEYOND).tolist() == [[0, 0], [0, 0]]


def test_a_shift_beyond_64_bits_is_refused():
    x = xp.ones(2, dtype=xp.int32)
    with pytest.raises(OverflowError, match=r"bitwise_left_shift\(\): .*out of range for int32"):
        x << BEYOND
    with pytest.raises(OverflowError, match=r"bitwise_left_shift\(\): .*out of range for int32"):
        x <<= BEYOND
    assert x.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("nested", "message"),
    [
        ([[1, 2], [3]], r"asarray\(\): .*obj\[1\] has 1 items .* 2 items"),
        ([[1, 2], 3], r"asarray\(\): .*obj\[1\] has no items"),
        ([1, [2, 3]], r"asarray\(\): .*obj\[1\] has 2 items"),
        ([[], [1]], r"asarray\(\): .*obj\[1\] has 1 items"),
        ([[[1], [2]], [[1], []]], r"asarray\(\): .*obj\[1\]\[1\] has 0 items"),
    ],
)
def test_ragged_sequences(nested, message):
    with pytest.raises(ValueError, match=message):
        xp.asarray(nested)


def test_a_list_inside_itself():
    loop = []
    loop.append(loop)
    with pytest.raises(ValueError, match="nested deeper than 64 levels"):
        xp.asarray(loop)
    wide = []
    wide.extend([wide, wide])
    with pytest.raises(ValueError, match="nested deeper than 64 levels"):
        xp.asarray(wide)


@pytest.mark.parametrize("value", ["text", b"ab".decode(), {1: 2}, {1, 2}, object(), iter([1])])
def test_what_holds_no_numbers(value):
    with pytest.raises(TypeError, match=r"asarray\(\): cannot make an array of a "):
        xp.asarray(value)
    with pytest.raises(TypeError, match=r"asarray\(\): "):
        xp.asarray([value])


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ((3,), 1.0, IndexError),
        (slice(None), [1.0, 2.0], ValueError),
        (slice(None), "text", TypeError),
        (slice(None), 1j, TypeError),
        (..., None, TypeError),
        ((0, 0), 1.0, IndexError),
    ],
)
def test_a_refused_assignment_changes_nothing(key, value, error):
    x = xp.asarray([1.0, 2.0, 3.0])
    with pytest.raises(error):
        x[key] = value
    assert x.tolist() == [1.0, 2.0, 3.0]


def test_a_refused_operation_in_place_changes_nothing():
    x = xp.asarray([1, 2, 3])
    for other in (xp.ones((2, 3), dtype=xp.int64), xp.ones(4, dtype=xp.int64), 1.5, "a", BEYOND):
        with pytest.raises((ValueError, TypeError, OverflowError)):
            x += other
    assert x.tolist() == [1, 2, 3]
    assert x.dtype is xp.int64


@pytest.mark.parametrize(
    "call",
    [
        lambda v: xp.asarray([v], dtype=xp.float64),
        lambda v: xp.asarray(v, dtype=xp.float32),
        lambda v: xp.asarray([v], dtype=xp.complex128),
        lambda v: xp.asarray(v, dtype=xp.float16),
        lambda v: xp.full(2, v, dtype=xp.float64),
        lambda v: xp.full((2,), v, dtype=xp.complex64),
        lambda v: xp.ones(2) + v,
        lambda v: xp.ones(2) < v,
        lambda v: xp.where(xp.ones(2, dtype=xp.bool), xp.ones(2), v),
        lambda v: xp.ones(2).__setitem__(0, v),
    ],
)
def test_integers_beyond_all_floats(call):
    for value, text in ((10**400, "10000"), (-(10**5000), "")):
        with pytest.raises(
            OverflowError, match=rf"^\w+\(\): Python integer {text}.* out of range for \w+\d+$"
        ):
            call(value)


def test_bytes_are_those_of_the_buffer():
    x = xp.asarray([[1, 2], [3, 4]], dtype=xp.int64)
    assert bytes(x) == np.asarray([[1, 2], [3, 4]]).tobytes()
    assert bytes(x.T) == np.asarray([[1, 3], [2, 4]]).tobytes()
    with pytest.raises(BufferError, match="no bfloat16"):
        bytes(xp.ones(2, dtype=xp.bfloat16))


def test_failures_of_decompositions():
    bad = xp.full((3, 3), xp.nan)
    for name in ("svd", "svdvals"):
        with pytest.raises(np.linalg.LinAlgError, match=rf"^{name}\(\): SVD did not converge$"):
            getattr(xp.linalg, name)(bad)
    with pytest.raises(np.linalg.LinAlgError, match=r"^inv\(\): singular matrix$"):
        xp.linalg.inv(xp.zeros((2, 2)))
