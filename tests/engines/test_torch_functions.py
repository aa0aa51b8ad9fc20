"""Functions of PyTorch as an engine by dtype and shape, and every correction of its own."""

import math
import random

import numpy as np
import op_reference as ref
import pytest
from engine_pairs import assert_same

import arrayforge as xp
from arrayforge.backend import HOST_FUNCTIONS

torch = pytest.importorskip("torch")

DEVICE = "torch:cpu"
AXES = ("None", "0", "1", "()", "(0, 1)")
EVERYWHERE = [
    f"xp.{name}(x, axis={axis}, keepdims={kept})"
    for name in ("sum", "prod", "any", "all", "count_nonzero", "max", "min")
    for axis in AXES
    for kept in (False, True)
]
EVERYWHERE += (
    """
xp.argmax(x, axis=0) | xp.argmin(x, axis=1, keepdims=True) | xp.argmax(x) | xp.sum(x, dtype=x.dtype)
xp.prod(x, axis=0, dtype=x.dtype) | xp.cumulative_sum(x, axis=1, include_initial=True)
xp.cumulative_prod(x, axis=0) | xp.cumulative_sum(x, axis=0, dtype=x.dtype) | xp.sort(x)
xp.sort(x, axis=0, descending=True) | xp.argsort(x, axis=0) | xp.argsort(x, descending=True)
xp.searchsorted(xp.sort(xp.reshape(x, (-1,))), x) | xp.unique_all(x) | xp.isin(x, x[:1, :])
xp.searchsorted(xp.sort(xp.reshape(x, (-1,))), x, side="right") | xp.unique_counts(x)
xp.nonzero(x) | xp.where(x == x, x, x[:1, :]) | xp.concat((x, x), axis=1) | xp.flip(x) | x[::-1, :]
xp.concat((x, x[0, :]), axis=None) | xp.take(x, xp.asarray([[0, -1]], device=d), axis=0)
xp.take_along_axis(x, xp.asarray([[-1], [0], [-1]], device=d)) | xp.flip(x, axis=0) | xp.diff(x)
xp.take_along_axis(x, xp.asarray([[0, 1, 0]], device=d), axis=0) | xp.expand_dims(x, (0, -1))
xp.matmul(x, x.T) | xp.matmul(x[None, :, :], x[0, :]) | xp.vecdot(x, x) | xp.roll(x, 1)
xp.repeat(x, 2) | xp.tile(x, (2, 1, 2)) | xp.tril(x) | xp.zeros_like(x) | xp.full_like(x, 1)
xp.ones_like(x) | xp.astype(x, x.dtype) | xp.reshape(x.T, (-1,)) | xp.squeeze(x[None, :, :], 0)
xp.permute_dims(x, (1, 0)) | xp.matrix_transpose(x) | xp.broadcast_to(x, (2, *x.shape)) | x.tolist()
xp.clip(x, x[:1, :1], x[:1, 1:2]) | x[x[:, 0] == x[:, 0], :]
xp.full((2,), 1, dtype=x.dtype, device=d) | xp.arange(3, dtype=x.dtype, device=d) | xp.stack((x, x))
""".replace("\n", " | ")
    .strip(" |")
    .split(" | ")
)
SPREADS = [
    f"xp.{name}(x, axis={axis}, correction={correction})"
    for name in ("var", "std")
    for axis in AXES
    for correction in (0, 0.5, 1, 99)
]


@pytest.mark.parametrize("expression", EVERYWHERE)
def test_every_dtype_and_shape(expression):
    for dtype in ref.DTYPES:
        for shape in ((3, 4), (3, 0), (0, 4), (1, 1)):
            # Sums and products of these are exact in every dtype.
            given = np.random.default_rng(5).integers(0, 3, shape).astype(ref.np_dtype(dtype))
            assert_same(expression, [given], DEVICE)


@pytest.mark.parametrize("expression", EVERYWHERE)
def test_integers_of_the_whole_range(expression):
    rng = np.random.default_rng(7)
    for dtype in ref.INTEGER:
        info = np.iinfo(dtype)
        given = rng.integers(info.min, info.max, (3, 4), dtype=dtype, endpoint=True)
        assert_same(expression, [given], DEVICE)


