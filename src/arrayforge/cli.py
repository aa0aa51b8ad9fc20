"""The command `arrayforge`: what is installed, whether it works, and what it can do."""

from __future__ import annotations

import argparse
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from . import configuration, conformance, demo, doctor, reports


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    run = {
        "info": _info,
        "backends": _backends,
        "doctor": _doctor,
        "conformance": conformance.run,
        "bench": _bench,
        "demo": demo.run,
    }
    return run[options.command](options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="arrayforge", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    reporting = [
        commands.add_parser("info", help="versions, backend in force and why, environment"),
        commands.add_parser("backends", help="backends that are known, usable or why not"),
        commands.add_parser("doctor", help="try a backend step by step, each in its own process"),
    ]
    for command in reporting:
        command.add_argument("--json", action="store_true", help="for programs")
    reporting[-1].add_argument("name", nargs="?", help="backend (default: the one in force)")
    reporting[-1].add_argument(
        "--timeout", type=float, default=doctor.SECONDS, help="seconds a step may take"
    )
    conformance.add_arguments(commands.add_parser("conformance", help="the official test suite"))
    bench = commands.add_parser("bench", help="benchmarks of a source checkout")
    bench.add_argument("names", nargs="*", help="benchmarks to run (default: all)")
    demo.add_arguments(commands.add_parser("demo", help="real programs, compared with NumPy"))
    return parser


def _info(options: argparse.Namespace) -> int:
    found = reports.configuration()
    if options.json:
        reports.print_json(found)
    else:
        reports.print_configuration(found)
    return 1 if found["error"] else 0


def _backends(options: argparse.Namespace) -> int:
    found = reports.backends()
    if options.json:
        reports.print_json(found)
    else:
        reports.print_backends(found)
    if configuration.environment_error:
        print(f"environment: {configuration.environment_error}", file=sys.stderr)
        return 1
    return 0


def _doctor(options: argparse.Namespace) -> int:
    status, rows = doctor.examine(options.name, options.timeout)
    if options.json:
        reports.print_json({"backend": options.name, "status": status, "probes": rows})
    else:
        doctor.print_report(options.name, rows)
    return status


def _bench(options: argparse.Namespace) -> int:
    folder = Path("benchmarks")
    scripts = {p.stem: p for p in sorted(folder.glob("*.py")) if not p.stem.startswith("_")}
    unknown = [name for name in options.names if name not in scripts]
    if unknown or not scripts:
        known = ", ".join(scripts) or f"none in {folder.resolve()}"
        print(f"bench: no benchmark {', '.join(unknown)}; known: {known}", file=sys.stderr)
        print("  hint: run it in the root of a source checkout", file=sys.stderr)
        return 2
    status = 0
    for name in options.names or scripts:
        print(f"== {name}", flush=True)
        sys.argv = [str(scripts[name])]
        try:
            runpy.run_path(str(scripts[name]), run_name="__main__")
        except SystemExit as end:
            status = status or (end.code if isinstance(end.code, int) else int(bool(end.code)))
    return status
