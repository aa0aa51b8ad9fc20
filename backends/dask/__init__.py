"""Dask as an engine; see engine.py, which alone decides where and when it computes."""

from arrayforge.backend import Spec

SPEC = Spec(
    name="dask",
    summary="dask.array: lazy arrays in chunks, larger than memory, on threads or a cluster",
    target="arrayforge.backends.dask.engine:BACKEND",
    requirement="dask[array]>=2025.1",
    install_hint='pip install "arrayforge[dask]"',
    modules=("dask",),
)
