"""What a machine has of what CuPy needs, found without importing CuPy as far as that goes."""

from __future__ import annotations

import ctypes
import functools
from importlib import metadata

# (what, what was found, what is wrong with it or None, the command that mends it)
Row = tuple[str, str, str | None, str]

_DISTRIBUTIONS = ("cupy", "cupy-cuda11x", "cupy-cuda12x", "cupy-cuda13x", "cupy-rocm-7-0")
_LIBRARIES = ("libcuda.so.1", "nvcuda.dll")
_DRIVER = "install NVIDIA's driver; nvidia-smi must list the GPU"


@functools.cache
def driver_version() -> int:
    """The newest CUDA that the driver runs, such as 12040; 0 where there is no driver."""
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        found = ctypes.c_int(0)
        # Needs no cuInit(), after which a fork could not use the GPU.
        library.cuDriverGetVersion(ctypes.byref(found))
        return found.value
    return 0


def distributions() -> dict[str, str]:
    """The installed distributions that contain CuPy, with their versions."""
    found = {}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def shown(version: int) -> str:
    """12040 as 12.4."""
    return f"{version // 1000}.{version % 1000 // 10}" if version else "none"


def install_command() -> str:
    """The extra whose CUDA the driver runs."""
    extra = "cupy-cuda13x" if driver_version() >= 13000 else "cupy"
    return f'pip install "arrayforge[{extra}]"'


def _too_many(found: dict[str, str]) -> str | None:
    if len(found) < 2:
        return None
    return f"{' and '.join(found)} are both installed, and overwrite each other"


def missing() -> str | None:
    """Why CuPy, which is installed, cannot be used; None where nothing speaks against it."""
    if problem := _too_many(distributions()):
        return problem
    if not driver_version():
        return f"no CUDA driver was found ({' or '.join(_LIBRARIES)})"
    return None


def remedy() -> str:
    """What to do about the first problem; how to install where there is none."""
    rows = (_distribution_row(), _driver_row(), _runtime_row())
    return next((mend for *_, problem, mend in rows if problem), install_command())


def _distribution_row() -> Row:
    found = distributions()
    value = ", ".join(f"{name} {version}" for name, version in found.items()) or "none"
    if not found:
        return "CuPy", value, "it is not installed", install_command()
    if problem := _too_many(found):
        return "CuPy", value, problem, f"pip uninstall -y {' '.join(found)} && {install_command()}"
    return "CuPy", value, None, ""


def _driver_row() -> Row:
    version = driver_version()
    problem = None if version else "no driver was found"
    return "CUDA driver", shown(version), problem, "" if version else _DRIVER


def _runtime_row() -> Row:
    wanted = max((int(n[9:11]) for n in distributions() if n.startswith("cupy-cuda")), default=0)
    value = f"{wanted}.x" if wanted else "unknown"
    driver = driver_version()
    if driver and wanted > driver // 1000:
        problem = f"it needs a driver for CUDA {wanted}, this one is for {shown(driver)}"
        mend = f"pip uninstall -y cupy-cuda{wanted}x && {install_command()}"
        return "CUDA of CuPy", value, problem, mend
    return "CUDA of CuPy", value, None, ""


def _device_row() -> Row:
    if len(distributions()) != 1:
        return "GPUs", "unknown", None, ""
    try:
        import cupy

        count = cupy.cuda.runtime.getDeviceCount()
        names = [cupy.cuda.runtime.getDeviceProperties(i)["name"].decode() for i in range(count)]
    except Exception as error:  # whatever a broken installation raises is the finding
        return "GPUs", "none", str(error).partition("\n")[0], _DRIVER
    problem = None if names else "the driver lists none"
    return "GPUs", ", ".join(names) or "none", problem, "" if names else _DRIVER


def diagnose() -> list[Row]:
    """For ``arrayforge doctor cupy``: what was found, what is wrong, and the command that helps."""
    return [_distribution_row(), _driver_row(), _runtime_row(), _device_row()]
