"""`arrayforge doctor`: tries a backend step by step, each step in a process with a time limit.

A crash or a hang of an engine is a line of the report, and each failure ends with the command that
mends it. What depends on a failed step is not tried.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from typing import Any

from . import choice, discovery, registry
from . import configuration as settings
from ._table import print_table
from .probes import MARK, PROBES

SECONDS = 60.0
OK, PROBLEM, UNKNOWN = 0, 1, 2
# Without these nothing later can work.
_GROUND = ("installed", "importable")


def _environment() -> dict[str, str]:
    """That of this process, without the choice of a backend: the probes name theirs."""
    removed = ["BACKEND", "DEVICE", "LOG"]
    if settings.environment_error:  # reported once, not by every probe
        removed = [*settings.KNOWN]
    dropped = {f"ARRAYFORGE_{name}" for name in removed}
    return {name: value for name, value in os.environ.items() if name not in dropped}


def ask(probe: str, name: str, seconds: float) -> dict[str, Any]:
    """What a probe prints: {"rows": ...}, or the dict that it is; why it died as "error".

    "why not" says the same, for the line of `arrayforge backends`.
    """
    command = [sys.executable, "-m", "arrayforge.probes", probe, name]
    try:
        done = subprocess.run(
            command, env=_environment(), capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        why = f"no answer in {seconds:g} s"
        return {"error": why, "why not": why}
    lines = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    if not lines:
        why = _death(done)
        return {"error": why, "why not": why}
    answer = json.loads(lines[-1].removeprefix(MARK))
    return {"rows": answer} if isinstance(answer, list) else dict(answer)


def _death(done: subprocess.CompletedProcess[str]) -> str:
    said = done.stderr.strip().splitlines()
    if done.returncode < 0:
        try:
            name = signal.Signals(-done.returncode).name
        except ValueError:
            name = f"signal {-done.returncode}"
        return f"the process died of {name}"
    return said[-1] if said else f"exit status {done.returncode}"


def examine(name: str | None, seconds: float = SECONDS) -> tuple[int, list[dict[str, Any]]]:
    """The exit status and the rows of the report; without a name, of the backend in force."""
    rows = _environment_rows()
    chosen = name or choice.in_force().device.backend.name
    if name is None and chosen not in registry.names():
        long = [n for n, b in registry._loaded.items() if ":" in n and b.name == chosen]
        chosen = long[0] if long else chosen
    status, hint = _look_up(chosen, rows)
    if status != OK:
        return status, rows
    for probe in PROBES:
        answer = ask(probe, chosen, seconds)
        found = answer.get("rows") or []
        if "error" in answer:
            found = [(probe, "failed", answer["error"], hint)]
        for what, value, problem, mend in found:
            rows.append(_row(what, value, problem, mend or hint))
        if any(what in _GROUND and problem for what, _, problem, _ in found):
            break
    return (PROBLEM if any(row["problem"] for row in rows) else OK), rows


def _row(what: str, value: str, problem: str | None, mend: str) -> dict[str, Any]:
    return {"what": what, "value": value, "problem": problem, "run": mend if problem else None}


def _environment_rows() -> list[dict[str, Any]]:
    error = settings.environment_error
    rows = [_row("environment", "read", str(error) if error else None, _unset(str(error)))]
    for name, close in settings.unknown_names().items():
        problem = f"{name} is no setting; did you mean {close}?" if close else None
        rows.append(_row("environment", name, problem, f"unset {name}"))
    return rows


def _unset(error: str) -> str:
    named = [f"ARRAYFORGE_{n}" for n in settings.KNOWN if f"ARRAYFORGE_{n}" in error]
    return f"unset {' '.join(named or ['ARRAYFORGE_BACKEND'])}"


def _look_up(name: str, rows: list[dict[str, Any]]) -> tuple[int, str]:
    """Whether there is such a backend, and the command that repairs it."""
    if name == "cpu":
        return OK, "pip install --force-reinstall arrayforge"
    if discovery.is_object(name):
        return OK, f"{shlex.quote(sys.executable)} -c 'import {name.partition(':')[0]}'"
    offers = discovery.points().get(name, [])
    if not offers:
        try:
            discovery.spec(name)
        except discovery.UnknownBackendError as error:
            rows.append(_row("name", name, str(error), "arrayforge backends"))
        return UNKNOWN, ""
    distribution = offers[0].dist.name if offers[0].dist else name
    if reason := discovery.rivals(name, offers):
        others = " ".join(point.dist.name for point in offers[1:] if point.dist)
        rows.append(_row("name", name, reason, f"pip uninstall -y {others}"))
        return PROBLEM, ""
    return OK, f"pip install --force-reinstall {distribution}"


def print_report(name: str | None, rows: list[dict[str, Any]]) -> None:
    """A line for each step, and under the table what to run."""
    table = []
    for row in rows:
        table.append([row["what"], row["value"], row["problem"] or "ok"])
    print_table(f"doctor {name or choice.in_force().device.backend.name}", _HEADER, table)
    for command in dict.fromkeys(row["run"] for row in rows if row["problem"]):
        print(f"  run: {command}", file=sys.stderr)


_HEADER = ["probe", "found", "state"]
