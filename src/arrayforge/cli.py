"""The command `arrayforge`: what is installed, whether it works, and what it can do."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import runpy
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from . import configuration, conformance, demo
from ._table import print_table

# Run in a child, so that a crash or a hang of the library is only a line in the report.
_PROBES = {
    "import": "import arrayforge",
    "add": "import arrayforge as xp; assert float(xp.sum(xp.ones(4) + xp.ones(4))) == 8.0",
    "matmul": "import arrayforge as xp; a = xp.eye(3); assert bool(xp.all(xp.matmul(a, a) == a))",
    "dlpack": "import arrayforge as xp; assert float(xp.from_dlpack(xp.ones(3))[0]) == 1.0",
}
_PROBE_SECONDS = 60


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
    commands.add_parser("info", help="versions, backend in force, devices, environment")
    commands.add_parser("backends", help="backends that are installed, and their origin")
    commands.add_parser("doctor", help="try the library step by step")
    conformance.add_arguments(commands.add_parser("conformance", help="the official test suite"))
    bench = commands.add_parser("bench", help="benchmarks of a source checkout")
    bench.add_argument("names", nargs="*", help="benchmarks to run (default: all)")
    demo.add_arguments(commands.add_parser("demo", help="real programs, compared with NumPy"))
    return parser


def _info(_: argparse.Namespace) -> int:
    rows = [
        ["arrayforge", metadata.version("arrayforge")],
        ["Python", f"{platform.python_version()} ({sys.executable})"],
        ["platform", f"{platform.system()} {platform.machine()}"],
    ]
    rows += [[key, os.environ[key]] for key in sorted(os.environ) if key.startswith("ARRAYFORGE_")]
    status = 0
    try:
        xp = importlib.import_module("arrayforge")
        core = importlib.import_module("arrayforge._core")
        information = xp.__array_namespace_info__()
        rows.append(["array API", xp.__array_api_version__])
        rows.append(["ISA", f"{core._isa()} of {core._isa_levels()}"])
        rows.append(["default device", str(information.default_device())])
        rows.append(["devices", ", ".join(map(str, information.devices()))])
        rows.append(["dtypes", ", ".join(information.dtypes())])
    except Exception as error:  # reported, not raised: this command tells what is wrong
        rows.append(["error", str(error)])
        status = 1
    if configuration.environment_error:
        rows.append(["error", str(configuration.environment_error)])
        status = 1
    print_table("arrayforge", ["what", "value"], rows)
    return status


def _backends(_: argparse.Namespace) -> int:
    rows = []
    for point in sorted(metadata.entry_points(group="arrayforge.backends"), key=lambda p: p.name):
        origin = point.dist.name if point.dist else "unknown"
        try:
            state = str(getattr(point.load(), "summary", "installed"))
        except Exception as error:  # a broken plug-in must not hide the others
            state = f"broken: {error}"
        rows.append([point.name, origin, state])
    print_table("backends", ["name", "from", "state"], rows)
    if configuration.environment_error:
        print(f"environment: {configuration.environment_error}", file=sys.stderr)
        return 1
    return 0


def _doctor(_: argparse.Namespace) -> int:
    rows, status = [], 0
    for name, code in _PROBES.items():
        state = _probe(code)
        status = status if state == "ok" else 1
        rows.append([name, state])
    print_table("doctor", ["probe", "state"], rows)
    if configuration.environment_error:
        print("  hint: mend the environment variable that the message names", file=sys.stderr)
    elif status:
        print("  hint: pip install --force-reinstall arrayforge", file=sys.stderr)
    return status


def _probe(code: str) -> str:
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {_PROBE_SECONDS} s"
    said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
    return "ok" if done.returncode == 0 else said[-1]


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
