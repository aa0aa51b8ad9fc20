"""The backend over CuPy as far as it goes without a GPU: what is installed, what is missing, and
the Python of the corrections, over a stand-in."""

import importlib.metadata
import importlib.util
import math
from types import SimpleNamespace

import cuda_standin
import numpy as np
import pytest
from arrayforge.backends.cupy import SPEC, diagnosis
from arrayforge.backends.cupy.adapter import CuPy
from arrayforge.backends.cupy.functions import is_negative_zero, namespace

import arrayforge as xp
from arrayforge import _core
from arrayforge.backend import COMPLEX_PRIMITIVES, HOST_FUNCTIONS, PRIMITIVES

HAS_CUPY = importlib.util.find_spec("cupy") is not None
needs_compiler = pytest.mark.skipif(cuda_standin.COMPILER is None, reason="no C++ compiler")
needs_cupy = pytest.mark.skipif(not HAS_CUPY, reason="CuPy is not installed (extra: cupy)")
no_driver = pytest.mark.skipif(diagnosis.driver_version() > 0, reason="there is a driver")


@pytest.fixture(scope="module")
def gpu():
    """The device of the stand-in, on which arrays can be made by the public functions."""
    if cuda_standin.COMPILER is None:
        pytest.skip("there is no C++ compiler")
    implementation = type("Own", (CuPy,), {"name": "standin"})(cuda_standin.cp)
    implementation.devices = lambda: ["standin:0"]
    implementation.describe = lambda raw: (raw.dtype.name, raw.shape, "standin:0")
    return _core._intern_device("standin:0", _core.Backend(implementation))


def host(x):
    return np.asarray(x.to_device("cpu"))


# -- what is installed


def fake_installation(monkeypatch, driver, **versions):
    def version(name):
        if name not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(diagnosis, "driver_version", lambda: driver)
    monkeypatch.setattr(diagnosis.metadata, "version", version)


@pytest.mark.parametrize(
    ("driver", "versions", "row", "problem", "mend"),
    [
        (12040, {}, 0, "it is not installed", 'pip install "arrayforge[cupy]"'),
        (13000, {}, 0, "it is not installed", 'pip install "arrayforge[cupy-cuda13x]"'),
        (0, {"cupy-cuda12x": "14.2.0"}, 1, "no driver was found", diagnosis._DRIVER),
        (
            *(12040, {"cupy-cuda12x": "14.2.0", "cupy-cuda13x": "14.2.0"}, 0),
            "cupy-cuda12x and cupy-cuda13x are both installed, and overwrite each other",
            'pip uninstall -y cupy-cuda12x cupy-cuda13x && pip install "arrayforge[cupy]"',
        ),
        (
            *(12040, {"cupy-cuda13x": "14.2.0"}, 2),
            "it needs a driver for CUDA 13, this one is for 12.4",
            'pip uninstall -y cupy-cuda13x && pip install "arrayforge[cupy]"',
        ),
    ],
)
def test_each_finding_ends_with_the_command_that_helps(
    monkeypatch, driver, versions, row, problem, mend
):
    fake_installation(monkeypatch, driver, **versions)
    assert SPEC.install_hint == mend
    found = SPEC.diagnose()
    assert [what for what, *_ in found] == ["CuPy", "CUDA driver", "CUDA of CuPy", "GPUs"]
    assert found[row][2:] == (problem, mend)


def test_a_driver_newer_than_cupy_is_fine(monkeypatch):
    fake_installation(monkeypatch, 13010, **{"cupy-cuda12x": "14.2.0"})
    rows = diagnosis.diagnose()[:3]
    assert [(value, problem) for _, value, problem, _ in rows] == [
        ("cupy-cuda12x 14.2.0", None),
        ("13.1", None),
        ("12.x", None),
    ]


def test_the_probe_says_what_is_missing_and_imports_nothing(run_python):
    code = """if True:
        import sys
        from arrayforge.backends.cupy import SPEC
        print(SPEC.probe())
        assert "cupy" not in sys.modules and "numpy" not in sys.modules
    """
    result = run_python(code)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(SPEC.probe())


