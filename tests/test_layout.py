"""arrayforge.layout: the answers of the core, checked against NumPy's and against the bytes."""

import itertools

import numpy as np
import pytest

import arrayforge as xp
from arrayforge import layout


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 1, 4), (0, 3), (2, 3, 4, 5, 6)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_strides_are_those_of_numpy(shape, order):
    expected = np.empty(shape, dtype="f8", order=order)
    if expected.size:
        assert layout.strides(shape, 8, order) == expected.strides
    assert layout.is_contiguous(shape, layout.strides(shape, 8, order), 8, order)


def test_contiguity_follows_the_elements():
    base = np.zeros((4, 6))
    for view in (base, base.T, base[::2], base[:, 1:3], base[:1], base[:, :1], base[:0], base[3:2]):
        flags = view.flags
        assert layout.is_contiguous(view.shape, view.strides, 8) == flags.c_contiguous
        assert layout.is_contiguous(view.shape, view.strides, 8, "F") == flags.f_contiguous


def test_as_order_copies_only_where_it_must():
    x = xp.reshape(xp.arange(6), (2, 3))
    fortran = layout.as_order(x, "F")
    assert fortran.strides == (8, 16)
    assert fortran.tolist() == x.tolist()
    assert layout.as_order(x, "C") is x
    assert layout.as_order(fortran, "F") is fortran
    assert layout.as_order(x.T, "F").strides == x.T.strides
    assert layout.as_order(fortran, "C").strides == (24, 8)
    fortran[0, 0] = 9
    assert int(x[0, 0]) == 0
    memory = np.asarray(layout.as_order(x, "F"))
    assert memory.flags.f_contiguous
    assert memory.ravel(order="K").tolist() == [0, 3, 1, 4, 2, 5]


def test_elementwise_results_keep_fortran_order():
    fortran = layout.as_order(xp.ones((3, 4)), "F")
    assert (fortran + fortran).strides == fortran.strides


def test_as_order_refuses():
    with pytest.raises(ValueError, match=r"as_order\(\): order must be 'C' or 'F', got 'K'"):
        layout.as_order(xp.ones(2), "K")
    with pytest.raises(TypeError, match="expected an arrayforge array, got list"):
        layout.as_order([1, 2], "C")


def test_as_order_leaves_other_engines_alone(on):
    with pytest.raises(NotImplementedError, match="mutable belongs to its engine"):
        layout.as_order(on("mutable", [[1.0, 2.0]]), "F")


def test_linear_index_leads_to_the_element():
    x = xp.reshape(xp.arange(24), (2, 3, 4))[:, ::-1, ::2]
    start = np.asarray(x).__array_interface__["data"][0]
    for index in itertools.product(*map(range, x.shape)):
        one = np.asarray(x[index]).__array_interface__["data"][0]
        assert layout.linear_index(index, x.strides) == one - start
    assert layout.linear_index((1, 2), (3, 1)) == 5


def test_extent_covers_negative_strides():
    assert layout.extent((3, 2), (16, 8), 8) == (0, 48)
    assert layout.extent((3,), (-8,), 8) == (-16, 8)
    assert layout.extent((4, 3), (0, 8), 8) == (0, 24)


def test_broadcast_strides_stretch_with_zero():
    assert layout.broadcast_strides((3, 1), (8, 8), (2, 3, 4)) == (0, 8, 0)
    with pytest.raises(xp.ShapeError, match="does not stretch to"):
        layout.broadcast_strides((3,), (8,), (1,))


@pytest.mark.parametrize("target", [(6, 4), (24,), (2, 12), (-1, 2), (4, 3, 2), (1, 24, 1)])
def test_reshape_strides_say_whether_a_view_will_do(target):
    base = np.arange(24.0).reshape(2, 3, 4)
    for x in (
        base,
        base.transpose(0, 2, 1),
        base.T,
        base[:, :, ::-1],
        np.broadcast_to(base[:, :1], (2, 3, 4)),
    ):
        expected = x.reshape(target)
        got = layout.reshape_strides(x.shape, x.strides, target, 8)
        assert (got is not None) == np.shares_memory(x, expected)
        if got is not None:
            seen = np.lib.stride_tricks.as_strided(x, expected.shape, got)
            assert (seen == expected).all()


def test_may_overlap_judges_by_the_bytes():
    x = xp.zeros(10)
    assert layout.may_overlap(x, x[3:5])
    assert not layout.may_overlap(x[:5], x[5:])
    assert not layout.may_overlap(x, xp.zeros(10))


def test_bad_layouts_are_refused():
    with pytest.raises(xp.ShapeError, match="shape and strides differ in length"):
        layout.is_contiguous((2, 3), (8,), 8)
    with pytest.raises(ValueError, match="itemsize must be positive, got 0"):
        layout.strides((2,), 0)
    with pytest.raises(ValueError, match="order must be"):
        layout.strides((2,), 8, "A")
    with pytest.raises(ValueError, match="strides"):
        layout.strides((2, -1), 8)
    with pytest.raises(xp.ShapeError, match="differ in length"):
        layout.linear_index((1,), (8, 8))
