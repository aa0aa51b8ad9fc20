#!/usr/bin/env bash
# Everything that only a GPU can tell about the cupy backend, on a machine that has one:
#   benchmarks/cupy_device.sh [FOLDER FOR REPORTS]
# Builds into .venv-cupy and writes diagnosis.txt, tests.txt, the suite's report and figures. Without
# a way to the package index, ARRAYFORGE_WHEELS names a folder of wheels; PYTHON, EXAMPLES and JOBS
# are what their names say. Ends with 0 where all passed but what docs/backends-cupy.md names.
set -u
cd "$(dirname "$0")/.."
out=$(mkdir -p "${1:-build/cupy}" && cd "${1:-build/cupy}" && pwd)
python=.venv-cupy/bin/python
status=0

[ -x $python ] || "${PYTHON:-python3}" -m venv --system-site-packages .venv-cupy || exit 2
extra=$("$python" -c '
import runpy
print(runpy.run_path("backends/cupy/diagnosis.py")["install_command"]().split("[")[1].split("]")[0])')
wheels=(${ARRAYFORGE_WHEELS:+--no-index --find-links "$ARRAYFORGE_WHEELS"})
"$python" -m pip install --quiet "${wheels[@]}" ".[test,conformance,$extra]" || exit 2

"$python" - <<'PYTHON' | tee "$out/diagnosis.txt"
from arrayforge.backends.cupy import SPEC
for what, value, problem, mend in SPEC.diagnose():
    print(f"{what}: {value}" + (f" -- {problem}: {mend}" if problem else ""))
PYTHON
nvidia-smi >> "$out/diagnosis.txt" 2>&1

"$python" -m pytest -q -p no:cacheprovider tests/engines -k cupy 2>&1 | tee "$out/tests.txt"
[ "${PIPESTATUS[0]}" -eq 0 ] || status=1

# The pinned suite is wrong about test_dunder_dlpack on memory that the host cannot read.
"$python" -m arrayforge conformance --backend cupy --max-examples "${EXAMPLES:-200}" \
  --jobs "${JOBS:-1}" --output "$out/conformance" -k "not test_dunder_dlpack" 2>&1 \
  | tee "$out/conformance.txt"
[ "${PIPESTATUS[0]}" -eq 0 ] || status=1

"$python" benchmarks/cupy_device.py --json "$out/ratios.json" 2>&1 | tee "$out/ratios.txt"
[ "${PIPESTATUS[0]}" -eq 0 ] || status=1
exit $status
