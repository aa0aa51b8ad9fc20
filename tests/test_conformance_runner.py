"""The runner of the official suite: where it finds the suite, how it counts, how it ends."""

import subprocess
from pathlib import Path

import pytest

from arrayforge import _suite, conformance

ROOT = Path(__file__).parent.parent

REPORT = """<testsuites><testsuite>
<testcase classname="array_api_tests.test_fft" name="a" time="1.5"/>
<testcase classname="array_api_tests.test_fft" name="b" time="0.5"><failure message="x"/></testcase>
<testcase classname="array_api_tests.test_linalg" name="c" time="0"><error message="x"/></testcase>
<testcase classname="array_api_tests.test_linalg" name="d" time="0">
  <skipped type="pytest.skip" message="flaky"/></testcase>
<testcase classname="array_api_tests.test_linalg" name="f" time="0">
  <skipped type="pytest.skip" message="linalg not found in array module"/></testcase>
<testcase classname="array_api_tests.test_linalg" name="e" time="0">
  <skipped type="pytest.xfail"/></testcase>
</testsuite></testsuites>"""

PASSING = "def test_one():\n    pass\n"
FAILING = "def test_one():\n    assert False\n"
CONFTEST = """
def pytest_addoption(parser):
    parser.addoption("--max-examples")
    parser.addoption("--disable-deadline", action="store_true")
    parser.addoption("--skips-file")
    parser.addoption("--xfails-file")
"""
SEEN = """
import os
def test_environment():
    assert os.environ["ARRAYFORGE_BACKEND"] == "some:thing"
    assert os.environ["ARRAYFORGE_ISA"] == "v2"
    assert os.environ["ARRAY_API_TESTS_VERSION"] == "2025.12"
    assert os.environ["HYPOTHESIS_STORAGE_DIRECTORY"].endswith("some_thing/hypothesis")
"""


def make_suite(folder, **chapters):
    (folder / "array_api_tests").mkdir(parents=True)
    (folder / "array_api_tests" / "__init__.py").touch()
    (folder / "array-api" / "src").mkdir(parents=True)
    (folder / "conftest.py").write_text(CONFTEST)
    for name, text in chapters.items():
        (folder / "array_api_tests" / f"test_{name}.py").write_text(text)
    return folder


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setattr(conformance, "_NEEDS", {})
    monkeypatch.setenv("ARRAY_API_TESTS_DIR", str(tmp_path / "suite"))

    def call(*arguments):
        return conformance.main([*arguments, "--output", str(tmp_path / "out")])

    return call


def test_lists_are_empty():
    assert (ROOT / "conformance" / "skips.txt").read_bytes() == b""
    assert (ROOT / "conformance" / "xfails.txt").read_bytes() == b""


def test_report_is_counted_per_chapter(tmp_path, capsys):
    path = tmp_path / "junit.xml"
    path.write_text(REPORT)
    fft, linalg = conformance.read_report(path)
    assert fft.row() == ["fft", "1", "1", "0", "0", "0", "2.0"]
    assert linalg.row() == ["linalg", "0", "1", "1", "1", "1", "0.0"]
    assert "not tested: f: linalg not found" in capsys.readouterr().out


def test_passing_suite(run, tmp_path, capfd):
    make_suite(tmp_path / "suite", fft=PASSING)
    skips = tmp_path / "skips.txt"
    skips.touch()
    assert run("--skips-file", str(skips)) == 0
    out = capfd.readouterr().out
    assert "conformance: 1 passed, 0 failed" in out
    assert "fft" in out
    assert (tmp_path / "out" / "cpu" / "junit-best.xml").is_file()


def test_failing_suite(run, tmp_path):
    make_suite(tmp_path / "suite", fft=PASSING, linalg=FAILING)
    assert run() == conformance.FAILED
    assert run("fft") == 0


def test_nothing_selected_is_a_failure(run, tmp_path):
    make_suite(tmp_path / "suite", fft=PASSING)
    assert run("-k", "absent") == conformance.FAILED


def test_unknown_chapter_lists_the_known(run, tmp_path, capsys):
    make_suite(tmp_path / "suite", fft=PASSING)
    assert run("nonsense") == 2
    assert "fft" in capsys.readouterr().err


def test_child_environment(run, tmp_path):
    make_suite(tmp_path / "suite", seen=SEEN)
    assert run("--backend", "some:thing", "--isa", "v2") == 0


def test_missing_submodule_is_refused(run, tmp_path, capsys):
    suite = make_suite(tmp_path / "suite", fft=PASSING)
    (suite / "array-api").rename(tmp_path / "elsewhere")
    assert run() == conformance.NO_SUITE
    assert f"git -C {suite} submodule update --init" in capsys.readouterr().err


def test_no_suite_to_be_had(run, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("ARRAY_API_TESTS_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("ARRAY_API_TESTS_SOURCE", str(tmp_path / "nowhere"))
    assert run() == conformance.NO_SUITE
    assert "no checkout of the suite" in capsys.readouterr().err
    assert not (tmp_path / "arrayforge" / "array-api-tests").exists()


def test_missing_packages_are_named(monkeypatch, capsys):
    monkeypatch.setattr(conformance, "_NEEDS", {"no_such_module": "no-such-package"})
    assert conformance.main([]) == conformance.NO_SUITE
    assert "no-such-package" in capsys.readouterr().err


def commit_all(folder, *extra):
    def git(*arguments):
        names = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
        command = ["git", "-c", "protocol.file.allow=always", *names, "-C", str(folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "--quiet")
    if extra:
        git(*extra)
    git("add", "-A")
    git("commit", "--quiet", "-m", "all")
    return git("rev-parse", "HEAD")


def test_cloned_once_from_a_folder(tmp_path, monkeypatch):
    # git does not start under every sanitizer's runtime.
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    spec = tmp_path / "spec"
    (spec / "src").mkdir(parents=True)
    (spec / "src" / "stub.py").touch()
    commit_all(spec)
    source = make_suite(tmp_path / "source", fft=PASSING)
    (source / "array-api" / "src").rmdir()
    (source / "array-api").rmdir()
    commit = commit_all(source, "submodule", "add", "--quiet", str(spec), "array-api")
    monkeypatch.setattr(_suite, "COMMIT", commit)
    monkeypatch.delenv("ARRAY_API_TESTS_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("ARRAY_API_TESTS_SOURCE", str(source))
    suite = _suite.find_suite()
    assert suite == tmp_path / "cache" / "arrayforge" / "array-api-tests"
    assert _suite.suite_commit(suite) == commit
    monkeypatch.setenv("ARRAY_API_TESTS_SOURCE", str(tmp_path / "gone"))
    assert _suite.find_suite() == suite
