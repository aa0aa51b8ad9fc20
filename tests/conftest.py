"""Fixtures: the devices a test body runs on, and the count of live arrays."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from engines import ENGINES, INSTALLED, MINIATURES

import arrayforge as xp
from arrayforge import _core, registry


def load_miniature(name: str) -> xp.Device:
    """The device of a backend under tests/backends, or of an installed one that was asked for."""
    if name not in MINIATURES:
        return registry.first_device(name) if name in INSTALLED else registry.device(name)
    if name not in registry._loaded:
        import importlib.util

        path = Path(__file__).parent / "backends" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"arrayforge_test_{name}_module", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        backend = _core.Backend(module.BACKEND)
        registry._loaded[name] = backend
        for device in module.BACKEND.devices():
            _core._intern_device(device, backend)
    return registry.device(name)


@pytest.fixture(params=("cpu", "numpy", "fake:0", *ENGINES))
def device(request):
    """The native device, those of the backends that are always there, and of every engine."""
    with np.errstate(all="ignore"):  # NumPy warns of what the standard defines
        yield _core._cpu if request.param == "cpu" else load_miniature(request.param)


@pytest.fixture
def engine(request):
    """The device of the engine that the test names by indirect parametrization."""
    return load_miniature(request.param)


@pytest.fixture
def on():
    """on(name, values): an array on the engine of that name."""
    return lambda name, values: xp.asarray(values, device=load_miniature(name))


@pytest.fixture(scope="module", autouse=True)
def no_array_is_left():
    """Every array a module made is gone when it ends."""
    gc.collect()
    before = _core._live_arrays()
    yield
    gc.collect()
    assert _core._live_arrays() <= before


@pytest.fixture
def run_python():
    """run_python(code, NAME=value, ...): a fresh interpreter with these environment variables."""

    def run(code, **environment):
        command = [sys.executable, "-c", code]
        environment = os.environ | environment
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return run
