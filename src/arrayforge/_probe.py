"""`python -m arrayforge._probe NAME`: what a backend is and does, as JSON on the last line.

Run in a child, so that a library that crashes, hangs or prints is a finding and no accident.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

_SECONDS = 600


def facts(name: str, *, check: bool = True) -> dict[str, Any]:
    """What the child says of a backend; `why` in place of it where the backend is unusable."""
    command = [sys.executable, "-m", "arrayforge._probe", name, *(() if check else ("unchecked",))]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return {"usable": False, "why": f"no answer in {_SECONDS} s"}
    lines = done.stdout.strip().splitlines()
    if done.returncode == 0 and lines:
        found: dict[str, Any] = json.loads(lines[-1])
        return found
    said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
    return {"usable": False, "why": said[-1]}


def _facts(name: str, check: bool) -> dict[str, Any]:
    from . import backend, registry
    from .testing import check_backend
    from .testing._engines import devices_of

    try:
        devices = [str(device) for device in devices_of(name)]
    except Exception as error:  # whatever keeps it from loading is the answer
        return {"usable": False, "why": f"{type(error).__name__}: {error}"}
    implementation = registry.load(name).implementation
    return {
        "usable": True,
        "devices": devices,
        "version": _version(name),
        "functions": backend.coverage(name),
        "host": dict(getattr(implementation, "host", {})),
        "problems": check_backend(name) if check else [],
    }


def _version(name: str) -> str:
    """Of the engine; of this distribution for the native one and for objects of no distribution."""
    from importlib import metadata

    from . import discovery, probes

    if name == "cpu":
        return metadata.version("arrayforge")
    found, _ = discovery.spec(name)
    return probes.engine_version(found) if hasattr(found, "load") else ""


if __name__ == "__main__":
    print(json.dumps(_facts(sys.argv[1], check=len(sys.argv) < 3)))
