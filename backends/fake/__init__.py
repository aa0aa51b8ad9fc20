"""A pretend accelerator, for tests of device code where there is none; see engine.py."""

from arrayforge.backend import Spec

SPEC = Spec(
    name="fake",
    summary="A pretend accelerator over NumPy, for tests",
    target="arrayforge.backends.fake.engine:BACKEND",
    requirement="numpy>=2.0",
    install_hint='pip install "arrayforge[fake]"',
    modules=("numpy",),
)
