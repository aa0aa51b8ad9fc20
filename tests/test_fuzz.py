"""A slice of the fuzzer that is the same in each run; `make fuzz` draws others."""

import importlib.util
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("fuzz", Path(__file__).parent / "fuzz.py")
fuzz = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(fuzz)


@pytest.mark.parametrize("first", range(0, 2000, 200))
def test_cases_agree_with_numpy(first):
    for seed in range(first, first + 200):
        try:
            fuzz.run_case(seed)
        except Exception as error:
            error.add_note(f"python tests/fuzz.py --seed {seed} --cases 1")
            raise


def test_a_difference_is_found():
    with pytest.raises(fuzz.DifferenceError, match="where NumPy has"):
        fuzz.compare("x", fuzz.np.zeros(2), fuzz.np.ones(2))
    with pytest.raises(fuzz.DifferenceError, match="where NumPy has"):
        fuzz.compare("x", ValueError("no"), fuzz.np.ones(2))
