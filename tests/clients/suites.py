"""Runs the test-suites of SciPy and scikit-learn with arrayforge, compared with their NumPy runs.

    python tests/clients/suites.py [NAME ...] [--backend NAME] [--jobs N] [--slow] [--keep FOLDER]

A difference is a test that fails with arrayforge and not with NumPy. Those that are the client's
own stand in README.md beside this file, with the reason; any other makes the exit status 1, and so
does a line of README.md that no longer fails.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
SUITES = (
    *("scipy._lib", "scipy.cluster", "scipy.constants", "scipy.differentiate", "scipy.fft"),
    *("scipy.integrate", "scipy.interpolate", "scipy.linalg", "scipy.ndimage", "scipy.optimize"),
    *("scipy.signal", "scipy.spatial", "scipy.special", "scipy.stats", "sklearn"),
)


@dataclass
class Result:
    """What became of the tests of one suite, by their names."""

    name: str
    status: int
    numpy: dict[str, str] = field(default_factory=dict)
    ours: dict[str, str] = field(default_factory=dict)

    def differing(self):
        """Failures of ours that NumPy does not show."""
        return [t for t, o in self.ours.items() if o == "failed" != self.numpy.get(as_numpy(t))]


def as_numpy(test):
    """The name of the same test with NumPy: the namespace is one of its parameters."""
    return test.replace("arrayforge", "numpy")


def package_root():
    return Path(importlib.util.find_spec("scipy").origin).parents[1]


def selection(name, slow):
    """What pytest is told to run."""
    client, _, module = name.partition(".")
    root = package_root()
    if client == "scipy":
        marks = "array_api_backends" if slow else "array_api_backends and not slow"
        return [str(root / "scipy" / module), "-m", marks]
    asks = re.compile("yield_namespace|yield_mixed_namespace")
    files = sorted((root / "sklearn").rglob("test_*.py"))
    files = [str(f) for f in files if asks.search(f.read_text(encoding="utf-8"))]
    return [*files, str(root / "sklearn/tests/test_common.py"), "-k", "arrayforge or numpy"]


def run(name, options, folder):
    """Runs one suite in a process of its own; its output goes to a log."""
    outcomes = folder / f"{name}.txt"
    environment = os.environ | {
        "SCIPY_ARRAY_API": "1",
        "PYTHONPATH": str(HERE),
        "ARRAYFORGE_SUITE": name.partition(".")[0],
        "ARRAYFORGE_OUTCOMES": str(outcomes),
        "ARRAYFORGE_BACKEND": options.backend,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-c", os.devnull]
    command += ["--rootdir", str(package_root()), "-p", "plugin", "-p", "no:cacheprovider"]
    command += ["-n", str(options.jobs), *selection(name, options.slow)]
    with open(folder / f"{name}.log", "w", encoding="utf-8") as log:
        status = subprocess.run(command, env=environment, stdout=log, stderr=log).returncode
    result = Result(name, status)
    if outcomes.exists():
        sort_out(outcomes.read_text(encoding="utf-8").splitlines(), result)
    return result


def sort_out(lines, result):
    """Tests of neither namespace are not asked about."""
    for line in lines:
        outcome, test = line.split(" ", 1)
        parameters = test.partition("[")[2]
        if "arrayforge" in parameters:
            result.ours[test] = outcome
        elif "numpy" in parameters:
            result.numpy[test] = outcome


def known_bugs():
    """The tests, or beginnings of their names, that README.md lists."""
    text = (HERE / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `((?:scipy|sklearn)/[^`]+)`", text, re.MULTILINE)


def report(result, known, backend):
    """Prints one row, then what is wrong; returns the number of wrongs."""
    differing = result.differing()
    mine = [k for k in known if k.startswith(result.name.replace(".", "/") + "/")]
    listed = [t for t in differing if any(t.startswith(k) for k in mine)]
    count = Counter(result.ours.values())
    failing = Counter(result.numpy.values())["failed"]
    left_out = count["skipped"] + count["xfailed"]
    print(
        f"{result.name:22}{len(result.ours):8}{count['passed'] + count['xpassed']:9}{left_out:9}"
        f"{failing:15}{len(differing):11}{len(listed):9}",
        flush=True,
    )
    wrongs = [f"differs: {t}" for t in differing if t not in listed]
    if backend == "cpu":
        unseen = [k for k in mine if not any(t.startswith(k) for t in listed)]
        wrongs += [f"no longer fails: {k}" for k in unseen]
    if result.status not in (0, 1) or not result.ours:
        wrongs.append(f"pytest ended with status {result.status}; see the log")
    for wrong in wrongs:
        print("   ", wrong)
    return len(wrongs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SUITES)}")
    parser.add_argument("--backend", default="cpu", help="the engine behind arrayforge")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--slow", action="store_true", help="SciPy's slow tests, too")
    parser.add_argument("--keep", type=Path, help="a folder for logs and outcomes")
    options = parser.parse_args()
    if unknown := set(options.names) - set(SUITES):
        parser.error(f"expected names of {', '.join(SUITES)}, got {', '.join(sorted(unknown))}")
    folder = options.keep or Path(tempfile.mkdtemp(prefix="arrayforge-suites-"))
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    print(f"backend {options.backend}; logs in {folder}")
    print(f"{'suite':22}{'tests':>8}{'passed':>9}{'left out':>9}{'failing: NumPy':>15}", end="")
    print(f"{'only ours':>11}{'listed':>9}")
    known = known_bugs()
    wrongs = 0
    for name in options.names or SUITES:
        wrongs += report(run(name, options, folder), known, options.backend)
    return 1 if wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
