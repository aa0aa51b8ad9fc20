"""Builds the stand-alone C++ tests and runs them, plain and under the sanitizers."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "cpp" / "core"
COMPILER = shlex.split(os.environ.get("CXX", "c++"))
FLAGS = [
    "-std=c++20",
    "-O1",
    "-g",
    "-fno-omit-frame-pointer",
    "-fwrapv",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-pthread",
]
SOURCES = {
    "arena_test": ["arena*.cpp"],
    "parallel_test": ["arena*.cpp", "parallel*.cpp"],
}
SANITIZERS = ["", "address,undefined", "thread"]

pytestmark = pytest.mark.skipif(shutil.which(COMPILER[0]) is None, reason="no C++ compiler")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    # A child of a process with threads starts threads here; the thread sanitizer wants to be asked.
    env = {**os.environ, "TSAN_OPTIONS": "die_after_fork=0"}
    # The programs bring their own runtime, and the compiler leaks by design.
    for name in ("LD_PRELOAD", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"):
        env.pop(name, None)
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=300, env=env
    )


def compile_program(
    target: Path, sanitizer: str, *sources: Path
) -> subprocess.CompletedProcess[str]:
    sanitize = [f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all"] if sanitizer else []
    return run(*COMPILER, *FLAGS, *sanitize, *sources, "-o", target)


def require_sanitizer(folder: Path, sanitizer: str) -> None:
    """Skip where the compiler lacks the sanitizer or its runtime does not start."""
    source = folder / "empty.cpp"
    source.write_text("int main() {}\n")
    built = compile_program(folder / "empty", sanitizer, source)
    if built.returncode or run(folder / "empty").returncode:
        pytest.skip(f"no {sanitizer} sanitizer")


@pytest.mark.parametrize("sanitizer", SANITIZERS, ids=lambda s: s.split(",")[0] or "plain")
@pytest.mark.parametrize("name", SOURCES)
def test_program(name: str, sanitizer: str, tmp_path: Path) -> None:
    if sanitizer:
        require_sanitizer(tmp_path, sanitizer)
    core = sorted(path for pattern in SOURCES[name] for path in CORE.glob(pattern))
    program = ROOT / "tests" / "cpp" / f"{name}.cpp"
    built = compile_program(tmp_path / name, sanitizer, program, *core)
    assert built.returncode == 0, built.stderr
    ran = run(tmp_path / name)
    assert ran.returncode == 0, ran.stdout + ran.stderr
