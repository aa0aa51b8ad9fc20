"""The runner of the official suite: where it finds the suite, how it counts, how it ends."""

import argparse
import importlib.util
import json
import subprocess
from pathlib import Path

import pytest

from arrayforge import _probe, _report, _suite, conformance, registry

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


SOUND = {
    "usable": True,
    "devices": ["some"],
    "version": "1.0",
    "functions": {"add": "own", "linalg.svd": "host", "tile": "composite"},
    "host": {"linalg.svd": "the engine has none"},
    "problems": [],
}
FACTS = {
    "broken": SOUND | {"problems": ["item: required, and missing", "namespace.exp: wrong"]},
    "absent": {"usable": False, "why": "ImportError: no such engine"},
    "all_own": SOUND | {"host": {}},
}


def make_suite(folder, **chapters):
    (folder / "array_api_tests").mkdir(parents=True, exist_ok=True)
    (folder / "array_api_tests" / "__init__.py").touch()
    (folder / "array-api" / "src").mkdir(parents=True, exist_ok=True)
    (folder / "conftest.py").write_text(CONFTEST)
    for name, text in chapters.items():
        (folder / "array_api_tests" / f"test_{name}.py").write_text(text)
    return folder


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setattr(conformance, "_NEEDS", {})
    monkeypatch.setenv("ARRAY_API_TESTS_DIR", str(tmp_path / "suite"))
    monkeypatch.setattr(_probe, "facts", lambda name, check=True: FACTS.get(name, SOUND))

    def call(*arguments):
        return conformance.main([*arguments, "--output", str(tmp_path / "out")])

    return call


def test_lists_are_empty():
    assert (ROOT / "conformance" / "skips.txt").read_bytes() == b""
    assert (ROOT / "conformance" / "xfails.txt").read_bytes() == b""


def test_report_is_counted_per_chapter(tmp_path, capsys):
    path = tmp_path / "junit.xml"
    path.write_text(REPORT)
    fft, linalg = _report.read_report(path)
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


# -- The check before the suite


@pytest.mark.parametrize(
    ("name", "said"), [("broken", "namespace.exp: wrong"), ("absent", "ImportError: no such")]
)
def test_an_unsound_backend_ends_the_run_early(run, tmp_path, capfd, name, said):
    make_suite(tmp_path / "suite", fft=PASSING)
    assert run("--backend", name) == conformance.FAILED
    said_all = capfd.readouterr()
    assert f"conformance: backend {name}: {said}" in said_all.err
    assert "passed" not in said_all.out
    assert run("--backend", name, "--no-check") == 0


# -- Without transfers

FALLING = """
import os
def test_svd():
    assert os.environ["ARRAY_API_TESTS_MODULE"] == "arrayforge._guarded"
    with open(os.environ["ARRAYFORGE_GUARDED_FALLS"], "a") as file:
        file.write("svd\\n")
    raise ValueError("svd(): inside no_transfers(), 8 bytes would go from some to cpu")
def test_other():
    pass
"""


def test_what_is_listed_falls(run, tmp_path, capfd):
    make_suite(tmp_path / "suite", linalg=FALLING)
    assert run("--backend", "some", "--no-transfers") == 0
    assert "on the host: svd\n" in capfd.readouterr().out
    # What fell before does not count; a part of the suite need not reach all that is listed.
    make_suite(tmp_path / "suite", fft=PASSING)
    assert run("fft", "--backend", "some", "--no-transfers") == 0
    assert "on the host: nothing\n" in capfd.readouterr().out


REFUSED = '<failure message="x">svd(): inside no_transfers(), 8 bytes</failure>'


@pytest.mark.parametrize(
    ("backend", "fell", "failure", "said"),
    [
        ("some", "svd\nsvd\n", REFUSED, None),
        ("some", "svd\ninv\n", REFUSED, "inv() uses the host, and is not listed"),
        ("some", "", "", "svd() is listed, and does not use the host"),
        ("some", "svd\n", '<error message="1 == 2"/>', "test_two failed for another reason"),
        ("all_own", "", "", None),
        ("all_own", "svd\n", REFUSED, "svd() uses the host, and is not listed"),
    ],
)
def test_exactly_the_listed_functions_may_fall(
    monkeypatch, tmp_path, capsys, backend, fell, failure, said
):
    monkeypatch.setattr(_probe, "facts", lambda name, check=True: FACTS.get(name, SOUND))
    path = tmp_path / "junit.xml"
    cases = f'<testcase name="test_one"/><testcase name="test_two">{failure}</testcase>'
    path.write_text(f"<testsuites>{cases}</testsuites>")
    path.with_suffix(".falls").write_text(fell)
    options = argparse.Namespace(backend=backend, chapters=[], expression=None)
    report = _report.Report("s", "best", "c", 1, path, [], _report.Chapter("all", passed=1))
    assert conformance._judge_falls(options, report) == (0 if said is None else 1)
    assert (said or "") in capsys.readouterr().err


