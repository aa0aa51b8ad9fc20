"""The smallest check that everything holds together; runs on every device."""

import numpy as np
import pytest

import arrayforge as xp


def host(x):
    return np.asarray(x.to_device("cpu"))


def test_ten_operations(device):
    a = xp.asarray([1.0, 4.0, 9.0], device=device)
    b = xp.asarray([[2.0], [3.0]], device=device)
    assert host(a + b).tolist() == [[3, 6, 11], [4, 7, 12]]
    assert host(a - 1).tolist() == [0, 3, 8]
    assert host(2 * a).tolist() == [2, 8, 18]
    assert host(a / b).shape == (2, 3)
    assert host(-a).tolist() == [-1, -4, -9]
    assert host(xp.sqrt(a)).tolist() == [1, 2, 3]
    assert host(abs(-a)).tolist() == [1, 4, 9]
    assert host(a < 5).tolist() == [True, True, False]
    assert host(xp.maximum(a, 5.0)).tolist() == [5, 5, 9]
    assert host(xp.astype(a, xp.int64) // 2).tolist() == [0, 2, 4]
    result = a + b
    assert result.dtype is xp.float64
    assert result.shape == (2, 3)


def test_creation_indexing_and_assignment(device):
    x = xp.zeros((2, 3), device=device)
    x[0, 1] = 5.0
    x += 1
    assert host(x).tolist() == [[1, 6, 1], [1, 1, 1]]
    assert host(x[0, ::-1]).tolist() == [1, 6, 1]
    assert host(xp.reshape(x, (3, 2))).tolist() == [[1, 6], [1, 1], [1, 1]]
    assert float(xp.sum(x)) == 11.0


def test_an_error_names_function_and_shapes(device):
    with pytest.raises(ValueError, match=r"add\(\): shapes \(2,\) and \(3,\) cannot be broadcast"):
        xp.zeros((2,), device=device) + xp.zeros((3,), device=device)
    with pytest.raises(TypeError, match=r"bitwise_and\(\): expected an integer or boolean dtype"):
        xp.zeros((2,), device=device) & xp.ones((2,), device=device)
