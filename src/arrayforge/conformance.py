"""Runs the official array API test suite on any backend: JUnit XML and a summary per chapter.

The suite runs in a child process, because the backend and the ISA level are chosen once, at import.
Nothing is skipped: without lists of the caller the suite gets empty ones, never those of its own
checkout.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from . import _matrix, _probe
from ._report import Chapter, Report, failures_without, read_report
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

# Settings that would quietly make the run weaker.
_WEAKENING = ("ARRAY_API_TESTS_SKIP_DTYPES", "ARRAY_API_TESTS_XFAIL_MARK", "PYTEST_ADDOPTS")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the runner."""
    parser.add_argument(
        "chapters", nargs="*", metavar="CHAPTER", help="run these only, such as linalg or fft"
    )
    parser.add_argument(
        "--backend",
        metavar="NAME|MODULE:OBJECT",
        help="backend to test (default: ARRAYFORGE_BACKEND, else cpu); with --matrix a list",
    )
    parser.add_argument(
        "--matrix", action="store_true", help="test all installed backends, and compare them"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="add the matrix to this file of results"
    )
    parser.add_argument(
        "--no-transfers",
        action="store_true",
        help="refuse copies between devices: the functions that the backend leaves to the host "
        "must fall, and no others",
    )
    parser.add_argument(
        "--no-check", action="store_true", help="start the suite whatever check_backend() says"
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
    if options.backend is None and not options.matrix:
        options.backend = os.environ.get("ARRAYFORGE_BACKEND", "cpu")
    if options.matrix:
        return _run_matrix(options, suite, targets)
    if not options.no_check and not _is_sound(options):
        return FAILED
    levels = _isa_levels(options.isa)
    return max(_run_once(options, suite, targets, level) for level in levels)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments and run the suite."""
    parser = argparse.ArgumentParser(prog="arrayforge conformance", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def _is_sound(options: argparse.Namespace) -> bool:
    """Whether the backend passes the check of its members; tells what is wrong where not."""
    if options.module != "arrayforge" or options.backend == "cpu":
        return True
    found = _probe.facts(options.backend)
    problems = found["problems"] if found["usable"] else [found["why"]]
    for problem in problems:
        print(f"conformance: backend {options.backend}: {problem}", file=sys.stderr)
    if problems:
        print("  hint: --no-check runs the suite all the same", file=sys.stderr)
    return not problems


def _run_once(options: argparse.Namespace, suite: Path, targets: list[str], isa: str) -> int:
    report = _measure(options, suite, targets, isa)
    if report is None:
        return FAILED
    _print(options, report)
    if options.no_transfers:
        return _judge_falls(options, report)
    return 0 if report.passed else FAILED


def _run_matrix(options: argparse.Namespace, suite: Path, targets: list[str]) -> int:
    """Run the suite on several backends: 0 where all pass that are named, or else usable."""
    if options.backend:
        names = options.backend.split(",")
    else:
        names = importlib.import_module("arrayforge.registry").names()
    found, status = {}, 0
    for name in names:
        facts = _probe.facts(name, check=not options.no_check)
        if facts["usable"]:
            one = argparse.Namespace(**{**vars(options), "backend": name})
            report = _measure(one, suite, targets, _isa_levels(options.isa)[0])
            if report is None or not report.passed or facts["problems"]:
                status = FAILED
            if report is not None:
                _print(one, report)
                facts = facts | {
                    "max_examples": options.max_examples,
                    "total": report.total.counts(),
                }
                facts["chapters"] = {part.name: part.counts() for part in report.chapters}
        elif options.backend:  # asked for by name
            status = FAILED
        found[name] = facts
    results = _matrix.merged(options.json, found, suite_commit(suite))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")
    _matrix.print_tables({name: results["backends"][name] for name in found})
    return status


def _judge_falls(options: argparse.Namespace, report: Report) -> int:
    """0 where the functions that the backend leaves to the host fell, and nothing else failed."""
    found = _probe.facts(options.backend, check=False)
    listed = {name.rpartition(".")[2] for name in found.get("host", {})}
    path = report.path.with_suffix(".falls")
    fell = set(path.read_text().split()) if path.exists() else set()
    other = failures_without(report.path, "inside no_transfers()")
    # A part of the suite need not reach all of them.
    missed = set() if options.chapters or options.expression else listed - fell
    complaints = [f"{name}() uses the host, and is not listed" for name in sorted(fell - listed)]
    complaints += [f"{name}() is listed, and does not use the host" for name in sorted(missed)]
    complaints += [f"{name} failed for another reason" for name in other]
    for complaint in complaints:
        print(f"conformance: {complaint}", file=sys.stderr)
    print(f"conformance: on the host: {', '.join(sorted(fell)) or 'nothing'}", flush=True)
    return 0 if report.total.passed and not complaints else FAILED


def _measure(
    options: argparse.Namespace, suite: Path, targets: list[str], isa: str
) -> Report | None:
    """One run of the suite; None where pytest ended before its report."""
    subject = options.backend if options.module == "arrayforge" else options.module
    folder = options.output or cache_dir() / "conformance"
    folder = folder.resolve() / re.sub(r"[^\w.-]", "_", subject)
    folder.mkdir(parents=True, exist_ok=True)
    label = "-no-transfers" if options.no_transfers else ""
    path = folder / f"junit-{isa or 'best'}{label}.xml"
    for stale in (path, path.with_suffix(".falls")):
        stale.unlink(missing_ok=True)
    environment = _environment(options, path, isa)
    command = _command(options, suite, targets, path)
    status = subprocess.run(command, cwd=suite, env=environment, check=False).returncode
    if not path.exists():
        print(f"conformance: pytest ended with status {status} before its report", file=sys.stderr)
        return None
    chapters = read_report(path)
    total = Chapter("all")
    for chapter in chapters:
        total.add(chapter)
    return Report(subject, isa or "best", suite_commit(suite), status, path, chapters, total)


def _print(options: argparse.Namespace, report: Report) -> None:
    total = report.total
    title = f"Conformance of {report.subject}, ISA {report.isa}, {options.max_examples} examples"
    header = ["chapter", "passed", "failed", "errors", "skipped", "xfailed", "seconds"]
    print_table(title, header, [chapter.row() for chapter in [*report.chapters, total]])
    if report.commit != COMMIT:
        print(f"note: the suite is at {report.commit[:12]}, not at the pinned {COMMIT[:12]}")
    print(f"report: {report.path}")
    print(
        f"conformance: {total.passed} passed, {total.failed} failed, {total.errors} errors, "
        f"{total.skipped} skipped, {total.xfailed} xfailed; {report.subject}, ISA {report.isa}, "
        f"suite at {report.commit}",
        flush=True,
    )


def _environment(options: argparse.Namespace, report: Path, isa: str) -> dict[str, str]:
    environment = dict(os.environ)
    guarded = options.no_transfers and options.module == "arrayforge"
    environment.update(
        ARRAY_API_TESTS_MODULE="arrayforge._guarded" if guarded else options.module,
        ARRAY_API_TESTS_VERSION=VERSION,
        ARRAYFORGE_BACKEND=options.backend,
        # Hypothesis keeps failing examples by test, not by namespace: a folder for each backend.
        HYPOTHESIS_STORAGE_DIRECTORY=str(report.parent / "hypothesis"),
        ARRAYFORGE_GUARDED_FALLS=str(report.with_suffix(".falls")),
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


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1, got {value}")
    return value
