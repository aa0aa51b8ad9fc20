"""Fake plug-ins, written to a folder as the distributions that pip would install there."""

from __future__ import annotations

from pathlib import Path

# A backend over NumPy; {name} is replaced.
BACKEND = """
import numpy as np
class Backend:
    name = "{name}"
    api_version = 1
    namespace = np
    devices = staticmethod(lambda: ["{name}:0", "{name}:1"])
    dtypes = staticmethod(lambda device: {n: np.dtype(n) for n in ("bool", "int64", "float64")})
    describe = staticmethod(lambda raw: (raw.dtype.name, raw.shape, "{name}:0"))
    from_host = staticmethod(lambda array, device: np.array(memoryview(array)))
    to_host = staticmethod(np.asarray)
    item = staticmethod(lambda raw: raw.item())
    getitem = staticmethod(lambda raw, key: np.asarray(raw[key]))
    @staticmethod
    def setitem(raw, key, value):
        raw[key] = value
        return raw
BACKEND = Backend()
"""
SPEC = """
from arrayforge.backend import Spec
SPEC = Spec("{name}", "pretends", "{name}_engine:BACKEND", install_hint="pip install {name}")
"""


def install(
    folder: Path,
    name: str,
    *,
    engine: str = BACKEND,
    spec: str = SPEC,
    distribution: str | None = None,
    entry: str | None = None,
) -> Path:
    """A distribution that offers the backend; `spec` and `engine` are its two modules' sources."""
    distribution = distribution or f"plugin-{name}"
    module = distribution.replace("-", "_")
    info = folder / f"{module}-2.5.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 2.5\n", encoding="utf-8"
    )
    entry = entry or f"{module}:SPEC"
    (info / "entry_points.txt").write_text(f"[arrayforge.backends]\n{name} = {entry}\n")
    (folder / f"{module}.py").write_text(spec.replace("{name}", name))
    (folder / f"{name}_engine.py").write_text(engine.replace("{name}", name))
    return folder
