"""The tests of the elementwise operations once more at every ISA level this machine has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from arrayforge import _core

HERE = Path(__file__).parent
MODULES = (
    "test_tiny",
    "test_ops",
    "test_casts",
    "test_kernel_edges",
    "test_special_values",
    "test_special_values_complex",
    "test_accuracy",
)
# Set in the runs that this module starts, so that they do not start runs of their own.
INNER = "PYTEST_ISA_RUN"

LEVELS = _core._isa_levels().split()


@pytest.mark.skipif(INNER in os.environ, reason="this is such a run")
@pytest.mark.parametrize("level", [level for level in LEVELS if level != _core._isa()])
def test_operations_at(level):
    environment = os.environ | {"ARRAYFORGE_ISA": level, INNER: "1"}
    files = [str(HERE / f"{name}.py") for name in MODULES]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files]
    run = subprocess.run(
        command, cwd=HERE.parent, env=environment, capture_output=True, text=True, timeout=1800
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]


def test_the_level_is_the_one_asked_for(run_python):
    code = "from arrayforge import _core; print(_core._isa())"
    for level in LEVELS:
        assert run_python(code, ARRAYFORGE_ISA=level).stdout.strip() == level
    refused = run_python("import arrayforge", ARRAYFORGE_ISA="v9")
    assert refused.returncode == 1
    assert "ARRAYFORGE_ISA: this machine has " + ", ".join(LEVELS) in refused.stderr


def test_every_level_gives_the_same_bits_of_arithmetic(run_python):
    """+ - * / sqrt round once everywhere: a checksum over random bits."""
    code = """
import hashlib
import numpy as np
import arrayforge as xp
bits = np.random.default_rng(5).integers(0, 2**64, (2, 1001), dtype=np.uint64)
sums = []
for dtype in ("float32", "float64"):
    x, y = (xp.asarray(b) for b in bits.view(dtype))
    for z in (x + y, x - y, x * y, x / y, xp.sqrt(x), x // y, x % y):
        z = xp.where(xp.isnan(z), 0.0, z)
        sums.append(hashlib.sha256(np.asarray(z).tobytes()).hexdigest()[:8])
print(*sums)
"""
    outputs = {level: run_python(code, ARRAYFORGE_ISA=level).stdout for level in LEVELS}
    assert len(next(iter(outputs.values())).split()) == 14
    assert len(set(outputs.values())) == 1, outputs