@pytest.mark.parametrize("expression", SPREADS)
def test_spreads_without_warnings(expression):
    for dtype in ("int16", "float32", "float64", "complex64", "complex128"):
        for shape in ((3, 4), (3, 0), (0, 4), (1, 1)):
            given = np.random.default_rng(5).integers(0, 9, shape).astype(dtype)
            assert_same(expression, [given], DEVICE, 1e-6)


def test_products_are_finite_on_the_way():
    given = np.array([[1e30, 1e30, 1e-30, 1e-30], [1.0, 2.0, 3.0, 4.0]])
    for dtype in ("float32", "bfloat16", "complex64"):
        for axis in ("1", "(1,)", "(0, 1)"):
            values = given.astype(ref.np_dtype(dtype))
            assert_same(f"xp.prod(x, axis={axis})", [values], DEVICE, 1e-6)
    given = np.array([300.0, 300.0, 0.00390625], np.float16)
    assert_same("xp.prod(x)", [given], DEVICE)


def test_unsigned_arithmetic_of_the_whole_range():
    rng = np.random.default_rng(3)
    x = rng.integers(0, 2**64, 2000, dtype=np.uint64) >> rng.integers(0, 64, 2000, dtype=np.uint64)
    y = rng.integers(0, 2**64, 2000, dtype=np.uint64) >> rng.integers(0, 64, 2000, dtype=np.uint64)
    for expression in ("x // y", "x % y", "x >> y", "x >> (y % 64)", "x << (y % 70)", "x ** y"):
        assert_same(expression, [x, y], DEVICE)
    for expression in ("x // 7", "x % (2**64 - 3)", "x ** 3", "x > 2**63", "2**64 - 1 - x"):
        assert_same(expression, [x], DEVICE)


def test_remainders_of_quotients_beyond_the_range():
    rng = np.random.default_rng(4)
    for dtype, bits in (("float32", "int32"), ("float64", "int64")):
        info = np.iinfo(bits)
        x, y = (rng.integers(info.min, info.max, 20_000, dtype=bits).view(dtype) for _ in "xy")
        keep = np.isfinite(x) & np.isfinite(y) & (y != 0)
        x, y = x[keep], y[keep]
        found = ref.host(xp.remainder(*(ref.device_array(v).to_device(DEVICE) for v in (x, y))))
        np.testing.assert_array_equal(found, np.remainder(x, y))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_powers_by_scalars_are_no_roots(dtype):
    given = np.array([-math.inf, -0.0, 4.0, 2.0], dtype)
    for expression in ("x ** 0.5", "x ** -0.5"):
        assert_same(expression, [given], DEVICE, 1e-6)


def test_negative_powers_of_integers():
    assert_same("x ** -1", [np.array([1, -1, 2, 3])], DEVICE)


INF, NAN = math.inf, math.nan
SPECIAL = """
-x | xp.sign(x) | xp.conj(x) | xp.acos(x) | xp.log1p(x) | xp.expm1(x) | xp.tan(x)
""".strip().split(" | ")
PARTS = [0.0, -0.0, 1.0, -2.0, 0.5, INF, -INF]


@pytest.mark.parametrize("expression", SPECIAL)
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_numbers_of_special_parts(expression, dtype):
    given = np.array([complex(a, b) for a in PARTS for b in PARTS], dtype)
    if expression in ("xp.expm1(x)", "xp.tan(x)"):  # signs that C99 leaves open
        given = given[~(np.isinf(given.real) & np.isinf(given.imag))]
    assert_same(expression, [given], DEVICE, 1e-6)


def test_complex_numbers_of_nan():
    given = np.array([complex(INF, NAN), complex(-INF, NAN), complex(NAN, INF)])
    assert_same("xp.log1p(x)", [given], DEVICE)
    assert_same("xp.tanh(x)", [np.array([complex(INF, 2.0), complex(-INF, 3.0)])], DEVICE)
    assert_same("xp.expm1(x)", [np.array([complex(-INF, NAN), complex(1e300, 0.0)])], DEVICE)


