"""Runs the official array API test suite on any backend: JUnit XML and a summary per chapter.

The suite runs in a child process, because the backend and the ISA level are chosen once, at import.
Nothing is skipped: without lists of the caller the suite gets empty ones, never those of its own
checkout.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from ._suite import COMMIT, VERSION, SuiteError, cache_dir, find_suite, suite_commit
from ._table import print_table

FAILED = 1
NO_SUITE = 3

_NEEDS = {
    "pytest": "pytest",
    "pytest_jsonreport": "pytest-json-report",
    "hypothesis": "hypothesis",
    "ndindex": "ndindex",
}

# What the suite skips for everybody, and what the caller lists. Any other skip means that something
# is missing (an extension, a signature), and the suite would pass in silence without it.
_ACCEPTED_SKIPS = ("flaky", "--skips-file")

# Settings that would quietly make the run weaker.
_WEAKENING = ("ARRAY_API_TESTS_SKIP_DTYPES", "ARRAY_API_TESTS_XFAIL_MARK", "PYTEST_ADDOPTS")


@dataclass
class Chapter:
    """What the tests of one chapter gave."""

    name: str
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    xfailed: int = 0
    seconds: float = 0.0

    def add(self, other: Chapter) -> None:
        """Add the counts of another chapter."""
        self.passed += other.passed
        self.failed += other.failed
        self.errors += other.errors
        self.skipped += other.skipped
        self.xfailed += other.xfailed
        self.seconds += other.seconds

    def row(self) -> list[str]:
        """The cells of this chapter in the summary."""
        counts = (self.passed, self.failed, self.errors, self.skipped, self.xfailed)
        return [self.name, *map(str, counts), f"{self.seconds:.1f}"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the runner."""
    parser.add_argument(
        "chapters", nargs="*", metavar="CHAPTER", help="run these only, such as linalg or fft"
    )
    parser.add_argument(
        "--backend",
        default=os.environ.get("ARRAYFORGE_BACKEND", "cpu"),
        metavar="NAME|MODULE:OBJECT",
        help="backend to test (default: ARRAYFORGE_BACKEND, else cpu)",
    )
    parser.add_argument(
        "--isa",
        default="",
        help="ISA levels to repeat the run at: v2,v3 or all (default: the best)",
    )
    parser.add_argument(
        "--max-examples", type=_positive, default=200, help="examples per test (default: 200)"
    )
    parser.add_argument("-k", dest="expression", help="pytest's selection of tests by name")
    parser.add_argument(
        "--jobs", type=_positive, default=1, help="processes; more than one needs pytest-xdist"
    )
    parser.add_argument(
        "--output", type=Path, help="folder for reports and examples (default: the user's cache)"
    )
    parser.add_argument("--skips-file", default=os.devnull, help="tests to skip (default: none)")
    parser.add_argument(
        "--xfails-file", default=os.devnull, help="expected failures (default: none)"
    )
    parser.add_argument("--module", default="arrayforge", help="namespace under test")


