"""PyTorch as an engine: devices, memory that is shared or must not be, writes, and the spec."""

import subprocess
import sys

import numpy as np
import pytest
from arrayforge.backends.torch import SPEC

import arrayforge as xp
from arrayforge.backend import HOST_FUNCTIONS, PRIMITIVES

torch = pytest.importorskip("torch")

DEVICE = "torch:cpu"
BACKEND = SPEC.load()


def on_torch(values, dtype=None):
    return xp.asarray(values, dtype=dtype, device=DEVICE)


def test_the_spec_imports_nothing_heavy():
    code = (
        "import sys, arrayforge.backends.torch as b; b.SPEC.probe(); print('torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
    assert SPEC.probe() is None


def test_everything_is_computed_by_pytorch():
    space = BACKEND.namespace
    assert all(hasattr(space, name) for name in PRIMITIVES)
    for name in HOST_FUNCTIONS:
        part, _, function = name.partition(".")
        assert hasattr(getattr(space, part), function), name
    assert dict(BACKEND.host) == {}


def test_devices_are_those_that_pytorch_sees(monkeypatch):
    from arrayforge.backends.torch import engine

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    several = engine.Torch()
    assert several.devices() == ["torch:cpu", "torch:cuda:0", "torch:cuda:1", "torch:mps"]
    assert several.engine_device("torch:cuda:1") == torch.device("cuda", 1)
    assert "float64" in several.dtypes("torch:cuda:0")
    assert "float64" not in several.dtypes("torch:mps")
    assert [several.shares_host(d) for d in several.devices()] == [True, False, False, False]
    with pytest.raises(BufferError, match=r"is on cpu, not on torch:cuda:0"):
        several.from_dlpack(torch.ones(2), "torch:cuda:0")


def test_the_processor_waits_for_nothing_and_counts_nothing():
    assert BACKEND.synchronize(DEVICE) is None
    assert BACKEND.memory(DEVICE) == {}
    x = torch.ones(2)
    assert BACKEND.transfer(x, DEVICE).data_ptr() == x.data_ptr()


@pytest.mark.parametrize("dtype", ["float64", "uint64", "bool", "complex64", "bfloat16"])
def test_memory_is_shared_with_the_host(dtype):
    x = xp.zeros((2, 3), dtype=getattr(xp, dtype))
    for view in (x, x.T, x[:, 1:], x[0, :]):
        y = view.to_device(DEVICE)
        y[...] = 1
        assert bool(xp.all(view == 1))
        view[...] = 0
        assert bool(xp.all(y == 0))
        back = y.to_device("cpu")
        back[...] = 1
        assert bool(xp.all(view == 1))


def test_what_pytorch_cannot_hold_is_copied():
    read_only = np.zeros(3)
    read_only.flags.writeable = False
    reversed_ = xp.arange(3)[::-1]
    for source, expected in ((xp.asarray(read_only), [0, 0, 0]), (reversed_, [2, 1, 0])):
        with xp.strict():
            y = source.to_device(DEVICE)
        assert y.tolist() == expected
        y[0] = 9
        assert source.tolist() == expected
    halves = xp.astype(xp.arange(3), xp.bfloat16)[::-1]
    assert halves.to_device(DEVICE).tolist() == [2, 1, 0]


def test_tensors_keep_their_memory():
    t = torch.arange(4)
    raw = BACKEND.from_dlpack(t, None)
    assert raw is t
    numbers = np.arange(3.0)
    assert BACKEND.from_dlpack(numbers, DEVICE).data_ptr() == numbers.ctypes.data
    assert BACKEND.from_dlpack(numbers[::-1], DEVICE).tolist() == [2, 1, 0]
    with pytest.raises(BufferError, match="sparse"):
        BACKEND.from_dlpack(torch.eye(2).to_sparse(), None)
    with pytest.raises(BufferError, match="meta"):
        BACKEND.from_dlpack(torch.ones(2, device="meta"), None)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor([1 + 2j]).conj(),
        torch.tensor([1 + 2j]).conj().imag,
        torch.ones(2, requires_grad=True),
        torch.nn.Parameter(torch.ones(2)) * 2,
    ],
    ids=["conjugate", "negative", "leaf", "graph"],
)
def test_values_on_paper_are_computed_for_the_host(tensor):
    host = BACKEND.to_host(tensor)
    assert host.tolist() == tensor.detach().resolve_conj().resolve_neg().tolist()


def test_conjugates_are_computed():
    x = on_torch([1 + 2j])
    assert not xp.conj(x)._raw.is_conj()
    assert np.asarray(xp.conj(x).to_device("cpu")).tolist() == [1 - 2j]


def test_an_overlapping_value_is_read_before_it_is_written():
    for count in (5, 5000):
        expected = np.arange(count)
        x = on_torch(np.arange(count))
        expected[1:], x[1:] = expected[:-1].copy(), x[:-1]
        expected[::2], x[::2] = expected[: (count + 1) // 2].copy(), x[: (count + 1) // 2]
        assert x.tolist() == expected.tolist()
    matrix = xp.reshape(on_torch(np.arange(9)), (3, 3))
    matrix[...] = matrix.T
    assert matrix.tolist() == np.arange(9).reshape(3, 3).T.tolist()
    host = xp.arange(5)
    first, second = host.to_device(DEVICE), host.to_device(DEVICE)
    first[1:] = second[:-1]
    assert host.tolist() == [0, 0, 1, 2, 3]


def test_stretched_elements_are_not_written():
    x = on_torch([1.0, 2.0])
    stretched = xp.broadcast_to(x, (3, 2))
    message = r"^__setitem__\(\): elements of this broadcast view of shape \(3, 2\)"
    for key in (0, ..., (slice(None), 1)):
        with pytest.raises(ValueError, match=message):
            stretched[key] = 5
    with pytest.raises(ValueError, match="broadcast view"):
        stretched += 1
    assert x.tolist() == [1, 2]
    xp.broadcast_to(x, (1, 2))[...] = 7
    assert x.tolist() == [7, 7]


def test_views_are_views():
    x = on_torch(np.zeros((2, 3), np.uint32))
    for view in (x[1:, ::2], x.T, x[:, None, :], xp.reshape(x, (6,)), xp.expand_dims(x, 0)):
        view[...] = 2**32 - 1
        assert int(xp.sum(x)) > 0
        x[...] = 0
        assert int(xp.sum(view)) == 0


def test_no_view_is_made_up():
    x = on_torch(np.arange(6).reshape(2, 3)).T
    with pytest.raises(
        ValueError, match=r"^reshape\(\): strides .* without a copy, and copy=False"
    ):
        xp.reshape(x, (6,), copy=False)
    assert xp.reshape(x, (6,)).tolist() == [0, 3, 1, 4, 2, 5]


def test_elements_of_uint64_beyond_int64():
    x = xp.zeros(3, dtype=xp.uint64, device=DEVICE)
    x[0] = 2**64 - 1
    x[xp.asarray([False, True, False], device=DEVICE)] = 2**63
    assert x.tolist() == [2**64 - 1, 2**63, 0]
    assert int(x[0]) == 2**64 - 1
    assert xp.full(2, 2**64 - 1, dtype=xp.uint64, device=DEVICE).tolist() == [2**64 - 1] * 2


def test_a_gradient_flows_through():
    leaf = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    doubled = BACKEND.namespace.multiply(leaf, 2.0)
    BACKEND.namespace.sum(BACKEND.getitem(doubled, (slice(2, None, -2),))).backward()
    assert leaf.grad.tolist() == [2, 0, 2]
