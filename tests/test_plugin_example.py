"""The example of a third party's backend: installed as its users do, found, and conforming."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from arrayforge import conformance

PLUGIN = Path(__file__).parent.parent / "examples" / "plugin"
NEEDS = "the example wraps the one and is built with the other (extra: test)"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Runs Python where the plug-in is installed, in a folder of its own."""
    for needed in ("array_api_strict", "flit_core"):
        pytest.importorskip(needed, reason=NEEDS)
    folder = tmp_path_factory.mktemp("plugin")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Nothing is downloaded: what it is built with and what it needs are here already.
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(folder / "site")]
    made = subprocess.run([*pip, *options, str(PLUGIN)], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr

    def run(*arguments, **environment):
        paths = [str(folder / "site"), os.environ.get("PYTHONPATH", "")]
        environment = (
            os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | environment
        )
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)

    return run


def test_installing_it_changes_nothing(installed):
    code = """if True:
        import sys, arrayforge as xp
        from arrayforge import registry
        assert "strict" in registry.names()
        assert xp.zeros(1).device == "cpu"
        assert not {"array_api_strict", "arrayforge_strict"} & set(sys.modules)
    """
    result = installed("-c", code)
    assert result.returncode == 0, result.stderr


def test_it_is_found_by_its_name(installed):
    code = """if True:
        import arrayforge as xp
        x = xp.asarray([[1.0, 2.0], [3.0, 4.0]])
        assert x.device == "strict"
        assert type(x._raw).__module__.startswith("array_api_strict")
        print((x @ x).tolist(), xp.sum(x, axis=0).tolist(), x.to_device("cpu").device)
    """
    result = installed("-c", code, ARRAYFORGE_BACKEND="strict")
    assert result.stdout == "[[7.0, 10.0], [15.0, 22.0]] [4.0, 6.0] cpu\n", result.stderr


def test_it_conforms(installed, tmp_path):
    command = ["-m", "arrayforge", "conformance", "creation_functions", "set_functions"]
    options = ["--backend", "strict", "--max-examples", "3", "--output", str(tmp_path)]
    result = installed(*command, *options)
    if result.returncode == conformance.NO_SUITE:
        pytest.skip(result.stderr)
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 failed, 0 errors" in result.stdout
