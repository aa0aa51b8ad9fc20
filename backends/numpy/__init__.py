"""NumPy as an engine; see engine.py, which alone imports it."""

from arrayforge.backend import Spec

SPEC = Spec(
    name="numpy",
    summary="NumPy's own arrays, on the processor",
    target="arrayforge.backends.numpy.engine:BACKEND",
    requirement="numpy>=2.0",
    install_hint='pip install "arrayforge[numpy]"',
    modules=("numpy",),
)
