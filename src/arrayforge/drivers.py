"""Which accelerator drivers the machine has, found without importing any engine.

For the specs of backends, whose install hints depend on it.
"""

from __future__ import annotations

import ctypes

_CUDA_LIBRARIES = ("libcuda.so.1", "libcuda.so", "nvcuda.dll")


def cuda_version() -> tuple[int, int] | None:
    """The newest CUDA that the installed driver can run, such as (12, 8); None without a driver."""
    for name in _CUDA_LIBRARIES:
        try:
            library = ctypes.CDLL(name)
            version = ctypes.c_int(0)
            # Needs no cuInit(), so that asking creates no context on any device.
            status = library.cuDriverGetVersion(ctypes.byref(version))
        except (OSError, AttributeError):
            continue
        if status == 0 and version.value > 0:
            return version.value // 1000, version.value % 1000 // 10
    return None
