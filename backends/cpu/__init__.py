"""The native backend: its name and needs; its functions are the C++ core itself."""

from __future__ import annotations


class CpuSpec:
    """The light description that entry points lead to."""

    name = "cpu"
    summary = "arrayforge's own C++ kernels, on the processor"
    requirement = ""
    install_hint = ""

    def probe(self) -> str | None:
        """None where the backend is usable, else the reason why not."""
        return None


SPEC = CpuSpec()