def run(options: argparse.Namespace) -> int:
    """Run the suite as asked: 0 where all passed, 1 on any failure, 3 where there is no suite."""
    missing = [name for module, name in _NEEDS.items() if importlib.util.find_spec(module) is None]
    if options.jobs > 1 and importlib.util.find_spec("xdist") is None:
        missing.append("pytest-xdist")
    if missing:
        print(f"conformance: not installed: {', '.join(missing)}", file=sys.stderr)
        print('  hint: pip install "arrayforge[conformance]"', file=sys.stderr)
        return NO_SUITE
    try:
        suite = find_suite()
        targets = [_chapter_path(suite, chapter) for chapter in options.chapters]
    except SuiteError as error:
        print(f"conformance: {error}", file=sys.stderr)
        return NO_SUITE
    except ValueError as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2
    levels = _isa_levels(options.isa)
    return max(_run_once(options, suite, targets, level) for level in levels)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments and run the suite."""
    parser = argparse.ArgumentParser(prog="arrayforge conformance", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def read_report(report: Path) -> list[Chapter]:
    """The chapters of a JUnit report, in the order of their names."""
    chapters: dict[str, Chapter] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = _chapter_name(case.get("classname", ""))
        chapter = chapters.setdefault(name, Chapter(name))
        chapter.seconds += float(case.get("time", 0))
        kinds = {child.tag: child for child in case}
        # A test may both fail and have an error in its teardown; it counts once, as what is worse.
        if "error" in kinds:
            chapter.errors += 1
        elif "failure" in kinds:
            chapter.failed += 1
        elif "skipped" not in kinds:
            chapter.passed += 1
        elif kinds["skipped"].get("type") == "pytest.xfail":
            chapter.xfailed += 1
        elif kinds["skipped"].get("message", "").startswith(_ACCEPTED_SKIPS):
            chapter.skipped += 1
        else:
            chapter.failed += 1
            print(f"not tested: {case.get('name')}: {kinds['skipped'].get('message')}")
    return sorted(chapters.values(), key=lambda chapter: chapter.name)


def _run_once(options: argparse.Namespace, suite: Path, targets: list[str], isa: str) -> int:
    subject = options.backend if options.module == "arrayforge" else options.module
    folder = options.output or cache_dir() / "conformance"
    folder = folder.resolve() / re.sub(r"[^\w.-]", "_", subject)
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / f"junit-{isa or 'best'}.xml"
    report.unlink(missing_ok=True)
    environment = _environment(options, folder, isa)
    command = _command(options, suite, targets, report)
    status = subprocess.run(command, cwd=suite, env=environment, check=False).returncode
    if not report.exists():
        print(f"conformance: pytest ended with status {status} before its report", file=sys.stderr)
        return FAILED
    chapters = read_report(report)
    total = Chapter("all")
    for chapter in chapters:
        total.add(chapter)
    commit = suite_commit(suite)
    title = f"Conformance of {subject}, ISA {isa or 'best'}, {options.max_examples} examples"
    header = ["chapter", "passed", "failed", "errors", "skipped", "xfailed", "seconds"]
    print_table(title, header, [chapter.row() for chapter in [*chapters, total]])
    if commit != COMMIT:
        print(f"note: the suite is at {commit[:12]}, not at the pinned {COMMIT[:12]}")
    print(f"report: {report}")
    print(
        f"conformance: {total.passed} passed, {total.failed} failed, {total.errors} errors, "
        f"{total.skipped} skipped, {total.xfailed} xfailed; {subject}, ISA {isa or 'best'}, "
        f"suite at {commit}",
        flush=True,
    )
    return 0 if status == 0 and total.passed and not total.failed + total.errors else FAILED


def _environment(options: argparse.Namespace, folder: Path, isa: str) -> dict[str, str]:
    environment = dict(os.environ)
    environment.update(
        ARRAY_API_TESTS_MODULE=options.module,
        ARRAY_API_TESTS_VERSION=VERSION,
        ARRAYFORGE_BACKEND=options.backend,
        # Hypothesis keeps failing examples by test, not by namespace: a folder for each backend.
        HYPOTHESIS_STORAGE_DIRECTORY=str(folder / "hypothesis"),
        # Parallel workers must collect in the same order, and the suite iterates over sets.
        PYTHONHASHSEED="0",
    )
    # A device outranks a backend, and one that disagrees is an error.
    for name in ("ARRAYFORGE_DEVICE", *_WEAKENING):
        environment.pop(name, None)
    if isa:
        environment["ARRAYFORGE_ISA"] = isa
    return environment


def _command(
    options: argparse.Namespace, suite: Path, targets: list[str], report: Path
) -> list[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"]
    # Said outright, because pytest would guess its root from the paths in the options too.
    command += [f"--rootdir={suite}", f"--junit-xml={report}", "--disable-warnings"]
    command += ["--disable-deadline", f"--max-examples={options.max_examples}"]
    command += [f"--skips-file={Path(options.skips_file).resolve()}"]
    command += [f"--xfails-file={Path(options.xfails_file).resolve()}"]
    if options.jobs > 1:
        command += ["-n", str(options.jobs)]
    if options.expression:
        command += ["-k", options.expression]
    return command + (targets or ["array_api_tests"])


def _isa_levels(wanted: str) -> list[str]:
    if wanted != "all":
        return wanted.split(",")
    levels: str = importlib.import_module("arrayforge._core")._isa_levels()
    return levels.split()


def _chapter_path(suite: Path, chapter: str) -> str:
    names = sorted(path.stem for path in (suite / "array_api_tests").glob("test_*.py"))
    exact = [name for name in names if name == f"test_{chapter}"]
    matches = exact or [name for name in names if chapter in name]
    if len(matches) != 1:
        known = ", ".join(name.removeprefix("test_") for name in names)
        raise ValueError(f"{chapter!r} names {len(matches)} chapters of {known}")
    return f"array_api_tests/{matches[0]}.py"


def _chapter_name(classname: str) -> str:
    parts = [part for part in classname.split(".") if part.startswith("test_")]
    return parts[0].removeprefix("test_").replace("_", " ") if parts else "collection"


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1, got {value}")
    return value