def test_conversion_to_16_bits_rounds_once():
    halfway = 1 + 2.0**-11 + 2.0**-40  # float32 drops the last bit, which decides
    given = np.array([halfway, -halfway, 1 + 2.0**-8 + 2.0**-40, 1e300, -1e-300, INF, 0.0, -0.0])
    for dtype in ("float16", "bfloat16"):
        assert_same(f"xp.astype(x, xp.{dtype})", [given], DEVICE)
    assert np.isnan(ref.host(xp.astype(xp.asarray([NAN]).to_device(DEVICE), xp.float16))).all()


def test_searching_among_nans():
    line = np.array([1.0, 2.0, 2.0, INF, NAN, NAN])
    values = np.array([2.0, INF, NAN, 0.0, 5.0, -INF])
    for side in ("left", "right"):
        for given in (line, line[:4], line[4:], line[:0]):
            assert_same(f"xp.searchsorted(x, y, side='{side}')", [given, values], DEVICE)
        assert_same(f"xp.searchsorted(x, y, side='{side}')", [line[::2], values[::-2]], DEVICE)


def test_complex_numbers_are_ordered_by_parts():
    parts = [0.0, 1.0, -1.0, NAN]
    given = np.array([complex(a, b) for a in parts for b in parts])[::-1]
    for expression in ("xp.sort(x)", "xp.argsort(x)", "xp.sort(xp.reshape(x, (4, 4)), axis=0)"):
        assert_same(expression, [given], DEVICE)
    finite = given[np.isfinite(given)]
    for side in ("left", "right"):
        assert_same(f"xp.searchsorted(xp.sort(x), y, side='{side}')", [finite, given[:8]], DEVICE)
        one, others = np.array([1 + 0j]), np.array([complex(1, NAN), 1 + 0j])
        assert_same(f"xp.searchsorted(x, y, side='{side}')", [one, others], DEVICE)


def test_indices_along_an_axis_stay_in_range():
    for size, index in ((1, 1), (1, -2), (3, 3), (3, -4), (0, 0)):
        x = xp.zeros((2, size), device=DEVICE)
        with pytest.raises(IndexError, match=f"^take_along_axis.*axis 1 of size {size}"):
            xp.take_along_axis(x, xp.asarray([[index]], device=DEVICE))


@pytest.mark.parametrize("dtype", ref.INTEGER)
def test_integer_products_out_of_floats(dtype):
    """What CUDA runs, on the processor."""
    from arrayforge.backends.torch import arrays, unsigned

    info = np.iinfo(dtype)
    rng = np.random.default_rng(6)
    x, y = (
        torch.from_numpy(rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True))
        for shape in ((2, 5, 300), (300, 4))
    )
    x, y = unsigned.signed(x), unsigned.signed(y)
    assert torch.equal(arrays._by_limbs(x, y), torch.matmul(x, y))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "complex64", "complex128"])
@pytest.mark.parametrize("shape", [(0, 0), (0, 2, 2), (2, 0, 0), (0, 3), (3, 0), (2, 0, 3)])
def test_decompositions_of_nothing(shape, dtype):
    given = np.zeros(shape, ref.np_dtype(dtype))
    names = [name for name in HOST_FUNCTIONS if name.startswith("linalg")]
    for name in [*names, "linalg.pinv", "linalg.matrix_norm", "linalg.matrix_rank"]:
        arguments = "x, x" if name == "linalg.solve" else "x"
        assert_same(f"xp.{name}({arguments})", [given], DEVICE)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_decompositions_and_transforms_of_16_bits(dtype):
    given = np.array([[4.0, 1.0], [1.0, 3.0]], ref.np_dtype(dtype))
    for name in ("inv", "det", "cholesky", "eigvalsh", "svdvals", "eigvals", "slogdet"):
        assert_same(f"xp.linalg.{name}(x)", [given], DEVICE, 2e-2)
    for name in HOST_FUNCTIONS:
        if name.startswith("fft"):
            assert_same(f"xp.{name}(x)", [given], DEVICE, 2e-2, signs=False)


def test_failures_of_linear_algebra_are_value_errors():
    zero = xp.zeros((2, 2), device=DEVICE)
    nan = xp.full((2, 2), NAN, device=DEVICE)
    for name, x in (("inv", zero), ("cholesky", zero), ("svd", nan), ("eig", nan)):
        for kind in (ValueError, torch.linalg.LinAlgError):
            with pytest.raises(kind, match=rf"^{name}\(\): [a-z]"):
                getattr(xp.linalg, name)(x)
    with pytest.raises(ValueError, match=r"^eigvals\(\): array must not contain infs or NaNs"):
        xp.linalg.eigvals(nan)
    with pytest.raises(ValueError, match=r"^solve\(\): "):
        xp.linalg.solve(zero, zero)


