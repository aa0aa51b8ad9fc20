"""Released clients: the devices that they run on, and the inputs of the tables in calls/."""

from __future__ import annotations

import os

# SciPy and scikit-learn read it once, when they are imported.
os.environ["SCIPY_ARRAY_API"] = "1"

import numpy as np
import pytest

import arrayforge as xp

# One word here is one more engine; CLIENT_BACKENDS=numpy,torch in the environment names others.
BACKENDS = ("cpu", "numpy", "fake")


def pytest_generate_tests(metafunc):
    if "device" in metafunc.fixturenames:
        chosen = os.environ.get("CLIENT_BACKENDS", "")
        names = chosen.split(",") if chosen else BACKENDS
        metafunc.parametrize("device", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def device(request):
    """The first device of the backend, which is in force meanwhile: clients create arrays, too."""
    with xp.use_backend(request.param):
        yield xp.devices()[0]


@pytest.fixture(scope="session")
def raw_inputs():
    """The arrays that the tables speak of, as NumPy's."""
    draw = np.random.default_rng(11)
    from scipy.cluster import hierarchy
    from scipy.signal import butter
    from scipy.spatial.distance import pdist

    m = draw.uniform(0.2, 2.0, (6, 3))
    samples = draw.normal(size=(60, 4))
    labels = (samples[:, 0] + 0.3 * draw.normal(size=60) > 0).astype(np.int64)
    x, y = draw.uniform(0.2, 3.0, (2, 24))
    return {
        "x": x,
        "y": y,
        "p": draw.uniform(0.05, 0.95, 24),
        "x32": x.astype(np.float32),
        "with_nan": np.where(x > 2.5, np.nan, x),
        "sorted_x": np.sort(x),
        "z": x + 1j * y,
        "f": np.floor(x),
        "n": np.full(24, 12.0),
        "i": draw.integers(0, 20, 24),
        "grid": np.linspace(0.0, 2.0, 24),
        "m": m,
        "m6": draw.uniform(-1.0, 1.0, (4, 6)),
        "zm": m + 1j * m[::-1],
        "square": draw.uniform(-1.0, 1.0, (4, 4)),
        "eye3": np.eye(3),
        "q": draw.normal(size=(24, 4)),
        "tree": hierarchy.linkage(m),
        "distances": pdist(m),
        "bands": np.asarray([0.0, 0.3, 0.5, 1.0]),
        "gains": np.asarray([1.0, 1.0, 0.0, 0.0]),
        "band": np.asarray([0.2, 0.4]),
        "sos": butter(4, 0.3, output="sos"),
        "samples": samples,
        "labels": labels,
        "guesses": np.where(draw.uniform(size=60) > 0.8, 1 - labels, labels),
        "classes": draw.integers(0, 3, 60),
        "other_classes": draw.integers(0, 3, 60),
        "scores": draw.uniform(0.05, 0.95, 60),
        "target": samples @ np.asarray([1.0, -2.0, 0.5, 0.0]) + 0.1 * draw.normal(size=60),
        "counts": draw.poisson(2.0, 60).astype(np.float64),
        "weights": draw.uniform(0.5, 1.5, 60),
    }
