"""The steps of `arrayforge doctor`, each run in a process of its own by doctor.py.

    python -m arrayforge.probes PROBE NAME

prints what it finds as one line of JSON. A probe returns rows (what, value, problem or None, the
command that mends it).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from importlib import metadata
from typing import Any

from . import _core, discovery, registry

Row = tuple[str, str, str | None, str]
MARK = "arrayforge probe: "  # engines may print lines of their own


def _spec(name: str) -> Any:
    return discovery.spec(name)[0]


def _hint(spec: Any) -> str:
    return str(getattr(spec, "install_hint", "")) or "pip install --force-reinstall arrayforge"


def _distributions(modules: Iterable[str]) -> dict[str, list[str]]:
    providers = metadata.packages_distributions()
    return {module: sorted({*providers.get(module, [])}) for module in modules}


def engine_version(spec: Any) -> str:
    """Of the distribution that has the engine's modules, or else of the one with the backend."""
    for names in _distributions(getattr(spec, "modules", ())).values():
        if names:
            return metadata.version(names[0])
    point = discovery.points().get(getattr(spec, "name", ""))
    return point[0].dist.version if point and point[0].dist else ""


def installed(name: str) -> list[Row]:
    """What the spec says of itself, and whether one distribution alone provides the engine."""
    if name == "cpu":
        return [("installed", f"arrayforge {metadata.version('arrayforge')}", None, "")]
    spec, who = discovery.spec(name)
    if reason := discovery.unusable(spec, who):
        return [("installed", "no", reason, _hint(spec))]
    rows: list[Row] = [("installed", engine_version(spec) or "yes", None, "")]
    for module, found in _distributions(getattr(spec, "modules", ())).items():
        several = f"{module} is provided by several distributions" if len(found) > 1 else None
        mend = f"pip uninstall -y {' '.join(found)} && {_hint(spec)}"
        rows.append(("one distribution", ", ".join(found) or module, several, mend))
    requirement = str(getattr(spec, "requirement", ""))
    if requirement:
        rows.append(_satisfied(requirement, engine_version(spec), _hint(spec)))
    return rows


def _satisfied(requirement: str, version: str, hint: str) -> Row:
    least = re.search(r">=\s*([\d.]+)", requirement)
    numbers = [tuple(map(int, re.findall(r"\d+", v))) for v in (version, least[1] if least else "")]
    old = f"{version} is too old" if numbers[0] and numbers[0] < numbers[1] else None
    return "requirement", f"{requirement}, found {version or 'no version'}", old, hint


def importable(name: str) -> list[Row]:
    """Whether it loads and keeps the contract, and which devices it has."""
    backend = registry.load(name)
    devices = registry.device_names(backend)
    return [("importable", f"devices {', '.join(devices)}", None, "")]


def drivers(name: str) -> list[Row]:
    """What the spec and the backend find out about drivers and run-time libraries."""
    rows: list[Row] = []
    holders = [] if name == "cpu" else [_spec(name), registry.load(name).implementation]
    for holder in {id(holder): holder for holder in holders}.values():
        if hasattr(holder, "diagnose"):
            for what, value, problem, mend in holder.diagnose():
                rows.append((str(what), str(value), problem and str(problem), str(mend)))
    return rows


def primitives(name: str) -> list[Row]:
    """Whether the engine has what everything else is made of."""
    backend = registry.load(name)
    if backend.implementation is None:
        return [("primitives", "native", None, "")]
    from .backend import COMPLEX_PRIMITIVES, PRIMITIVES

    implementation = backend.implementation
    wanted = [*PRIMITIVES]
    if "complex128" in implementation.dtypes(registry.device_names(backend)[0]):
        wanted += COMPLEX_PRIMITIVES
    lacking = [n for n in wanted if not hasattr(implementation.namespace, n)]
    problem = f"it lacks {', '.join(lacking)}" if lacking else None
    return [("primitives", f"{len(wanted) - len(lacking)} of {len(wanted)}", problem, "")]


def _twos(name: str, n: int) -> Any:
    """1 + 1, computed on the backend's first device in the first of these dtypes that it has."""
    import arrayforge as xp

    device = registry.first_device(name)
    held = xp.__array_namespace_info__().dtypes(device=device)
    dtype = next(held[d] for d in ("float32", "float64", "int64", "int32", *held) if d in held)
    x = xp.ones(n, dtype=dtype, device=device)
    return x + x


def kernel(name: str) -> list[Row]:
    """The smallest sum, moved to the host."""
    import arrayforge as xp

    x = _twos(name, 4)
    total = float(xp.sum(x))
    problem = None if total == 8.0 else f"1 + 1, four times, sums to {total}"
    return [("smallest kernel", f"add and sum on {x.device}", problem, "")]


def dlpack(name: str) -> list[Row]:
    """An array through DLPack and back, and through host memory and back."""
    import arrayforge as xp

    x = _twos(name, 3)
    there = x.to_device("cpu").to_device(x.device)
    problem = None if there.tolist() == [2.0] * 3 else f"2, three times, becomes {there.tolist()}"
    rows: list[Row] = [("to the host and back", str(x.device), problem, "")]
    try:
        back = xp.from_dlpack(x, device=x.device)
    except BufferError as error:
        return [*rows, ("DLPack", f"not offered: {error}", None, "")]
    problem = None if back.tolist() == [2.0] * 3 else f"2, three times, becomes {back.tolist()}"
    return [*rows, ("DLPack", f"{x.device} to {back.device}", problem, "")]


def threads(_: str) -> list[Row]:
    """Whether there are more threads than processors granted."""
    number, cpus = _core._num_threads(), _core._available_cpus()
    problem = None
    if number > cpus:
        problem = f"more threads than the {cpus} processors that affinity and cgroup grant"
    value = f"{number} threads, {cpus} processors"
    return [("threads", value, problem, f"export ARRAYFORGE_NUM_THREADS={cpus}")]


PROBES: dict[str, Callable[[str], list[Row]]] = {
    "installed": installed,
    "importable": importable,
    "drivers": drivers,
    "primitives": primitives,
    "kernel": kernel,
    "dlpack": dlpack,
    "threads": threads,
}


def describe(name: str) -> dict[str, Any]:
    """The line of `arrayforge backends`, as far as the backend itself knows it."""
    spec = None if name == "cpu" else _spec(name)
    version = metadata.version("arrayforge") if spec is None else engine_version(spec)
    summary = str(getattr(spec, "summary", "")) if spec else "arrayforge's own C++ kernels"
    told: dict[str, Any] = {"version": version, "summary": summary or "yes", "why not": None}
    try:
        told["devices"] = registry.device_names(registry.load(name))
    except Exception as error:
        told["why not"] = str(error) or type(error).__name__
    return told


def main(probe: str, name: str) -> None:
    """Print what the probe says, or what it raises."""
    try:
        answer: Any = describe(name) if probe == "describe" else PROBES[probe](name)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
        if isinstance(error, ImportError):
            answer = {"error": str(error)}
    print(f"\n{MARK}{json.dumps(answer)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
