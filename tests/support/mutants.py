"""Mutation testing of the public functions: every wrong result must make a test fail.

Run by `make mutants` under a build with ARRAYFORGE_MUTANTS=ON, whose core can be told to return
zeros, the first operand or another dtype for one function (cpp/python/mutants.cpp). First the suite
runs unchanged, and it is noted which functions each test calls itself. Then every mutant runs the
tests of its function, likely and cheap ones first, until one fails. Tests are collected once; each
mutant is a fork of that process.

    python tests/support/mutants.py [--jobs N] [PATTERN ...]    add, linalg, *@inplace, *:dtype

A function with an operator, a reflected or an in-place one, or a method is mutated in each form by
itself: add@inplace:zeros.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import signal
import sys
import time
from collections.abc import Container, Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import forked

ROOT = Path(__file__).parents[2]
RECORDING = ROOT / "build" / "mutants" / "recording.json"
KINDS = ("zeros", "first", "dtype")

# These look at the build, the text of files or this tool, or run other tests again.
NOT_ABOUT_VALUES = ("cli", "conformance_runner", "cpp", "isa_levels", "mutants", "stubs")

_UNSPECIFIED = "its values are unspecified"
_NO_ARRAY = "it takes no array that could be its result"
NOT_APPLICABLE = {
    **{f"{name}:{kind}": _UNSPECIFIED for name in ("empty", "empty_like") for kind in KINDS[:2]},
    **{
        f"{name}:first": _NO_ARRAY
        for name in (
            *("arange", "eye", "full", "linspace", "ones", "zeros", "finfo", "iinfo"),
            *("fft.fftfreq", "fft.rfftfreq"),
        )
    },
}

# A test that takes this much longer under a mutant hangs: (times its own time, plus seconds).
HANGS = 20, 20.0
# Seconds after which a mutant that no test has noticed counts as a survivor.
PATIENCE = 300.0


def functions(table: str) -> list[str]:
    """The public functions in the text of ops.def, with their namespace: linalg.inv."""
    names = re.findall(r"^(?:OP\(|FUNCTION\((\w+), )(\w+),", table, flags=re.MULTILINE)
    spaces = ("linalg", "fft")
    return [f"{chapter}.{name}" if chapter in spaces else name for chapter, name in names]


_BINARY = (
    *("add", "subtract", "multiply", "divide", "floor_divide", "remainder", "pow"),
    *("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift"),
)
_OPERATORS = (
    *(*_BINARY, "matmul", "negative", "positive", "abs", "bitwise_invert"),
    *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"),
)
_ATTRIBUTES = {"permute_dims": "T", "matrix_transpose": "mT"}


def forms(name: str, members: Container[str]) -> list[str]:
    """The function in every form that it can be called in; members are those of Array."""
    found = [
        form
        for form, exists in {
            "operator": name in _OPERATORS,
            "reflected": name in _BINARY,
            "inplace": name in (*_BINARY, "matmul"),
            "method": _ATTRIBUTES.get(name, name) in members,
        }.items()
        if exists
    ]
    return [f"{name}@{form}" for form in ("function", *found)] if found else [name]


def select(targets: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """The mutants, TARGET:KIND, that a pattern matches; all of them where there is no pattern.

    Raises:
        ValueError: a pattern matches nothing.
    """
    mutants = [f"{target}:{kind}" for target in targets for kind in KINDS]
    if not patterns:
        return mutants
    wanted = set()
    for pattern in patterns:
        found = {mutant for mutant in mutants if _matches(mutant, pattern)}
        if not found:
            raise ValueError(f"mutants: nothing matches {pattern!r}")
        wanted |= found
    return [mutant for mutant in mutants if mutant in wanted]


def _matches(mutant: str, pattern: str) -> bool:
    target, kind = mutant.split(":")
    name = target.partition("@")[0]
    spellings = mutant, target, name, f"{name}:{kind}", name.partition(".")[0]
    return any(fnmatchcase(spelling, pattern) for spelling in spellings)


def tests_of(function: str, recording: dict[str, dict]) -> list[str]:
    """The tests that call the function: those that bear its name first, then the cheaper ones."""
    word = function.partition("@")[0].rpartition(".")[2]
    name = re.compile(rf"(?<![a-z]){word}(?![a-z])")
    tests = [
        test
        for test, facts in recording.items()
        if facts["outcome"] == "passed" and function in facts["calls"]
    ]
    return sorted(tests, key=lambda test: (not name.search(test), recording[test]["seconds"]))


def verdict(mutant: str, result: forked.Result) -> tuple[str, str]:
    """What became of a mutant, and a word on it: killed, survived, ..."""
    last = result.lines[-1] if result.lines else {}
    test = last.get("test", "")
    if result.signal == signal.SIGALRM:
        return "killed", f"hangs in {test}"
    if result.signal is not None:
        return "killed", f"crashes ({signal.Signals(result.signal).name}) in {test}"
    if last.get("state") == "failed":
        return "killed", test
    if last.get("state") != "done":
        return "survived", f"the run broke off in {test}"
    if last["mutations"] == 0:
        return "survived", f"{last['ran']} tests, none gave it anything to mutate"
    return "survived", f"{last['ran']} tests passed" + (
        ", out of patience" if last["impatient"] else ""
    )


class Runner:
    """A pytest plugin that takes the place of the loop over the tests."""

    def __init__(self, mutants: Sequence[str], jobs: int):
        self.mutants = mutants
        self.jobs = jobs
        self.failed = False
        self.status = 2
        self.hashes: dict[Path, str] = {}

    def pytest_configure(self, config) -> None:
        try:
            from hypothesis import HealthCheck, Phase, settings
        except ImportError:
            return
        # The first counterexample will do, and a survivor must be one tomorrow too.
        settings.register_profile(
            "mutants",
            database=None,
            deadline=None,
            derandomize=True,
            phases=(Phase.explicit, Phase.generate),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report) -> None:
        # What a failed test leaves behind is no verdict of its own.
        self.failed |= report.failed and report.when != "teardown"

    def pytest_runtestloop(self, session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        self.session = session
        self.items = {item.nodeid: item for item in session.items}
        forked.prepare()
        self.status = self.report(self.record())
        return True

    def run_test(self, test: str, following: str | None) -> bool:
        """Whether the test passes."""
        self.failed = False
        item = self.items[test]
        item.ihook.pytest_runtest_protocol(
            item=item, nextitem=self.items[following] if following else None
        )
        return not self.failed

    # -- what the tests call

    def record(self) -> dict[str, dict]:
        """Outcome, seconds and called functions of every test; files seen before are not rerun."""
        known = forked.load(RECORDING)
        keys = {test: self.key(test) for test in self.items}
        recording = {
            test: known[test] for test in keys if known.get(test, {}).get("key") == keys[test]
        }
        todo = [test for test in self.items if test not in recording]
        chunks = [todo[i : i + 200] for i in range(0, len(todo), 200)]
        progress = forked.Progress("recording", len(todo))
        for chunk, result in forked.run(chunks, self.record_chunk, self.jobs):
            for facts in result.lines:
                test = facts.pop("test")
                recording[test] = facts | {"key": keys[test]}
            progress.add(len(chunk))
            for test in chunk:
                if "outcome" not in recording.get(test, {}):
                    recording[test] = {"outcome": "crashed", "seconds": 0.0, "calls": []}
        progress.end()
        forked.save(RECORDING, recording)
        return recording

    def record_chunk(self, tests: list[str], write) -> None:
        from arrayforge import _core

        self.silence()
        for test, following in zip(tests, [*tests[1:], None], strict=True):
            _core._take_calls()
            begin = time.perf_counter()
            outcome = "passed" if self.run_test(test, following) else "failed"
            seconds = time.perf_counter() - begin
            write(test=test, outcome=outcome, seconds=seconds, calls=sorted(_core._take_calls()))

    def key(self, test: str) -> str:
        """Changes with whatever the calls of a test depend on."""
        path = self.items[test].path
        if path not in self.hashes:
            self.hashes[path] = _hash([path, *self._shared_files])
        return self.hashes[path]

    @property
    def _shared_files(self) -> list[Path]:
        import arrayforge

        tests = ROOT / "tests"
        package = Path(arrayforge.__file__).parent
        files = [tests / "conftest.py", *tests.glob("support/*.py"), *tests.glob("backends/*.py")]
        return files + [path for path in package.rglob("*") if path.suffix in (".py", ".so")]

    # -- the mutants

    def run_mutant(self, mutant: str, write) -> None:
        from arrayforge import _core

        self.silence()
        tests = self.tests[mutant.partition(":")[0]]
        begin = time.perf_counter()
        before = _core._mutations()
        _core._set_mutant(mutant)
        os.environ["ARRAYFORGE_MUTANT"] = mutant
        impatient = False
        ran = 0
        for test, following in zip(tests, [*tests[1:], None], strict=True):
            write(state="running", test=test)
            signal.setitimer(
                signal.ITIMER_REAL, HANGS[0] * self.recording[test]["seconds"] + HANGS[1]
            )
            if not self.run_test(test, following):
                write(state="failed", test=test)
                return
            ran += 1
            impatient = time.perf_counter() - begin > PATIENCE
            if impatient:
                break
        signal.setitimer(signal.ITIMER_REAL, 0)
        write(state="done", ran=ran, mutations=_core._mutations() - before, impatient=impatient)

    def silence(self) -> None:
        """Reports of tests under a mutant are nothing for the terminal."""
        manager = self.session.config.pluginmanager
        reporter = manager.get_plugin("terminalreporter")
        if reporter:
            manager.unregister(reporter)

    def report(self, recording: dict[str, dict]) -> int:
        """Runs the mutants, prints the tables; the exit status."""
        self.recording = recording
        targets = dict.fromkeys(mutant.partition(":")[0] for mutant in self.mutants)
        self.tests = {target: tests_of(target, recording) for target in targets}
        untested = [target for target in targets if not self.tests[target]]
        applicable = [
            mutant
            for mutant in self.mutants
            if mutant not in NOT_APPLICABLE and self.tests[mutant.partition(":")[0]]
        ]
        progress = forked.Progress("mutants", len(applicable))
        survivors, odd = [], []
        begin = time.perf_counter()
        for mutant, result in forked.run(applicable, self.run_mutant, self.jobs):
            state, word = verdict(mutant, result)
            if state == "survived":
                survivors.append((mutant, word))
                progress.say(f"survived: {mutant} ({word})")
            elif result.signal is not None:
                odd.append((mutant, word))
            progress.add(1)
        progress.end()
        broken = [test for test in self.items if recording[test]["outcome"] != "passed"]
        _print_all("tests that fail without a mutant", ((test,) for test in broken))
        _print_all("killed by a crash or a hang", sorted(odd))
        _print_all("without a test", ((target,) for target in untested))
        _print_all("survivors", sorted(survivors))
        skipped = sum(mutant in NOT_APPLICABLE for mutant in self.mutants)
        print(
            f"\n{len(applicable)} mutants of {len(targets)} functions or forms in "
            f"{time.perf_counter() - begin:.0f} s: {len(applicable) - len(survivors)} killed, "
            f"{len(survivors)} survived; {skipped} do not apply; "
            f"{len(untested)} without a test",
            flush=True,
        )
        return 1 if survivors or untested or broken else 0


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _print_all(title: str, rows: Iterable[Sequence[str]]) -> None:
    rows = list(rows)
    if rows:
        print(f"\n{title}: {len(rows)}")
        for row in rows:
            print("  " + "  ".join(row))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    parser.add_argument(
        "patterns", nargs="*", help="functions or mutants, such as linalg or *:zeros"
    )
    options = parser.parse_args()
    import pytest

    from arrayforge import _core

    if not hasattr(_core, "_set_mutant"):
        sys.exit("mutants: this build cannot mutate; use `make mutants`")
    try:
        names = functions((ROOT / "cpp" / "ops.def").read_text())
        members = dir(_core.Array)
        targets = [target for name in names for target in forms(name, members)]
        mutants = select(targets, options.patterns)
    except ValueError as error:
        sys.exit(str(error))
    os.chdir(ROOT)
    runner = Runner(mutants, max(1, options.jobs))
    # Failures are counted, never read: no tracebacks, no rewritten assertions.
    arguments = ["-q", "-s", "--tb=no", "--assert=plain", "tests"]
    arguments += [f"--ignore=tests/test_{name}.py" for name in NOT_ABOUT_VALUES]
    for plugin in ("cacheprovider", "faulthandler"):
        arguments += ["-p", f"no:{plugin}"]
    pytest.main(arguments, plugins=[runner])
    return runner.status


if __name__ == "__main__":
    sys.exit(main())
