"""JAX as an engine; see engine.py, which alone imports it."""

from arrayforge.backend import Spec

SPEC = Spec(
    name="jax",
    summary="JAX arrays, compiled by XLA for each shape, on processors and accelerators",
    target="arrayforge.backends.jax.engine:BACKEND",
    requirement="jax>=0.5",
    install_hint='pip install "arrayforge[jax]"',
    modules=("jax", "jaxlib"),
)
