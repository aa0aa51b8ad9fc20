"""CuPy as an engine, on NVIDIA GPUs; see adapter.py. Only engine.py imports it."""

from arrayforge.backend import Spec

from . import diagnosis


class _CuPySpec(Spec):
    """Asks for a driver too: CuPy can be imported without one, and can do nothing then."""

    __slots__ = ()

    @property
    def install_hint(self) -> str:  # type: ignore[override]
        """What mends the first thing that is wrong, which is not always an installation."""
        return diagnosis.remedy()

    diagnose = staticmethod(diagnosis.diagnose)

    def probe(self) -> str | None:
        """None where CuPy and a driver are there, else what is missing; imports neither."""
        return super().probe() or diagnosis.missing()


SPEC = _CuPySpec(
    name="cupy",
    summary="CuPy arrays, on NVIDIA GPUs",
    target="arrayforge.backends.cupy.engine:BACKEND",
    requirement="cupy-cuda12x>=13.6",
    modules=("cupy",),
)
