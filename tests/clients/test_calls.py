"""Calls of released clients, line by line of calls/: what NumPy's arrays give, ours must give.

Each line is evaluated twice, with NumPy and with ours on a device; values, dtypes and kinds of
result are compared, and arrays must stay on their device.
"""

from __future__ import annotations

import contextlib
import importlib
import warnings
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest

import arrayforge as xp

SKLEARN = (
    *("calibration", "decomposition", "discriminant_analysis", "kernel_approximation"),
    *("linear_model", "mixture", "model_selection", "naive_bayes", "pipeline", "preprocessing"),
    "utils",
)
# The names that the lines of a table start from.
MODULES = {
    "array_api_extra": {"xpx": "array_api_extra"},
    "einops": {"einops": "einops.array_api"},
    "scipy_cluster": {"hierarchy": "scipy.cluster.hierarchy", "vq": "scipy.cluster.vq"},
    "scipy_fft": {"fft": "scipy.fft"},
    "scipy_integrate": {"integrate": "scipy.integrate"},
    "scipy_optimize": {"optimize": "scipy.optimize", "elementwise": "scipy.optimize.elementwise"},
    "scipy_others": {n: f"scipy.{n}" for n in ("constants", "differentiate", "linalg")},
    "scipy_signal": {"signal": "scipy.signal", "windows": "scipy.signal.windows"},
    "scipy_special": {"special": "scipy.special"},
    "scipy_stats": {"stats": "scipy.stats"},
    "scipy_transform": {"transform": "scipy.spatial.transform"},
    "sklearn_estimators": {n: f"sklearn.{n}" for n in SKLEARN},
    "sklearn_metrics": {"metrics": "sklearn.metrics"},
    "xarray": {"xarray": "xarray"},
}
# Iterative solvers end a little elsewhere when sums are rounded otherwise.
TOLERANCE = {
    "scipy_cluster": 1e-9,
    "scipy_signal": 1e-8,
    "scipy_transform": 1e-9,
    "sklearn_estimators": 1e-5,
}
SHORT = {
    "scipy.spatial.transform": lambda m: {"R": m.Rotation, "T": m.RigidTransform},
    "xarray": lambda m: {"V": m.Variable, "D": m.DataArray},
}


# Such a line ends in NumPy or in compiled code: engines with memory of their own refuse it.
HOST = "# host"


def lines(name):
    text = (Path(__file__).parent / "calls" / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and line[0] != "#"]


class Calls:
    """Evaluates lines; `make` turns NumPy's inputs into those of the namespace under test."""

    def __init__(self, name, space, inputs, make):
        self.name, self.make = name, make
        self.space = space
        modules = {n: importlib.import_module(path) for n, path in MODULES[name].items()}
        for module in modules.values():
            modules = SHORT.get(module.__name__, lambda m: {})(module) | modules
        helpers = {n[5:]: getattr(self, n) for n in dir(self) if n.startswith("call_")}
        arrays = {n: make(value) for n, value in inputs.items()}
        self.names = arrays | modules | helpers | {"xp": space}

    def evaluate(self, line):
        with warnings.catch_warnings(), self.dispatch():
            # The clients' own: deprecations, ill-conditioned filters, small samples.
            warnings.simplefilter("ignore")
            return eval(line, dict(self.names))

    def dispatch(self):
        """scikit-learn keeps arrays other than NumPy's only where it is told to."""
        if self.space is np or "sklearn" not in self.name:
            return contextlib.nullcontext()
        return importlib.import_module("sklearn").config_context(array_api_dispatch=True)

    def call_rvs(self, like):
        draw = np.random.default_rng(5)
        return lambda size: self.make(draw.uniform(0.2, 3.0, size))

    def call_mean(self, x, axis):
        return self.space.mean(x, axis=axis)

    def call_p_value(self, x, axis):
        return self.space.mean(self.space.astype(x > 1.5, x.dtype), axis=axis)

    def call_summed_by_numpy(self, x):
        return np.sum(x)

    def call_halton(self):
        return importlib.import_module("scipy.stats.qmc").Halton(2, rng=3)

    def call_replaced(self, sequence, index, value):
        sequence[index] = value
        return sequence


def parts(result):
    """What a result that is no array consists of."""
    if isinstance(result, dict):
        return dict(result)
    if isinstance(result, tuple | list):
        return dict(enumerate(result))
    if hasattr(result, "dims"):
        return {"dims": result.dims, "data": result.data}
    if is_dataclass(result):
        result = {field.name: getattr(result, field.name) for field in fields(result)}
    else:
        result = vars(result)
    return {n: value for n, value in result.items() if not n.startswith("_")}


def assert_same(found, expected, device, tolerance, where="result"):
    if isinstance(found, xp.Array):
        assert found.device is device, where
        assert isinstance(expected, np.ndarray | np.generic | float | int), where
        host = np.asarray(found.to_device("cpu"))
        assert host.dtype == np.asarray(expected).dtype, where
        assert host.shape == np.shape(expected), where
        if host.dtype in (np.float32, np.complex64):
            tolerance = max(tolerance, 1e-5)
        np.testing.assert_allclose(host, expected, rtol=tolerance, atol=tolerance, err_msg=where)
    elif isinstance(expected, np.ndarray | np.generic | bool | int | float | complex):
        # Where the client gives NumPy's scalars or arrays back for ours, the values count.
        assert isinstance(found, np.generic | np.ndarray | bool | int | float | complex), where
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance, err_msg=where)
    elif expected is None or isinstance(expected, str):
        assert found == expected, where
    elif isinstance(found, type(xp.float64)):
        assert np.dtype(found) == np.dtype(expected), where
    elif callable(expected):
        assert callable(found), where
    else:
        ours, plain = parts(found), parts(expected)
        assert ours.keys() == plain.keys(), where
        for name, value in plain.items():
            assert_same(ours[name], value, device, tolerance, f"{where}.{name}")


def reads_as_numpy(device):
    try:
        np.asarray(xp.zeros(1, device=device))
    except TypeError:
        return False
    return True


CALLS = [(name, line) for name in MODULES for line in lines(name)]


NAMES = [f"{name}: {line.removesuffix(HOST).rstrip()}" for name, line in CALLS]


@pytest.mark.parametrize(("name", "line"), CALLS, ids=NAMES)
def test_a_call_gives_what_numpy_gives(device, raw_inputs, name, line):
    plain = Calls(name, np, raw_inputs, np.array).evaluate(line)
    calls = Calls(name, xp, raw_inputs, lambda x: xp.asarray(x, device=device))
    if line.endswith(HOST) and not reads_as_numpy(device):
        with pytest.raises(TypeError, match="is not in host memory"):
            calls.evaluate(line)
        return
    ours = calls.evaluate(line)
    assert_same(ours, plain, device, TOLERANCE.get(name, 1e-10))
