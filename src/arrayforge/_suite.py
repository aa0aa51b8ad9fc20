"""Where the official test suite comes from: a given checkout, or one cloned at a pinned commit.

No code of the suite is in arrayforge. A checkout is used only if it is complete, its `array-api`
submodule included, because the suite reads the signatures and special cases from there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

COMMIT = "55fcc60179efa2680ddd6cd926ddf17b83530e2b"
VERSION = "2025.12"
GITHUB = "https://github.com/data-apis/array-api-tests"
_CLONE_SECONDS = 600


class SuiteError(Exception):
    """No usable checkout of the suite can be had; the message says what to do."""


def cache_dir() -> Path:
    """The folder of the user's cache that belongs to arrayforge."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "arrayforge"


def find_suite() -> Path:
    """The checkout to use: `ARRAY_API_TESTS_DIR`, else the cached one, cloned on first use."""
    given = os.environ.get("ARRAY_API_TESTS_DIR")
    if given:
        return _checked(Path(given).expanduser().resolve(), "ARRAY_API_TESTS_DIR names")
    cached = cache_dir() / "array-api-tests"
    if not cached.exists():
        _clone(os.environ.get("ARRAY_API_TESTS_SOURCE") or GITHUB, cached)
    return _checked(cached, "the cache has")


def suite_commit(suite: Path) -> str:
    """The commit that the checkout is at, `unknown` for a folder without git."""
    if not (suite / ".git").exists():
        return "unknown"
    asked = _git("-c", "safe.directory=*", "-C", str(suite), "rev-parse", "HEAD")
    return asked.stdout.strip() if asked.returncode == 0 else "unknown"


def _checked(suite: Path, origin: str) -> Path:
    if not (suite / "array_api_tests" / "__init__.py").is_file():
        raise SuiteError(
            f"{origin} {suite}, which is no checkout of array-api-tests\n"
            f"  hint: git clone --recurse-submodules {GITHUB} {suite}"
        )
    if not (suite / "array-api" / "src").is_dir():
        raise SuiteError(
            f"{origin} {suite}, whose submodule array-api is missing\n"
            f"  hint: git -C {suite} submodule update --init"
        )
    return suite


def _clone(source: str, target: Path) -> None:
    # Renamed when complete, so that an interrupted clone is never taken for a checkout.
    target.parent.mkdir(parents=True, exist_ok=True)
    print(f"cloning {source} at {COMMIT[:12]} into {target} (once)", flush=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="clone-") as folder:
        fresh = Path(folder) / "array-api-tests"
        steps = [
            ["clone", "--quiet", "--no-checkout", source, str(fresh)],
            ["-C", str(fresh), "checkout", "--quiet", "--detach", COMMIT],
            [*_submodule_source(source), "-C", str(fresh), "submodule", "update", "--init"],
        ]
        for step in steps:
            _clone_step(source, step)
        # Another process may have been faster; its checkout is as good as ours.
        if not target.exists():
            shutil.move(str(fresh), str(target))


def _clone_step(source: str, step: list[str]) -> None:
    hint = (
        f"  hint: set ARRAY_API_TESTS_DIR to a checkout at {COMMIT[:12]}, submodule included,"
        " or ARRAY_API_TESTS_SOURCE to a git URL or folder to clone from"
    )
    try:
        done = _git("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30", *step)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SuiteError(f"no checkout of the suite from {source}: {error}\n{hint}") from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["no message"]
        raise SuiteError(f"no checkout of the suite from {source}: {said[-1]}\n{hint}")


def _submodule_source(source: str) -> list[str]:
    # A local checkout brings its own submodule, so that cloning from it needs no network.
    submodule = Path(source).expanduser() / "array-api"
    if not (submodule / ".git").exists():
        return []
    url = str(submodule.resolve())
    return ["-c", "protocol.file.allow=always", "-c", f"submodule.array-api.url={url}"]


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    return subprocess.run(
        ["git", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=_CLONE_SECONDS,
        check=False,
    )
