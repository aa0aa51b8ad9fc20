"""A pretend accelerator, for tests of device code where there is none; see engine.py."""

from arrayforge.backend import Spec


class _FakeSpec(Spec):
    """Needs NumPy, whose arrays are not its own: `modules` stays empty."""

    __slots__ = ()

    def probe(self) -> str | None:
        """None where NumPy is installed."""
        from importlib.util import find_spec

        return None if find_spec("numpy") else "numpy is not installed"


SPEC = _FakeSpec(
    name="fake",
    summary="A pretend accelerator over NumPy, for tests",
    target="arrayforge.backends.fake.engine:BACKEND",
    requirement="numpy>=2.0",
    install_hint='pip install "arrayforge[fake]"',
)
