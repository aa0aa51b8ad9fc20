"""What `import arrayforge` adds to the start of the interpreter, in processor time.

Interpreters with and without the import are started in turns; the median of the differences of
neighbours counts. Ends with status 1 above the bar.

    python benchmarks/startup.py --rounds 21
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys

BAR_MS = 40.0


def milliseconds(code: str) -> float:
    """User and system time of an interpreter that runs the code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1e3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21)
    options = parser.parse_args()
    for module in ("arrayforge", "numpy"):
        milliseconds(f"import {module}")  # the files come from the disk once
    ours, theirs = [], []
    for _ in range(options.rounds):
        bare = milliseconds("")
        ours.append(milliseconds("import arrayforge") - bare)
        theirs.append(milliseconds("import numpy") - bare)
    ms = statistics.median(ours)
    print(f"import arrayforge: {ms:.1f} ms beyond the interpreter's start (bar {BAR_MS:.0f})")
    print(f"import numpy:      {statistics.median(theirs):.1f} ms")
    return int(ms > BAR_MS)


if __name__ == "__main__":
    sys.exit(main())