# -- The matrix


@pytest.fixture
def passing(monkeypatch, tmp_path):
    """Every run of the suite passes two tests, but those of the backend `failing`."""

    def measure(options, suite, targets, isa):
        bad = options.backend == "failing"
        chapters = [
            _report.Chapter("fft", passed=1, seconds=1.5),
            _report.Chapter("linalg", passed=1 - bad, failed=int(bad)),
        ]
        total = _report.Chapter("all")
        for chapter in chapters:
            total.add(chapter)
        return _report.Report(options.backend, "best", "c", int(bad), tmp_path, chapters, total)

    monkeypatch.setattr(conformance, "_measure", measure)
    make_suite(tmp_path / "suite", fft=PASSING)


def test_matrix_of_several_backends(run, passing, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / "matrix.json"
    status = run("--matrix", "--backend", "one,absent", "--json", str(path))
    assert status == conformance.FAILED  # what is asked for by name must be there
    assert run("--matrix", "--backend", "two", "--json", str(path), "--max-examples", "9") == 0
    found = json.loads(path.read_text())
    assert list(found["backends"]) == ["absent", "one", "two"]
    one, two = found["backends"]["one"], found["backends"]["two"]
    assert (one["max_examples"], two["max_examples"]) == (200, 9)
    assert one["total"]["passed"] == 2
    assert set(one["chapters"]) == {"fft", "linalg"}
    assert one["chapters"]["fft"]["seconds"] == 1.5
    assert one["functions"]["linalg.svd"] == "host"
    assert found["backends"]["absent"] == FACTS["absent"]
    out = capfd.readouterr().out
    assert "no such engine" in out
    assert "1/0/0" in out


def test_a_failing_backend_fails_the_matrix_but_the_others_run(run, passing, tmp_path):
    path = tmp_path / "matrix.json"
    status = run("--matrix", "--backend", "failing,two", "--json", str(path))
    assert status == conformance.FAILED
    backends = json.loads(path.read_text())["backends"]
    assert [facts["total"]["failed"] for facts in backends.values()] == [1, 0]


def test_problems_of_a_backend_fail_the_matrix(run, passing, tmp_path):
    assert run("--matrix", "--backend", "broken") == conformance.FAILED


def test_the_matrix_covers_what_is_installed(run, passing, tmp_path, monkeypatch):
    names = registry.names()
    monkeypatch.setattr(registry, "names", lambda: [*names, "absent"])
    path = tmp_path / "matrix.json"
    assert run("--matrix", "--json", str(path)) == 0
    assert set(json.loads(path.read_text())["backends"]) == {*names, "absent"}


@pytest.fixture(scope="module")
def make_matrix():
    path = Path(__file__).with_name("make_matrix.py")
    spec = importlib.util.spec_from_file_location("make_matrix", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_tables_are_those_of_the_committed_results(make_matrix):
    results = json.loads(make_matrix.RESULTS.read_text())
    assert make_matrix.PAGE.read_text() == make_matrix.page(results)
    text = make_matrix.README.read_text()
    assert text == make_matrix.readme(text, results)
    assert all(f"| `{n}` |" in text for n, b in results["backends"].items() if "total" in b)


def test_the_page_shows_chapters_reasons_and_functions(make_matrix):
    counts = {"passed": 3, "failed": 1, "errors": 1, "skipped": 1, "xfailed": 0, "seconds": 2.4}
    tested = SOUND | {"max_examples": 20, "total": counts, "chapters": {"fft": counts}}
    results = {"suite": "c" * 40, "standard": "2025.12", "arrayforge": "0.1.0"}
    results["backends"] = {"some": tested, "absent": FACTS["absent"]}
    page = make_matrix.page(results)
    assert "| some | 1.0 | some | 20 | 3 | 2 | 1 | 2 | 1 | 1 | 1 | 0 |" in page
    assert "| fft | 3/2/1, 2 s |" in page
    assert "| `linalg.svd` | some | the engine has none |" in page
    assert "| tile | composite |" in page
    assert "| absent | ImportError: no such engine |" in page
    assert make_matrix.readme_table(results).splitlines()[2:] == ["| `some` | 3 | 2 | 1 | 1 | 1 |"]
