"""The namespace that refuses copies, and the child that tells what a backend is."""

import inspect

import pytest

import arrayforge as xp
from arrayforge import _guarded, _matrix, _probe


@pytest.fixture
def falls(tmp_path, monkeypatch):
    path = tmp_path / "falls"
    monkeypatch.setenv("ARRAYFORGE_GUARDED_FALLS", str(path))
    return lambda: path.read_text().split() if path.exists() else []


def test_it_is_the_namespace():
    assert _guarded.__name__ == "arrayforge._guarded"
    for space, guarded in ((xp, _guarded), (xp.linalg, _guarded.linalg), (xp.fft, _guarded.fft)):
        for name in space.__all__:
            member, other = getattr(space, name), getattr(guarded, name)
            if inspect.isroutine(member):
                assert inspect.signature(other) == inspect.signature(member)
                assert other.__name__ == member.__name__
            elif not inspect.ismodule(member):
                assert other is member


def test_what_the_host_computes_falls_and_is_noted(on, falls):
    x = on("dependent", [[2.0, 1.0], [1.0, 3.0]])
    assert _guarded.sum(x) == 7.0
    assert _guarded.linalg.trace(x) == 5.0
    assert falls() == []
    for name, noted in (("inv", "inv"), ("pinv", "svd"), ("matrix_rank", "svdvals")):
        with pytest.raises(xp.DeviceError, match=rf"^{noted}\(\): inside no_transfers\(\)"):
            getattr(_guarded.linalg, name)(x)
    assert falls() == ["inv", "svd", "svdvals"]
    assert xp.linalg.inv(x).shape == (2, 2)


def test_moves_that_are_asked_for_do_not_fall(on, falls):
    x = on("dependent", [1.0])
    assert _guarded.asarray(x, device="cpu").device == "cpu"
    assert _guarded.zeros_like(x, device="cpu").device == "cpu"
    assert falls() == []


def test_other_errors_are_not_noted(falls):
    with pytest.raises(xp.ShapeError):
        _guarded.add(xp.ones(2), xp.ones(3))
    assert falls() == []


def test_facts_of_a_backend():
    found = _probe.facts("numpy")
    assert found["usable"]
    assert found["devices"] == ["numpy"]
    assert found["problems"] == []
    assert found["functions"]["add"] == "own"
    assert set(found["functions"].values()) <= {*_matrix.WAYS, "native"}
    assert found["version"] == __import__("numpy").__version__
    assert _probe.facts("cpu", check=False)["functions"]["linalg.svd"] == "host"


def test_why_a_backend_is_unusable(tmp_path, monkeypatch):
    found = _probe.facts("nump")
    assert not found["usable"]
    assert "backend 'nump' is unknown; did you mean 'numpy'? (known: cpu, " in found["why"]
    (tmp_path / "crashing.py").write_text("import os\nos._exit(3)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert _probe.facts("crashing:BACKEND") == {"usable": False, "why": "exit status 3"}
