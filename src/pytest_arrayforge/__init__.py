"""The pytest plugin: the fixture `xp` on every backend, and the marker `arrayforge`.

pytest imports this module in every project of an environment where arrayforge is installed, so it
imports nothing of arrayforge, and with it no backend, before a test asks for the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

MARKER = (
    "arrayforge(backends=None, skip=None, reason=''): run a test that uses the xp fixture on these "
    "backends or devices only; skip it on those"
)
_DEVICE = "_arrayforge_device"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option and its counterpart in the configuration file."""
    text = "backends or devices for the xp fixture: cpu,numpy,torch:cpu (default: all usable ones)"
    group = parser.getgroup("arrayforge", "array backends")
    group.addoption("--arrayforge-backends", metavar="NAMES", help=text)
    parser.addini("arrayforge_backends", text, default="")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", MARKER)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once per device, where its `xp` is ours and not a fixture of the project."""
    if _DEVICE not in metafunc.fixturenames:
        return
    only: Sequence[str] | None = None
    skipped: dict[str, str] = {}
    # From the outermost marker to the test's own, which has the last word.
    for marker in reversed(list(metafunc.definition.iter_markers("arrayforge"))):
        chosen, names, reason = _read_marker(marker)
        only = only if chosen is None else chosen
        skipped.update(dict.fromkeys(names, reason))
    parameters = []
    for device in _devices(metafunc.config):
        if only is not None and not _named(device, only):
            continue
        reasons = [skipped[name] for name in skipped if _named(device, [name])]
        marks = [pytest.mark.skip(reason=reasons[-1])] if reasons else []
        parameters.append(pytest.param(device, id=device, marks=marks))
    metafunc.parametrize(_DEVICE, parameters, indirect=True)


@pytest.fixture(name=_DEVICE)
def _device(request: pytest.FixtureRequest) -> Any:
    """The device of this run of the test."""
    from arrayforge import registry

    return registry.device(request.param)


@pytest.fixture
def xp(_arrayforge_device: Any) -> Iterator[Any]:
    """The arrayforge namespace, with one backend after the other in force."""
    import arrayforge
    from arrayforge.testing._engines import in_force

    with in_force(_arrayforge_device):
        yield arrayforge


_KEY = pytest.StashKey[list[str]]()


def _devices(config: pytest.Config) -> list[str]:
    """The names of the devices that the option, else the configuration file, asks for."""
    if _KEY not in config.stash:
        option = config.getoption("--arrayforge-backends")
        wanted = config.getini("arrayforge_backends") if option is None else option
        entries = [entry.strip() for entry in wanted.split(",") if entry.strip()]
        config.stash[_KEY] = _asked_for(entries) if entries else _usable()
    return config.stash[_KEY]


def _asked_for(entries: list[str]) -> list[str]:
    from arrayforge.testing._engines import devices_of

    found: dict[str, None] = {}
    for entry in entries:
        try:
            found.update(dict.fromkeys(map(str, devices_of(entry))))
        except (ImportError, AttributeError, ValueError) as error:
            raise pytest.UsageError(f"--arrayforge-backends: {entry}: {error}") from error
    return list(found)


def _usable() -> list[str]:
    from arrayforge import registry
    from arrayforge.testing._engines import devices_of

    found: list[str] = []
    for name in registry.names():
        # Whatever keeps a backend from loading, the tests run on the others.
        try:
            found += map(str, devices_of(name))
        except Exception:
            continue
    return found


def _named(device: str, names: Sequence[str]) -> bool:
    """Whether one of the names is the device's, or that of its backend."""
    return any(device == name or device.startswith(f"{name}:") for name in names)


def _read_marker(marker: pytest.Mark) -> tuple[list[str] | None, list[str], str]:
    unknown = set(marker.kwargs) - {"backends", "skip", "reason"}
    if marker.args or unknown:
        raise pytest.UsageError(f"marker arrayforge: expected {MARKER.partition(':')[0]}")
    only, skip = (marker.kwargs.get(key) for key in ("backends", "skip"))
    if only is None and skip is None:
        raise pytest.UsageError("marker arrayforge: expected backends= or skip=")
    lists = [[x] if isinstance(x, str) else x for x in (only, skip)]
    reason = marker.kwargs.get("reason") or "not on this backend"
    chosen = None if lists[0] is None else list(lists[0])
    return chosen, list(lists[1] or ()), reason
