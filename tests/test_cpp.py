"""Builds the stand-alone C++ tests with the C++ compiler and runs them, plain and under the sanitizers."""

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


def compile_program(
    target: Path, sanitizer: str, *sources: Path
) -> subprocess.CompletedProcess[str]:
    sanitize = [f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all"] if sanitizer else []
    command = [*COMPILER, *FLAGS, *sanitize, *map(str, sources), "-o", str(target)]
    return subprocess.run(command, capture_output=True, text=True)


def require_sanitizer(folder: Path, sanitizer: str) -> None:
    """Skip where the compiler lacks the sanitizer, or its runtime does not start on this machine."""
    source = folder / "empty.cpp"
    source.write_text("int main() {}\n")
    built = compile_program(folder / "empty", sanitizer, source)
    if built.returncode or subprocess.run([folder / "empty"], capture_output=True).returncode:
        pytest.skip(f"no {sanitizer} sanitizer")


@pytest.mark.parametrize("sanitizer", SANITIZERS, ids=lambda s: s.split(",")[0] or "plain")
@pytest.mark.parametrize("name", SOURCES)
def test_program(name: str, sanitizer: str, tmp_path: Path) -> None:
    if sanitizer:
        require_sanitizer(tmp_path, sanitizer)
    sources = sorted(path for pattern in SOURCES[name] for path in CORE.glob(pattern))
    built = compile_program(
        tmp_path / name, sanitizer, ROOT / "tests" / "cpp" / f"{name}.cpp", *sources
    )
    assert built.returncode == 0, built.stderr
    # A child of a process with threads starts threads here; the thread sanitizer refuses that unless asked.
    env = {**os.environ, "TSAN_OPTIONS": "die_after_fork=0"}
    ran = subprocess.run([tmp_path / name], capture_output=True, text=True, timeout=300, env=env)
    assert ran.returncode == 0, ran.stdout + ran.stderr
