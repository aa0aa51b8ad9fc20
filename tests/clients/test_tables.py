"""The tables in calls/ are complete: what clients list as ready for the array API has a line."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

CALLS = Path(__file__).parent / "calls"
SCIPY = {
    "scipy_cluster": ("cluster.hierarchy", "cluster.vq"),
    "scipy_fft": ("fft",),
    "scipy_integrate": ("integrate",),
    "scipy_optimize": ("optimize", "optimize.elementwise"),
    "scipy_others": ("constants", "differentiate", "linalg"),
    "scipy_signal": ("signal", "signal.windows"),
    "scipy_special": ("special",),
    "scipy_stats": ("stats",),
}


def words(table):
    return set(re.findall(r"\w+", (CALLS / f"{table}.txt").read_text(encoding="utf-8")))


def capable():
    """SciPy's own table, by function; methods and what is for NumPy only left aside."""
    from scipy._lib._array_api import xp_capabilities_table

    return {f for f, says in xp_capabilities_table.items() if not says["np_only"]}


@pytest.mark.parametrize("table", SCIPY)
def test_every_function_of_scipy_has_a_line(table):
    expected = set()
    for name in SCIPY[table]:
        module = importlib.import_module(f"scipy.{name}")
        members = {n: getattr(module, n) for n in module.__all__}
        public = capable()
        expected |= {n for n, f in members.items() if f.__hash__ and f in public}
    assert expected
    assert expected <= words(table)


def test_every_method_of_rotations_has_a_line():
    importlib.import_module("scipy.spatial.transform")
    methods = {
        f.__name__
        for f in capable()
        if f.__module__.startswith("scipy.spatial.transform") and not f.__name__.startswith("_")
    }
    assert {"as_matrix", "apply", "align_vectors"} < methods
    # identity() is given no array that could tell the namespace.
    assert methods - {"identity"} <= words("scipy_transform")


@pytest.mark.filterwarnings("ignore")
def test_every_estimator_of_sklearn_has_a_line():
    from sklearn.utils import all_estimators, get_tags
    from sklearn.utils._test_common.instance_generator import _construct_instances

    expected = set()
    for name, cls in all_estimators():
        if name != "FrozenEstimator":  # holds any fitted one, computes nothing itself
            instances = list(_construct_instances(cls))
            expected |= {name for e in instances if get_tags(e).array_api_support}
    assert {"PCA", "Ridge", "StandardScaler"} < expected
    assert expected <= words("sklearn_estimators")


@pytest.mark.filterwarnings("ignore")
def test_every_metric_of_sklearn_has_a_line():
    from sklearn.metrics.tests.test_common import array_api_metric_checkers

    metrics = {getattr(m, "func", m).__name__ for m in array_api_metric_checkers}
    assert {"accuracy_score", "r2_score"} < metrics
    assert metrics <= words("sklearn_metrics")


def test_every_function_of_the_smaller_clients_has_a_line():
    import array_api_extra
    import einops.array_api

    functions = set(array_api_extra.__all__) - {"__version__", "testing"}
    assert functions <= words("array_api_extra")
    names = {"reduce", "repeat", "rearrange", "pack", "unpack"}
    assert names <= set(vars(einops.array_api))
    assert names <= words("einops")
