"""What the commands and show_config() tell: the configuration in force, and the backends."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from typing import Any

from . import _core, choice, discovery, journal, memory, registry
from . import configuration as settings
from ._table import print_table


def configuration() -> dict[str, Any]:
    """Every fact and setting, each with its origin."""
    chosen = choice.in_force()
    backend = chosen.device.backend
    error = settings.environment_error
    return {
        "versions": _versions(),
        "backend": {
            "name": backend.name,
            "device": str(chosen.device),
            "why": chosen.why,
            "skipped": dict(chosen.skipped),
        },
        "devices": registry.device_names(backend),
        "dtypes": list(_dtypes(chosen.device)),
        "isa": {"level": _core._isa(), "available": _core._isa_levels().split(), "why": _isa_why()},
        "threads": {"count": _core._num_threads(), "why": _threads_why()},
        "memory": {
            "limit": memory.limit(),
            "why": _memory_why(),
            **{k: v for k, v in memory.stats()._asdict().items() if k.endswith("_bytes")},
        },
        "log": _log_level(),
        "environment": _environment(),
        "unknown environment": {n: c or "" for n, c in settings.unknown_names().items()},
        "error": str(error) if error else None,
    }


def _versions() -> dict[str, str]:
    import arrayforge

    return {
        "arrayforge": metadata.version("arrayforge"),
        "array API": arrayforge.__array_api_version__,
        "contract of backends": str(discovery.API_VERSION),
        "Python": f"{platform.python_version()} ({sys.executable})",
        "platform": f"{platform.system()} {platform.machine()}",
    }


def _dtypes(device: _core.Device) -> Mapping[str, Any]:
    from . import inspection

    return inspection.NamespaceInfo().dtypes(device=device)


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in sorted(os.environ) if name.startswith("ARRAYFORGE_")}


def _isa_why() -> str:
    level = os.environ.get("ARRAYFORGE_ISA")
    return f"ARRAYFORGE_ISA={level}" if level == _core._isa() else "the best of this processor"


def _threads_why() -> str:
    number = _core._num_threads()
    wanted = os.environ.get("ARRAYFORGE_NUM_THREADS", "")
    if wanted.isdecimal() and int(wanted) == number:
        return f"ARRAYFORGE_NUM_THREADS={wanted}"
    cpus = _core._available_cpus()
    if number != cpus:
        return "threads()"
    return f"what affinity and cgroup grant of {os.cpu_count()} processors"


def _memory_why() -> str:
    limit = memory.limit()
    if limit is None:
        return "nothing sets a limit"
    wanted = os.environ.get("ARRAYFORGE_MEMORY_LIMIT")
    try:
        if wanted and settings.parse_bytes("", wanted) == limit:
            return f"ARRAYFORGE_MEMORY_LIMIT={wanted}"
    except ValueError:
        pass  # reported as the error of the environment
    return "memory.set_limit()"


def _log_level() -> str:
    level = os.environ.get("ARRAYFORGE_LOG")
    if level:
        return f"ARRAYFORGE_LOG={level}"
    return f"off; ARRAYFORGE_LOG may be {', '.join(journal.LEVELS)}"


def print_configuration(found: Mapping[str, Any]) -> None:
    """As a table of one fact a line."""
    rows = [[name, value] for name, value in found["versions"].items()]
    backend = found["backend"]
    rows.append(["backend in force", f"{backend['name']} ({backend['why']})"])
    rows += [[f"skipped {name}", reason] for name, reason in backend["skipped"].items()]
    rows.append(["default device", backend["device"]])
    rows.append(["devices", ", ".join(found["devices"])])
    rows.append(["dtypes", ", ".join(found["dtypes"])])
    isa = found["isa"]
    rows.append(["ISA", f"{isa['level']} of {' '.join(isa['available'])}: {isa['why']}"])
    rows.append(["threads", f"{found['threads']['count']}: {found['threads']['why']}"])
    rows.append(["memory limit", f"{found['memory']['limit']}: {found['memory']['why']}"])
    for name in ("live_bytes", "peak_bytes", "reserved_bytes"):
        rows.append([f"memory {name.removesuffix('_bytes')}", f"{found['memory'][name]} bytes"])
    rows.append(["log", found["log"]])
    rows += [[name, value] for name, value in found["environment"].items()]
    for name, close in found["unknown environment"].items():
        meant = f"; did you mean {close}?" if close else ""
        rows.append([f"unknown {name}", f"no setting of arrayforge{meant}"])
    if found["error"]:
        rows.append(["error", found["error"]])
    print_table("arrayforge", ["what", "value"], rows)


def backends() -> list[dict[str, Any]]:
    """The backends that are installed or known: version, origin, devices, or why not.

    Each is asked in a process of its own, because loading one may take long, or crash.
    """
    offers = discovery.points()
    offers.setdefault("cpu", [])
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(_described, sorted(offers), (offers[name] for name in sorted(offers))))


def _described(name: str, offers: list[metadata.EntryPoint]) -> dict[str, Any]:
    from . import doctor

    described: dict[str, Any] = {
        "name": name,
        "version": "",
        "origin": [discovery.origin(point) for point in offers],
        "usable": False,
        "why not": discovery.rivals(name, offers) if offers else None,
        "summary": "",
        "devices": [],
    }
    if described["why not"] is None:
        described.update(doctor.ask("describe", name, doctor.SECONDS))
        described["usable"] = described["why not"] is None
    return described


def print_backends(found: list[dict[str, Any]]) -> None:
    """As a table of one backend a line."""
    rows = []
    for one in found:
        state = one["summary"] if one["usable"] else f"no: {one['why not']}"
        if len(one["origin"]) > 1 and one["usable"]:
            state += f"; ignored: {', '.join(one['origin'][1:])}"
        origin = (one["origin"] or ["arrayforge"])[0]
        rows.append([one["name"], one["version"] or "-", origin, state, ", ".join(one["devices"])])
    print_table("backends", ["name", "version", "from", "usable", "devices"], rows)


def print_json(value: object) -> None:
    """On standard output, for programs."""
    print(json.dumps(value, indent=2))
