"""The native backend: its name and needs; its functions are the C++ core itself."""

from arrayforge.backend import Spec

SPEC = Spec(
    name="cpu",
    summary="arrayforge's own C++ kernels, on the processor",
    target="arrayforge.registry:NATIVE",
)
