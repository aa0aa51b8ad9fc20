"""PyTorch as an engine; see engine.py, which alone decides what is loaded."""

from arrayforge.backend import Spec

SPEC = Spec(
    name="torch",
    summary="PyTorch tensors, on the processor and on the accelerators that it sees",
    target="arrayforge.backends.torch.engine:BACKEND",
    requirement="torch>=2.4",
    install_hint='pip install "arrayforge[torch]"',
    modules=("torch", "array_api_compat"),
)
