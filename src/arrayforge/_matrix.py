"""The matrix of backends: what passes the suite where, and which engine computes what."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from ._suite import VERSION
from ._table import print_table

WAYS = ("own", "composite", "host", "frontend")


def merged(path: Path | None, found: Mapping[str, Any], commit: str) -> dict[str, Any]:
    """The results, with those of other backends that the file holds already.

    Backends differ in speed, so that one matrix may come from several runs.
    """
    old: dict[str, Any] = json.loads(path.read_text()) if path and path.exists() else {}
    return {
        "arrayforge": metadata.version("arrayforge"),
        "standard": VERSION,
        "suite": commit,
        "backends": dict(sorted({**old.get("backends", {}), **found}.items())),
    }


def print_tables(backends: Mapping[str, Any]) -> None:
    """Print the summary, the chapters and the functions that not every engine has itself."""
    header, rows = summary(backends)
    print_table("Backends", header, rows)
    header, rows = chapters(backends)
    print_table("Chapters: passed/failed/skipped, seconds", header, rows)
    header, rows = functions(backends, differing=True)
    print_table("Functions that some engine does not compute itself", header, rows)


def counted(functions: Mapping[str, str]) -> Counter[str]:
    """How many functions each way has; the native engine's are its own."""
    return Counter("own" if way == "native" else way for way in functions.values())


def summary(backends: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """A row for each backend."""
    header = ["backend", "engine", "devices", "examples", "passed", "failed", "skipped", "seconds"]
    rows = []
    for name, facts in backends.items():
        if not facts["usable"] or "total" not in facts:
            rows.append([name, facts.get("why", "no report"), *["-"] * 6, *["-"] * len(WAYS)])
            continue
        total, ways = facts["total"], counted(facts["functions"])
        cells = [facts["version"], ", ".join(facts["devices"]), str(facts["max_examples"])]
        cells += [str(total["passed"]), str(total["failed"] + total["errors"])]
        cells += [str(total["skipped"] + total["xfailed"]), f"{total['seconds']:.0f}"]
        rows.append([name, *cells, *(str(ways[way]) for way in WAYS)])
    return [*header, *WAYS], rows


def chapters(backends: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """A row for each chapter of the suite, with what each backend gave."""
    tested = {name: facts["chapters"] for name, facts in backends.items() if "chapters" in facts}
    names = sorted({chapter for found in tested.values() for chapter in found})
    rows = [[name, *(_cell(found.get(name)) for found in tested.values())] for name in names]
    return ["chapter", *tested], rows


def _cell(counts: Mapping[str, float] | None) -> str:
    if counts is None:
        return "-"
    bad = counts["failed"] + counts["errors"]
    passed, skipped = counts["passed"], counts["skipped"] + counts["xfailed"]
    return f"{passed}/{bad}/{skipped}, {counts['seconds']:.0f} s"


def functions(
    backends: Mapping[str, Any], *, differing: bool = False
) -> tuple[list[str], list[list[str]]]:
    """A row for each function, with who computes it; on request only where an engine does not."""
    known = {name: facts["functions"] for name, facts in backends.items() if facts["usable"]}
    names = sorted({function for found in known.values() for function in found})
    rows = [[name, *(found.get(name, "-") for found in known.values())] for name in names]
    if differing:
        rows = [row for row in rows if {"composite", "host"} & {*row[1:]}]
    return ["function", *known], rows
