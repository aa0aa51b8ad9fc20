"""The pytest plugin, run in processes of their own as users run it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BACKENDS = Path(__file__).parent / "backends"


@pytest.fixture
def run(tmp_path):
    """run(test file's text, option, ...): pytest's exit status and output.

    found: by the entry point, as in every project; otherwise it is named.
    """

    def call(text, *options, ini="", found=False):
        (tmp_path / "test_it.py").write_text(text)
        (tmp_path / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}\n")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", *options]
        environment = os.environ | {"PYTHONPATH": str(BACKENDS)}
        environment.pop("PYTEST_ADDOPTS", None)
        if not found:  # without the plugins of others, which take longer to load than the tests
            environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            command += ["-p", "pytest_arrayforge"]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr

    return call


def outcomes(output):
    """Test id -> PASSED, SKIPPED or FAILED."""
    lines = [line.split() for line in output.splitlines() if line.startswith("test_it.py::")]
    return {line[0].removeprefix("test_it.py::"): line[1] for line in lines if len(line) > 1}


LIGHT = """
import sys
def test_nothing_is_imported(pytestconfig):
    assert pytestconfig.pluginmanager.hasplugin("arrayforge")  # by its entry point
    assert "pytest_arrayforge" in sys.modules
    loaded = [name for name in sys.modules if name.partition(".")[0] in ("arrayforge", "numpy")]
    assert not loaded
"""


def test_projects_that_do_not_use_it_are_not_disturbed(run):
    status, output = run(LIGHT, "-p", "no:hypothesispytest", "--strict-markers", found=True)
    assert status == 0, output
    assert outcomes(output) == {"test_nothing_is_imported": "PASSED"}
    assert "warning" not in output


def test_the_module_imports_neither_the_library_nor_a_backend():
    code = (
        "import sys, pytest_arrayforge; "
        "print([n for n in sys.modules if n.split('.')[0] in ('arrayforge', 'numpy')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


OWN_FIXTURE = """
import sys
import pytest
@pytest.fixture
def xp():
    return "mine"
def test_own(xp):
    assert xp == "mine"
@pytest.mark.parametrize("xp", ["a", "b"])
def test_parametrized(xp):
    assert xp in "ab"
def test_light():
    assert "arrayforge" not in sys.modules
"""


def test_a_fixture_of_that_name_of_the_project_comes_first(run):
    status, output = run(OWN_FIXTURE)
    assert status == 0, output
    assert len(outcomes(output)) == 4


def test_arrayforge_may_be_imported_before_pytest(tmp_path):
    (tmp_path / "test_it.py").write_text("def test_one(xp): assert xp.zeros(1).shape == (1,)")
    code = (
        "import arrayforge, pytest, sys; "
        "sys.exit(pytest.main(['-W', 'error', '-p', 'no:cacheprovider', "
        "'--arrayforge-backends=cpu', sys.argv[1]]))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


USES = """
import pytest
def test_plain(xp, request):
    import arrayforge
    assert xp is arrayforge
    x = xp.asarray([1.0, 2.0])
    assert f"[{x.device}]" in request.node.name
    assert xp.zeros(2).device == x.device == xp.__array_namespace_info__().default_device()
"""


def test_the_fixture_runs_on_each_backend(run):
    status, output = run(USES, "--arrayforge-backends=cpu, numpy,mutable:BACKEND")
    assert status == 0, output
    expected = {f"test_plain[{name}]": "PASSED" for name in ("cpu", "numpy", "mutable")}
    assert outcomes(output) == expected


def test_all_usable_backends_are_the_default(run):
    pytest.importorskip("numpy")
    status, output = run(USES)
    assert status == 0, output
    assert {"test_plain[cpu]", "test_plain[numpy]"} <= set(outcomes(output))


def test_the_configuration_file_may_name_them_and_the_option_wins(run):
    status, output = run(USES, ini="arrayforge_backends = numpy")
    assert (status, list(outcomes(output))) == (0, ["test_plain[numpy]"]), output
    status, output = run(USES, "--arrayforge-backends=cpu", ini="arrayforge_backends = numpy")
    assert (status, list(outcomes(output))) == (0, ["test_plain[cpu]"]), output


@pytest.mark.parametrize(
    ("names", "message"),
    [("nump", "did you mean 'numpy'"), ("cpu:1", "device(): cpu has cpu, got 'cpu:1'")],
)
def test_unknown_names_are_errors(run, names, message):
    status, output = run(USES, f"--arrayforge-backends={names}")
    assert status != 0
    assert f"--arrayforge-backends: {names}: " in output
    assert message in output


MARKED = """
import pytest
pytestmark = pytest.mark.arrayforge(skip="immutable", reason="writes")

@pytest.mark.arrayforge(backends=["mutable", "numpy"])
def test_some(xp):
    pass

@pytest.mark.arrayforge(backends="cpu")
class TestGroup:
    def test_one(self, xp):
        pass

    @pytest.mark.arrayforge(backends=["numpy"])
    def test_two(self, xp):
        pass

@pytest.mark.arrayforge(skip=["numpy"])
def test_most(xp, value=None):
    pass

def test_without_fixture():
    pass
"""


def test_markers_restrict_and_skip(run):
    names = "cpu,numpy,mutable:BACKEND,immutable:BACKEND"
    status, output = run(MARKED, f"--arrayforge-backends={names}", "-rs", "--strict-markers")
    assert status == 0, output
    assert outcomes(output) == {
        "test_some[mutable]": "PASSED",
        "test_some[numpy]": "PASSED",
        "TestGroup::test_one[cpu]": "PASSED",
        "TestGroup::test_two[numpy]": "PASSED",
        "test_most[cpu]": "PASSED",
        "test_most[numpy]": "SKIPPED",
        "test_most[mutable]": "PASSED",
        "test_most[immutable]": "SKIPPED",
        "test_without_fixture": "PASSED",
    }
    assert "writes" in output
    assert "not on this backend" in output


@pytest.mark.parametrize("arguments", ["", "'cpu'", "devices=['cpu']"])
def test_a_marker_that_says_nothing_is_an_error(run, arguments):
    text = f"import pytest\n@pytest.mark.arrayforge({arguments})\ndef test_one(xp): pass\n"
    status, output = run(text, "--arrayforge-backends=cpu")
    assert status != 0
    assert "marker arrayforge: expected" in output


def test_no_backend_left_is_a_skip_that_says_so(run):
    text = "import pytest\n@pytest.mark.arrayforge(backends=['numpy'])\ndef test_one(xp): pass\n"
    status, output = run(text, "--arrayforge-backends=cpu", "-rs")
    assert status == 0, output
    assert list(outcomes(output).values()) == ["SKIPPED"]
    assert "empty parameter set" in output


FAILS = """
from arrayforge.testing import assert_equal
def test_values(xp):
    assert_equal(xp.asarray([1.0, 2.0]), xp.asarray([1.0, 2.5]))
"""


def test_a_failed_assertion_points_at_the_test_alone(run):
    status, output = run(FAILS, "--arrayforge-backends=cpu", "--tb=short")
    assert status == 1
    assert "1 of 2 elements differ" in output
    assert "test_it.py:4: in test_values" in output
    assert "_asserts.py" not in output


def test_parametrized_tests_and_other_fixtures_combine(run):
    text = """
import pytest
@pytest.fixture
def ones(xp):
    return xp.ones(2)
@pytest.mark.parametrize("n", [1, 2])
def test_both(ones, n, xp):
    assert (ones * n).tolist() == [n, n]
"""
    status, output = run(text, "--arrayforge-backends=cpu,numpy")
    assert status == 0, output
    assert len(outcomes(output)) == 4
    assert any("numpy" in name for name in outcomes(output))
