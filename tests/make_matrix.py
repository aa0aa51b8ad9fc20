"""Writes docs/backends-matrix.md and the README's table from docs/backends-matrix.json.

`make matrix` runs the suite on the installed backends first; a test compares what is committed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from arrayforge import _matrix

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "backends-matrix.json"
PAGE = ROOT / "docs" / "backends-matrix.md"
README = ROOT / "README.md"
BEGIN, END = "<!-- backends: written by make matrix -->\n", "<!-- end of backends -->\n"

HEAD = """# The matrix of backends

Written by `make matrix` from [backends-matrix.json](backends-matrix.json); do not edit.

The official suite at {commit}, standard {standard}, arrayforge {version}. The skip and xfail lists
are empty; what is skipped the suite skips for everybody.

- `own`: the engine computes it. `composite`: it is made of other functions, on the engine.
  `frontend`: nobody computes, only dtypes and shapes are looked at.
- `host`: the engine lacks it, and NumPy computes it in host memory; `transfers()` counts it,
  `no_transfers()` refuses it.
"""


def table(header: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def page(results: dict[str, Any]) -> str:
    """The page in docs."""
    backends = results["backends"]
    text = HEAD.format(
        commit=results["suite"][:12], standard=results["standard"], version=results["arrayforge"]
    )
    text += "\n" + table(*_matrix.summary(backends))
    text += "\n## Chapters\n\nPassed/failed/skipped, and seconds.\n\n"
    text += table(*_matrix.chapters(backends))
    reasons = [
        [f"`{function}`", name, reason]
        for name, facts in backends.items()
        for function, reason in sorted(facts.get("host", {}).items())
    ]
    if reasons:
        text += "\n## What the host computes, and why\n\n"
        text += table(["function", "backend", "reason"], reasons)
    text += "\n## Functions\n\n" + table(*_matrix.functions(backends))
    return text


def readme_table(results: dict[str, Any]) -> str:
    """The few columns that the README shows."""
    header = ["backend", "suite passed", "failed", "own functions", "composed", "on the host"]
    rows = []
    for name, facts in results["backends"].items():
        if "total" not in facts:
            continue
        total, ways = facts["total"], _matrix.counted(facts["functions"])
        counts = (total["passed"], total["failed"] + total["errors"])
        counts += (ways["own"], ways["composite"], ways["host"])
        rows.append([f"`{name}`", *map(str, counts)])
    return table(header, rows)


def readme(text: str, results: dict[str, Any]) -> str:
    """The README with its table replaced."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + readme_table(results) + "\n" + END + rest.partition(END)[2]


def main() -> None:
    """Write both."""
    results = json.loads(RESULTS.read_text())
    PAGE.write_text(page(results))
    README.write_text(readme(README.read_text(), results))


if __name__ == "__main__":
    main()