@pytest.mark.parametrize("name", [n for n in HOST_FUNCTIONS if n.startswith("fft")])
def test_transforms_of_nothing(name):
    real = name in ("fft.rfft", "fft.rfftn", "fft.ihfft")
    several = name.endswith("n")
    cases = [("", (0, 4)), ("", (2, 0, 3)), ("s=(4, 3)" if several else "n=4", (2, 0, 3))]
    if several:
        cases += [("s=(4,), axes=(0,)", (3, 0)), ("axes=(1, 2)", (0, 2, 3))]
    for dtype in ("float32", "float64", "float16") if real else ("float32", "complex128"):
        for options, shape in cases:
            given = np.zeros(shape, dtype)
            assert_same(f"xp.{name}(x, {options})", [given], DEVICE, signs=False)
    # NumPy leaves the inverse transforms of these unset.
    function = getattr(xp.fft, name.partition(".")[2])
    longer = {"s": (2, 4)} if several else {"n": 4}
    result = function(xp.zeros((2, 0), device=DEVICE), **longer)
    count = 3 if real else 4
    assert result.tolist() == [[0.0] * count] * 2


def random_key(rng, shape):
    """A key of any items of the contract for an array of that shape; some are none."""
    items, axis = [], 0
    together = rng.choice([(2,), (1, 3), (2, 3), ()])
    while axis < len(shape):
        size, kind = shape[axis], rng.random()
        if kind < 0.25:
            bounds = [None, *range(size + 1)]
            items.append(slice(rng.choice(bounds), rng.choice(bounds), rng.choice((1, 2, -1, -2))))
        elif kind < 0.4:
            items.append(rng.randrange(-size, size))
        elif kind < 0.7:
            count = rng.choice((together, (1,)))
            items.append(np.array([rng.randrange(-size, size) for _ in range(math.prod(count))]))
            items[-1] = items[-1].reshape(count)
        elif kind < 0.8:
            items.append(np.array([rng.random() < 0.5 for _ in range(size)]))
        elif kind < 0.85 and axis + 1 < len(shape):
            items.append(np.array([[rng.random() < 0.5] * shape[axis + 1] for _ in range(size)]))
            axis += 1
        else:
            items.append(rng.choice((None, True, np.array(False), ..., None)))
            axis += items[-1] is ... and rng.randrange(2)
            continue
        axis += 1
    return tuple(items)


def on_device(key, device):
    return tuple(xp.asarray(k, device=device) if isinstance(k, np.ndarray) else k for k in key)


@pytest.mark.parametrize("seed", range(8))
def test_keys_are_numpy_s(seed):
    rng = random.Random(seed)
    read = written = 0
    for _ in range(150):
        shape = tuple(rng.randrange(1, 5) for _ in range(rng.randrange(1, 5)))
        a = np.arange(math.prod(shape)).reshape(shape).astype(rng.choice(("f8", "u2", "u8", "c8")))
        key = random_key(rng, shape)
        try:
            expected = a[key]
        except IndexError:  # two ellipses, or arrays that do not broadcast
            continue
        x = xp.asarray(a, copy=True).to_device(DEVICE)
        with xp.checked():
            found = np.asarray(x[on_device(key, DEVICE)].to_device("cpu"))
        np.testing.assert_array_equal(found, expected, strict=True, err_msg=str(key))
        read += 1
        places = np.arange(a.size).reshape(shape)[key].ravel()
        if len(set(places.tolist())) < places.size:
            continue  # several values for one element
        value = np.arange(expected.size, dtype=a.dtype).reshape(expected.shape) + 1000
        for given in (value, value[..., :1] if value.ndim else value, 7):
            a[key] = given
            source = given if isinstance(given, int) else xp.asarray(given, device=DEVICE)
            x[on_device(key, DEVICE)] = source
            np.testing.assert_array_equal(np.asarray(x.to_device("cpu")), a, err_msg=str(key))
        written += 1
    assert min(read, written) > 20
