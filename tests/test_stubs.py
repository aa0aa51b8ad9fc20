"""The stub files are what the compiled module says of itself."""

import importlib.util
import inspect
import typing
from pathlib import Path

import pytest

import arrayforge as xp


def _make_stubs():
    path = Path(__file__).with_name("make_stubs.py")
    spec = importlib.util.spec_from_file_location("make_stubs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("path", "text"), _make_stubs().stubs().items(), ids=lambda x: str(x)[-20:]
)
def test_stub_files_match_the_module(path, text):
    assert path.read_text() == text


def test_every_method_has_a_signature():
    for name in dir(xp.Array):
        value = getattr(xp.Array, name)
        if inspect.ismethoddescriptor(value) and (not name.startswith("_") or "dlpack" in name):
            parameters = list(inspect.signature(value).parameters)
            assert parameters[0] == "self"
            assert value.__doc__
    assert list(inspect.signature(xp.ones(2).sum).parameters) == ["axis", "dtype", "keepdims"]


@pytest.mark.parametrize("name", xp.layout.__all__)
def test_the_hints_of_layouts_resolve(name):
    assert typing.get_type_hints(getattr(xp.layout, name))["return"]


def test_every_function_has_a_signature():
    for namespace in (xp, xp.linalg, xp.fft):
        for name in namespace.__all__:
            value = getattr(namespace, name)
            if inspect.isroutine(value):
                assert inspect.signature(value)
                assert value.__doc__
