"""Work in forks of this process, several at a time: what they write, and how they ended.

A fork starts with everything that is imported here, and whatever it breaks dies with it.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import os
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Result:
    """The lines that a fork wrote, and the signal that ended it."""

    lines: list[dict] = field(default_factory=list)
    signal: int | None = None


def prepare() -> None:
    """To be called once before forking: the collector leaves alone what all forks share."""
    gc.collect()
    gc.freeze()


def run(jobs: Iterable[Any], work: Callable[..., None], width: int) -> Iterator[tuple[Any, Result]]:
    """Runs work(job, write) in a fork for each job, `width` at a time; results as they come.

    write(**facts) hands a line of facts to the parent; it survives a crash.
    """
    waiting = iter(jobs)
    numbers = itertools.count()
    active: dict[int, tuple[Any, Path]] = {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            while True:
                for job in itertools.islice(waiting, width - len(active)):
                    path = Path(folder) / f"{next(numbers)}"
                    active[_fork(job, work, path)] = job, path
                if not active:
                    return
                pid, status = os.waitpid(-1, 0)
                job, path = active.pop(pid)
                _end_group(pid)
                ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
                yield job, Result(_lines(path), ended_by)
        finally:
            for pid in active:
                _end_group(pid)


def _fork(job: Any, work: Callable[..., None], path: Path) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        # From Python 3.12 on: threads do not survive a fork. Ours are started anew.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        # Processes that the work starts are ended with its group.
        os.setpgid(0, 0)
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        with open(path, "w", buffering=1) as file:
            work(job, lambda **facts: file.write(json.dumps(facts) + "\n"))
        status = 0
    finally:
        os._exit(status)


def _end_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _lines(path: Path) -> list[dict]:
    if not path.exists():
        return []
    # The last line of a process that was killed may be half a line.
    return [json.loads(line) for line in path.read_text().splitlines(True) if line.endswith("\n")]


def load(path: Path) -> dict:
    """A JSON object from a file; an empty one where there is none."""
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}


def save(path: Path, values: dict) -> None:
    """Writes a JSON object to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))


class Progress:
    """Lines on how far the work is, at most one every few seconds."""

    def __init__(self, title: str, total: int, every: float = 5.0):
        self.title, self.total, self.every = title, total, every
        self.done = 0
        self.begin = self.shown = time.monotonic()

    def add(self, count: int) -> None:
        self.done += count
        if time.monotonic() - self.shown >= self.every:
            self.shown = time.monotonic()
            self.say(f"{self.title}: {self.done} of {self.total}")

    def say(self, line: str) -> None:
        print(line, flush=True)

    def end(self) -> None:
        seconds = time.monotonic() - self.begin
        self.say(f"{self.title}: {self.done} of {self.total} in {seconds:.0f} s")
