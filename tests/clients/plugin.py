"""A pytest plugin that makes the test-suites of SciPy and scikit-learn run with arrayforge.

`pytest -p plugin --pyargs scipy.stats` with this folder on PYTHONPATH. ARRAYFORGE_SUITE names the
namespaces: NumPy, the yardstick, and ours; array_api_strict can tell whose a failure is.
Both suites keep their namespaces in one list that is read when their tests are imported, which is
after this file. The outcomes go to the file that ARRAYFORGE_OUTCOMES names, one test a line.
"""

from __future__ import annotations

import importlib
import os

import pytest

SUITE = os.environ.get("ARRAYFORGE_SUITE", "scipy").split(":")
NAMESPACES = SUITE[1].split(",") if len(SUITE) > 1 else ["numpy", "arrayforge"]


def into_scipy():
    """The parameters of the fixture `xp`: SciPy froze them when it made the fixture."""
    import scipy.conftest as conftest

    mark = pytest.mark.array_api_backends
    spaces = [importlib.import_module(name) for name in NAMESPACES]
    params = [pytest.param(space, id=space.__name__, marks=mark) for space in spaces]
    conftest.xp_known_backends.update(NAMESPACES)
    conftest.xp = pytest.fixture(params=params)(conftest.xp.__wrapped__)


def into_sklearn():
    """The generators of parameters: namespaces, and pairs of them for mixed input."""
    from sklearn.utils import _array_api

    def namespaces(include_numpy_namespaces=True):
        yield from (name for name in NAMESPACES if include_numpy_namespaces or name != "numpy")

    def mixed():
        place = _array_api.NamespaceAndDevice
        for name in NAMESPACES:
            if name != "numpy":
                yield place("numpy", None), place(name, None), f"numpy to {name}"
                yield place(name, None), place("numpy", None), f"{name} to numpy"

    _array_api.yield_namespaces = namespaces
    _array_api.yield_mixed_namespace_input_permutations = mixed


{"scipy": into_scipy, "sklearn": into_sklearn}[SUITE[0]]()


class Outcomes:
    """Writes what became of each test; a test is its worst phase."""

    ORDER = ("passed", "xpassed", "skipped", "xfailed", "failed")

    def __init__(self, path):
        self.path = path
        self.found = {}

    def pytest_runtest_logreport(self, report):
        outcome = report.outcome
        if hasattr(report, "wasxfail"):
            outcome = "xfailed" if report.skipped else "xpassed"
        before = self.found.get(report.nodeid, "passed")
        self.found[report.nodeid] = max(before, outcome, key=self.ORDER.index)

    def pytest_sessionfinish(self):
        with open(self.path, "w", encoding="utf-8") as file:
            for test, outcome in sorted(self.found.items()):
                print(outcome, test, file=file)


def pytest_configure(config):
    path = os.environ.get("ARRAYFORGE_OUTCOMES")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Outcomes(path))
