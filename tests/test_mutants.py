"""The mutation runner's own logic; the mutants themselves need a build of their own."""

import inspect
import json
import os
import re
import signal
from pathlib import Path

import forked
import mutants
import pytest

import arrayforge as xp
from arrayforge import _core

NAMES = mutants.functions((mutants.ROOT / "cpp" / "ops.def").read_text())
TARGETS = [target for name in NAMES for target in mutants.forms(name, dir(xp.Array))]


def test_the_functions_are_those_of_the_namespaces():
    public = {name for name in _core.__all__ if inspect.isroutine(getattr(xp, name))}
    for space in ("linalg", "fft"):
        own = set(getattr(xp, space).__all__) - (public if space == "linalg" else set())
        public |= {f"{space}.{name}" for name in own}
    assert len(NAMES) == len(set(NAMES))
    assert set(NAMES) == public


def test_every_function_has_each_kind_of_mutant_unless_a_reason_is_listed():
    chosen = mutants.select(TARGETS, [])
    assert len(chosen) == len(TARGETS) * len(mutants.KINDS)
    assert {mutant.split(":")[0].split("@")[0] for mutant in chosen} == set(NAMES)
    assert set(mutants.NOT_APPLICABLE) <= set(chosen)
    assert all(name + ":dtype" not in mutants.NOT_APPLICABLE for name in NAMES)


def test_each_form_of_a_function_is_a_target_of_its_own():
    every = ["function", "operator", "reflected", "inplace"]
    assert mutants.forms("add", dir(xp.Array)) == [f"add@{form}" for form in every]
    assert mutants.forms("less", dir(xp.Array)) == ["less@function", "less@operator"]
    assert mutants.forms("sum", dir(xp.Array)) == ["sum@function", "sum@method"]
    assert mutants.forms("linalg.inv", dir(xp.Array)) == ["linalg.inv"]


def test_there_is_a_form_for_every_operator_of_the_type():
    operators = [
        name for name in TARGETS if "@" in name and not name.endswith(("method", "function"))
    ]
    dunders = [
        name
        for name in vars(xp.Array)
        if re.fullmatch(
            r"__[ir]?(add|sub|mul|truediv|floordiv|mod|pow|matmul|and|or|xor|lshift|rshift)__|"
            r"__(neg|pos|abs|invert|eq|ne|lt|le|gt|ge)__",
            name,
        )
    ]
    # Only arrays multiply as matrices, so nothing reaches __rmatmul__.
    assert len(operators) == len(dunders) - 1


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ("add", 12),
        ("add:zeros", 4),
        ("add@inplace", 3),
        ("add@inplace:zeros", 1),
        ("linalg.inv", 3),
        ("fft", 42),
        ("*:dtype", len(TARGETS)),
    ],
)
def test_patterns_select(pattern, count):
    assert len(mutants.select(TARGETS, [pattern])) == count


def test_a_pattern_without_a_match_is_an_error():
    with pytest.raises(ValueError, match="nothing matches 'ad'"):
        mutants.select(TARGETS, ["add", "ad"])


def fact(seconds, *calls, outcome="passed"):
    return {"seconds": seconds, "calls": calls, "outcome": outcome}


def test_tests_that_bear_the_name_come_first_then_cheap_ones():
    recording = {
        "test_a.py::test_cheap": fact(0.1, "linalg.inv", "add"),
        "test_a.py::test_inverse[inv-3]": fact(0.5, "linalg.inv"),
        "test_a.py::test_inv": fact(0.3, "linalg.inv"),
        "test_a.py::test_other": fact(0.1, "add"),
        "test_a.py::test_broken": fact(0.1, "linalg.inv", outcome="failed"),
    }
    assert mutants.tests_of("linalg.inv", recording) == [
        "test_a.py::test_inv",
        "test_a.py::test_inverse[inv-3]",
        "test_a.py::test_cheap",
    ]
    assert mutants.tests_of("sin", recording) == []
    assert mutants.tests_of("add@operator", {"t": fact(0.1, "add", "add@operator")}) == ["t"]
    assert mutants.tests_of("add@operator", {"t": fact(0.1, "add", "add@function")}) == []


RUNNING = {"state": "running", "test": "t"}


@pytest.mark.parametrize(
    ("lines", "ended_by", "state"),
    [
        ([RUNNING, {"state": "failed", "test": "t"}], None, "killed"),
        ([RUNNING], signal.SIGALRM, "killed"),
        ([RUNNING], signal.SIGSEGV, "killed"),
        ([RUNNING], None, "survived"),
        ([], None, "survived"),
        ([{"state": "done", "ran": 3, "mutations": 5, "impatient": False}], None, "survived"),
        ([{"state": "done", "ran": 3, "mutations": 0, "impatient": False}], None, "survived"),
    ],
)
def test_only_a_failure_a_crash_and_a_hang_kill(lines, ended_by, state):
    assert mutants.verdict("add:zeros", forked.Result(lines, ended_by))[0] == state


def work(job, write):
    write(job=job)
    if job == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "hang":
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        signal.pause()
    if job == "raise":
        raise RuntimeError
    write(end=True)


def test_forks_report_lines_and_signals():
    jobs = ["good", "crash", "hang", "raise"]
    results = dict(forked.run(jobs, work, 2))
    assert set(results) == set(jobs)
    assert {job: result.signal for job, result in results.items()} == {
        "good": None,
        "crash": signal.SIGKILL,
        "hang": signal.SIGALRM,
        "raise": None,
    }
    assert results["good"].lines == [{"job": "good"}, {"end": True}]
    for job in jobs[1:]:
        assert results[job].lines == [{"job": job}]


def test_saved_recordings_load_and_broken_ones_are_forgotten(tmp_path):
    path = Path(tmp_path) / "folder" / "recording.json"
    assert forked.load(path) == {}
    forked.save(path, {"a": [1]})
    assert json.loads(path.read_text()) == forked.load(path) == {"a": [1]}
    path.write_text('{"a"')
    assert forked.load(path) == {}
