"""The same on an engine and on the cpu device: expressions of x, y and z, with d as the device."""

import numpy as np
import op_reference as ref

import arrayforge as xp


def outcome(expression, values, device):
    """The result, array by array in NumPy; of an error its type and text."""
    names = {n: ref.device_array(np.asarray(v)) for n, v in zip("xyz", values, strict=False)}
    names = {n: x.to_device(device) for n, x in names.items()}
    try:
        with xp.checked():
            return plain(eval(expression, {"xp": xp, "d": device} | names))
    except (TypeError, ValueError, IndexError) as error:
        return [type(error), str(error)]


def plain(result):
    if isinstance(result, xp.Array):
        return [ref.host(result)]
    if isinstance(result, tuple):
        return [item for part in result for item in plain(part)]
    return [result]


def assert_same(expression, values, device, rtol=0.0, signs=True):
    """Values, dtypes, shapes and errors; zeros have their signs where that is asked for."""
    found, expected = (outcome(expression, values, place) for place in (device, "cpu"))
    assert len(found) == len(expected), expression
    for one, other in zip(found, expected, strict=True):
        if not isinstance(other, np.ndarray) or not isinstance(one, np.ndarray):
            assert one == other, expression
            continue
        assert one.dtype == other.dtype, expression
        assert one.shape == other.shape, expression
        if other.dtype.kind == "V":
            one, other = one.astype(np.float32), other.astype(np.float32)
        for a, b in ((one.real, other.real), (one.imag, other.imag)):
            np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol, err_msg=expression)
            if signs and other.dtype.kind in "fc":
                assert (np.signbit(a) == np.signbit(b))[b == 0].all(), expression