@needs_cupy
@no_driver
def test_the_probe_asks_for_a_driver():
    assert SPEC.probe() == "no CUDA driver was found (libcuda.so.1 or nvcuda.dll)"


@pytest.mark.skipif(HAS_CUPY, reason="CuPy is installed")
def test_the_probe_asks_for_cupy():
    assert SPEC.probe() == "cupy is not installed"


@needs_cupy
@no_driver
def test_without_a_driver_nothing_is_chosen_in_its_place(run_python):
    result = run_python("import arrayforge", ARRAYFORGE_BACKEND="cupy")
    assert result.returncode == 1
    assert "no CUDA driver was found" in result.stderr
    assert "install NVIDIA's driver; nvidia-smi must list the GPU" in result.stderr


@needs_cupy
@no_driver
def test_the_first_device_call_says_what_was_found():
    import cupy

    with pytest.raises(ImportError, match="no CUDA device") as caught:
        CuPy(cupy).devices()
    assert f"(CuPy {cupy.__version__} for CUDA 1" in str(caught.value)
    assert "driver for CUDA none); nvidia-smi must list the GPU" in str(caught.value)
    assert isinstance(caught.value.__cause__, RuntimeError)


# -- the mapping


@needs_cupy
def test_the_mapping_holds_for_the_installed_cupy():
    import cupy

    found = namespace(cupy)
    assert not (set(PRIMITIVES) | set(COMPLEX_PRIMITIVES)) - set(found)
    assert not set(HOST_FUNCTIONS) - set(found) - set(CuPy(cupy).host)


@needs_compiler
def test_every_function_is_one_of_the_standard():
    known = {name for name, _ in _core._function_table()} | set(HOST_FUNCTIONS)
    assert not set(namespace(cuda_standin.cp)) - known


def test_what_an_old_cupy_lacks_goes_to_the_host_with_a_reason():
    old = SimpleNamespace(linalg=SimpleNamespace())
    assert set(CuPy(old).host) == {"linalg.eig", "linalg.eigvals"}
    assert CuPy(SimpleNamespace(linalg=SimpleNamespace(eig=None))).host == {}


def test_dtypes():
    assert "bfloat16" not in cuda_standin.BACKEND.dtypes("cupy:0")
    assert {"float16", "complex128", "uint64"} <= set(cuda_standin.BACKEND.dtypes(None))


# -- corrections


def test_negative_zeros_are_recognised():
    assert all(map(is_negative_zero, (-0.0, complex(-0.0, 1), complex(1, -0.0))))
    assert not any(map(is_negative_zero, (0, 0.0, 1.0, False, -1, 0j, -math.inf, math.nan)))


def test_negative_zeros_are_kept(gpu):
    """CuPy clears memory for whatever is equal to 0, and so does the stand-in."""
    x = xp.full((2, 2), -0.0, device=gpu)
    assert np.signbit(host(x)).all()
    y = xp.zeros(3, device=gpu)
    y[1] = -0.0
    y[xp.asarray([False, False, True], device=gpu)] = -0.0
    assert np.signbit(host(y)).tolist() == [False, True, True]
    z = xp.full(1, complex(0.0, -0.0), device=gpu)
    assert np.signbit(host(z).imag).all()
    assert not np.signbit(host(z).real).any()


def test_masks(gpu):
    x = xp.asarray([[1.0, 2.0], [3.0, 4.0]], device=gpu)
    assert host(x[x > 2]).tolist() == [3, 4]
    assert host(x[xp.asarray([False, True], device=gpu)]).tolist() == [[3, 4]]
    assert x[xp.asarray(True, device=gpu)].shape == (1, 2, 2)
    assert x[xp.asarray(False, device=gpu)].shape == (0, 2, 2)
    nothing = xp.zeros((0, 3), device=gpu)
    assert nothing[xp.zeros((0,), dtype=xp.bool, device=gpu)].shape == (0, 3)


