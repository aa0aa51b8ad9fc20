"""What the tests of the JAX backend share: its device, tables of other modules, a cache."""

import importlib.util
import tempfile
from pathlib import Path

import pytest

import arrayforge as xp

jax = pytest.importorskip("jax")

DEVICE = "jax:cpu:0"


def tables(name):
    """Another module of these tests, for its tables."""
    path = Path(__file__).parent.parent / f"test_{name}.py"
    spec = importlib.util.spec_from_file_location(f"arrayforge_jax_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def on_device(values, dtype):
    return xp.astype(xp.asarray(values, device=DEVICE), getattr(xp, dtype))


@pytest.fixture(scope="module", autouse=True)
def compiled_once():
    """Compilations are kept for the next run: they take most of the time."""
    options = {
        "jax_compilation_cache_dir": f"{tempfile.gettempdir()}/arrayforge-jax-{jax.__version__}",
        "jax_persistent_cache_min_compile_time_secs": 0.0,
        "jax_persistent_cache_min_entry_size_bytes": -1,
    }
    before = {name: getattr(jax.config, name) for name in options}
    for name, value in options.items():
        jax.config.update(name, value)
    yield
    for name, value in before.items():
        jax.config.update(name, value)
