"""array-api-strict as a backend of arrayforge: what can be said of it without importing it."""

from arrayforge.backend import Spec

__version__ = "0.1.0"

SPEC = Spec(
    name="strict",
    summary="array-api-strict: the standard and nothing else, on the processor",
    target="arrayforge_strict.engine:BACKEND",
    requirement="array-api-strict>=2.5",
    install_hint='pip install "arrayforge-strict"',
    modules=("array_api_strict",),
)