SQUARE = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]]


@pytest.mark.parametrize(
    "name",
    ["cholesky", "det", "inv", "eigh", "eigvalsh", "eigvals", "qr", "svd", "svdvals", "slogdet"],
)
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3), (0, 3, 3), (2, 0, 0)])
def test_linear_algebra_has_shapes_of_its_own_where_nothing_is_there(gpu, name, shape):
    values = np.broadcast_to(SQUARE, shape) if math.prod(shape) else np.zeros(shape)
    got, expected = (getattr(xp.linalg, name)(xp.asarray(values, device=d)) for d in (gpu, "cpu"))
    several = isinstance(expected, tuple)
    for a, b in zip(got if several else [got], expected if several else [expected], strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        if name not in ("qr", "svd", "eigh"):  # whose vectors have a free sign
            np.testing.assert_allclose(host(a), host(b), rtol=1e-12)


def test_solve_broadcasts_and_takes_vectors(gpu):
    a = xp.asarray(np.broadcast_to(SQUARE, (2, 1, 3, 3)).copy(), device=gpu)
    b = xp.asarray(np.arange(24.0).reshape(4, 3, 2), device=gpu)
    x = xp.linalg.solve(a, b)
    assert x.shape == (2, 4, 3, 2)
    np.testing.assert_allclose(host(a @ x), np.broadcast_to(host(b), (2, 4, 3, 2)), rtol=1e-12)
    v = xp.linalg.solve(a, xp.asarray([1.0, 2.0, 3.0], device=gpu))
    assert v.shape == (2, 1, 3)


def test_upper_factor(gpu):
    x = xp.asarray(SQUARE, device=gpu)
    upper = xp.linalg.cholesky(x, upper=True)
    np.testing.assert_allclose(host(xp.matrix_transpose(upper) @ upper), SQUARE, rtol=1e-12)


@pytest.mark.parametrize("name", ["inv", "svdvals", "det"])
def test_half_precision_is_computed_in_single(gpu, name):
    x = xp.asarray(SQUARE, dtype=xp.float16, device=gpu)
    got = getattr(xp.linalg, name)(x)
    assert got.dtype is xp.float16
    np.testing.assert_allclose(
        host(got), host(getattr(xp.linalg, name)(xp.asarray(SQUARE))), rtol=5e-3
    )


@pytest.mark.parametrize("name", ["fftn", "ifftn", "rfftn", "irfftn"])
@pytest.mark.parametrize(
    "options", [{}, {"s": (3, 5)}, {"axes": (2, 0)}, {"s": (4, 2), "axes": (0, 1)}]
)
@pytest.mark.parametrize("norm", ["backward", "ortho"])
def test_transforms_over_several_axes(gpu, name, options, norm):
    values = np.random.default_rng(3).normal(size=(3, 4, 6))
    if name in ("ifftn", "irfftn"):
        values = values + 1j * values[::-1]
    got = getattr(xp.fft, name)(xp.asarray(values, device=gpu), norm=norm, **options)
    expected = getattr(xp.fft, name)(xp.asarray(values), norm=norm, **options)
    assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(host(got), host(expected), atol=1e-12)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "float32"])
@pytest.mark.parametrize("name", ["sum", "prod", "cumulative_sum", "max", "argmax", "any"])
def test_reductions(gpu, name, dtype):
    values = np.asarray([[1, 2, 0], [3, 1, 1]]).astype(dtype)
    for options in ({"axis": 0}, {"axis": 1}, {"axis": 0, "keepdims": True}, {}, {"axis": ()}):
        if name == "cumulative_sum" and ("keepdims" in options or not options.get("axis")):
            options = {"axis": 1, "include_initial": True}
        if name == "argmax" and options.get("axis") == ():
            continue
        got, expected = (
            getattr(xp, name)(xp.asarray(values, device=d), **options) for d in (gpu, "cpu")
        )
        assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
        assert host(got).tolist() == host(expected).tolist()


def test_products_of_nothing(gpu):
    for a, b in (
        ((3, 0), (0, 4)),
        ((0,), (0,)),
        ((2, 3, 0), (0, 5)),
        ((0,), (2, 0, 3)),
        ((0, 2), (2,)),
    ):
        got = xp.matmul(xp.ones(a, device=gpu), xp.ones(b, device=gpu))
        expected = xp.matmul(xp.ones(a), xp.ones(b))
        assert (got.shape, host(got).tolist()) == (expected.shape, expected.tolist())


# -- devices, memory, errors


def test_a_call_runs_where_its_operands_are():
    entered = []

    class Device:
        def __init__(self, number):
            self.number = number

        def __enter__(self):
            entered.append(self.number)

        def __exit__(self, *unused):
            return None

    runtime = SimpleNamespace(getDeviceCount=lambda: 2)
    cp = SimpleNamespace(
        linalg=SimpleNamespace(eig=None), cuda=SimpleNamespace(runtime=runtime, Device=Device)
    )
    backend = CuPy(cp)
    assert backend.devices() == ["cupy:0", "cupy:1"]
    array = SimpleNamespace(device=SimpleNamespace(id=1))
    called = backend._placed("concat", lambda *args, **named: (args, named))
    assert called((array, array), axis=0) == (((array, array),), {"axis": 0})
    assert called((2, 3), 1.0, device=0) == (((2, 3), 1.0), {})
    assert entered == [1, 0]


def test_out_of_memory_is_a_memory_error_with_sizes():
    def fails(error):
        def call():
            raise error

        return cuda_standin.BACKEND._placed("matmul", call)

    sizes = r"^matmul\(\): .* \(the GPU has 1 of 2 bytes free, CuPy's pool holds 4\)$"
    for error in (
        MemoryError("Out of memory allocating 8,000 bytes"),
        RuntimeError("cudaErrorMemoryAllocation: out of memory"),
        RuntimeError("CUFFT_ALLOC_FAILED"),
    ):
        with pytest.raises(MemoryError, match=sizes) as caught:
            fails(error)()
        assert caught.value.__cause__ is error
    other = RuntimeError("cudaErrorIllegalAddress")
    with pytest.raises(RuntimeError, match="IllegalAddress"):
        fails(other)()


def test_memory_is_that_of_the_pool():
    counts = cuda_standin.BACKEND.memory("cupy:0")
    assert counts == {"live": 3, "reserved": 4, "free": 1, "total": 2}


def test_dlpack_keeps_to_the_standard(gpu):
    x = xp.asarray([1.0, 2.0], device=gpu)
    assert x.__dlpack_device__() == (2, 0)
    assert np.from_dlpack(SimpleHost(x)).tolist() == [1, 2]
    for options in ({}, {"copy": True}, {"max_version": (1, 0)}, {"dl_device": (2, 0)}):
        assert "dltensor" in repr(x.__dlpack__(**options))
    with pytest.raises(BufferError, match=r"on device \(2, 0\), got dl_device=\(1, 0\)"):
        x.__dlpack__(dl_device=(1, 0), copy=False)
    backend = cuda_standin.BACKEND
    for producer in (SimpleNamespace(__dlpack_device__=lambda: (1, 0)),):
        with pytest.raises(BufferError, match=r"device \(1, 0\) is out of reach of cupy:0"):
            backend.from_dlpack(producer, "cupy:0")
    with pytest.raises(BufferError, match=r"device \(2, 0\) is out of reach of cupy:1"):
        backend.from_dlpack(x._raw, "cupy:1")


class SimpleHost:
    """Asks for a capsule in host memory, as a consumer that names the host."""

    def __init__(self, array):
        self.array = array

    def __dlpack_device__(self):
        return 1, 0

    def __dlpack__(self, **options):
        return self.array.__dlpack__(dl_device=(1, 0), copy=None)


@needs_compiler
def test_it_keeps_the_contract():
    from arrayforge.testing import check_backend

    assert check_backend("cuda_standin:BACKEND") == []
