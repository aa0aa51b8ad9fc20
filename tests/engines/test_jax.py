"""The JAX backend: every function against the cpu device, and how it lives with JAX."""

import math
import threading

import numpy as np
import op_reference as ref
import pytest
from jax_engine import DEVICE, compiled_once, jax, on_device, tables  # noqa: F401

import arrayforge as xp

jnp = jax.numpy
foreign = tables("foreign")


def each(texts):
    return pytest.mark.parametrize("expression", [e for t in texts for e in foreign.split(t)])


@each(foreign.CHAPTERS)
def test_results_and_errors_are_those_of_the_cpu(expression):
    with xp.checked():
        ours = foreign.outcome(expression, DEVICE)
    foreign.assert_same(ours, foreign.outcome(expression, "cpu"))


@each([foreign.ASSIGNMENT])
def test_assignment_and_in_place_operators(expression):
    with xp.checked():
        ours = foreign.changed(expression, DEVICE)
    foreign.assert_same(ours, foreign.changed(expression, "cpu"))


def test_large_integers_of_python():
    x = xp.asarray([1, 2], dtype=xp.uint64, device=DEVICE)
    assert (x + (2**64 - 2)).tolist() == [2**64 - 1, 0]
    assert ((2**64 - 1) - x).tolist() == [2**64 - 2, 2**64 - 3]
    x[0] = 2**64 - 1
    assert x.tolist() == [2**64 - 1, 2]
    assert xp.full(1, 2**64 - 1, dtype=xp.uint64, device=DEVICE).tolist() == [2**64 - 1]


# -- 64 bits are ours alone


def assert_narrow():
    assert not jax.config.jax_enable_x64
    assert jnp.ones(2).dtype == jnp.float32
    assert (jnp.arange(3) + 1).dtype == jnp.int32


def test_programs_of_the_user_keep_their_32_bits():
    x = xp.asarray([1.0, 2.0], device=DEVICE)
    x[0] = 5
    assert (x / 3 + xp.sum(x)).dtype is xp.float64
    assert xp.argsort(x[::-1]).dtype is xp.int64
    assert_narrow()
    with pytest.raises(xp.ShapeError):
        xp.add(x, xp.ones(3, device=DEVICE))
    with pytest.raises(TypeError, match="reshape"):
        backend().namespace.reshape(x._raw, (5,))
    assert_narrow()


def test_programs_of_the_user_keep_their_64_bits():
    with jax.enable_x64(True):
        assert xp.asarray([1.0], device=DEVICE).dtype is xp.float64
        assert jnp.ones(2).dtype == jnp.float64


def test_threads_have_64_bits_too():
    found = []

    def compute():
        found.append(xp.linspace(0, 1, 3, device=DEVICE).dtype)
        found.append(str(jnp.ones(2).dtype))

    thread = threading.Thread(target=compute)
    thread.start()
    thread.join()
    assert found == [xp.float64, "float32"]


def test_the_context_manager_serves_where_there_is_nothing_faster():
    from arrayforge.backends.jax.wide import switch

    begin, end = switch(lambda on: jax.enable_x64(on))
    before = begin()
    assert jnp.ones(2).dtype == jnp.float64
    end(before)
    assert_narrow()


# -- arrays that never change


def backend():
    return xp.asarray(0, device=DEVICE).device.backend.implementation


def test_views_do_not_see_writes():
    assert backend().views_alias is False
    x = xp.asarray([1.0, 2.0, 3.0], device=DEVICE)
    same, view = x, x[1:]
    x[1] = 9.0
    x += 1
    assert same is x
    assert (x.tolist(), view.tolist()) == ([2.0, 10.0, 4.0], [2.0, 3.0])


def test_memory_of_others_is_copied():
    given = np.array([1.0, 2.0, 3.0])
    x = xp.asarray(given, device=DEVICE)
    given[0] = 7
    back = x.to_device("cpu")
    back[1] = 8
    assert x.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("dtype", ref.DTYPES)
def test_values_go_and_come_back(dtype):
    for values in (ref.samples(dtype), ref.grid(dtype)[0].T[::-1, ::2], ref.samples(dtype)[:0]):
        x = ref.device_array(values, "cpu")
        back = x.to_device(DEVICE).to_device("cpu")
        assert back.dtype is x.dtype
        assert back.shape == x.shape
        assert np.asarray(back).tobytes() == np.asarray(x).tobytes()


def test_of_repeated_indices_the_last_one_wins():
    x = xp.zeros(3, device=DEVICE)
    x[xp.asarray([1, 1, 0], device=DEVICE)] = xp.asarray([1.0, 2.0, 3.0], device=DEVICE)
    assert x.tolist() == [3.0, 2.0, 0.0]


def test_equal_zeros_and_nans_keep_their_order():
    x = xp.asarray([math.nan, 0.0, -0.0, -math.nan, 0.0], device=DEVICE)
    assert xp.argsort(x).tolist() == [1, 2, 4, 0, 3]
    assert xp.argsort(x, descending=True).tolist() == [0, 3, 1, 2, 4]


# -- DLPack, devices, arrays that are being traced


@pytest.mark.parametrize("version", [None, (0, 0), (1, 0), (2, 0)])
def test_every_consumer_gets_a_capsule(version):
    x = xp.asarray([1.0, 2.0], device=DEVICE)
    assert "dltensor" in repr(x.__dlpack__(max_version=version))
    assert x.__dlpack_device__() == (1, 0)


@pytest.mark.parametrize("dtype", ["bool", "uint64", "float16", "complex64", "complex128"])
def test_numpy_reads_the_memory(dtype):
    values = ref.samples(dtype)
    found = np.from_dlpack(on_device(values, dtype))
    assert found.dtype == values.dtype
    np.testing.assert_array_equal(found, values)


def test_arrays_of_jax_stay_themselves():
    given = jnp.ones(3)
    assert backend().from_dlpack(given, None) is given
    assert backend().from_dlpack(given, DEVICE) is given
    with pytest.raises(BufferError, match="jax:cuda:7 cannot reach the memory of jax:cpu:0"):
        backend().from_dlpack(given, "jax:cuda:7")
    assert backend().from_dlpack(np.array([1.5, 2.5]), None).dtype == jnp.float64


def test_dtypes_that_are_not_ours_are_named():
    for x, name in ((jnp.ones(2, jnp.int4), "int4"), (jax.random.key(0), "key<fry>")):
        with pytest.raises(TypeError, match=f"backend jax: arrayforge has no dtype {name}"):
            backend().describe(x)


def test_functions_of_shape_and_dtype_can_be_traced():
    engine = backend()

    def compute(x):
        assert engine.describe(x) == ("float32", (3,), DEVICE)
        changed = engine.setitem(engine.getitem(x, (slice(0, 2, 1),)), (0,), 5.0)
        return engine.namespace.sum(engine.namespace.sinh(changed), axis=0)

    x = jnp.asarray([1.0, 2.0, 3.0])
    wanted = math.sinh(5) + math.sinh(2)
    assert float(jax.jit(compute)(x)) == pytest.approx(wanted, rel=1e-6)
    assert jax.grad(compute)(x).tolist() == pytest.approx([0, math.cosh(2), 0], rel=1e-6)
    for eager in (engine.item, engine.to_host, engine.namespace.nonzero):
        with pytest.raises(jax.errors.JAXTypeError, match="traced array"):
            jax.jit(eager)(x)


def test_waiting_and_counting():
    x = xp.ones(1000, device=DEVICE) * 2
    engine = backend()
    engine.synchronize(DEVICE)
    before = engine.memory(DEVICE)["live"]
    y = x + 1
    assert engine.memory(DEVICE)["live"] == before + y.nbytes


TWO_DEVICES = """
import jax
jax.config.update("jax_num_cpu_devices", 2)
import arrayforge as xp
x = xp.ones(2, device="jax:cpu:1")
print(xp.devices(), (x + 1).device, xp.zeros(2).device)
implementation = x.device.backend.implementation
print(implementation.describe(implementation.transfer(x._raw, "jax:cpu:0"))[2])
mesh = jax.sharding.Mesh(jax.devices(), "a")
spread = jax.device_put(x._raw, jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("a")))
try:
    implementation.describe(spread)
except TypeError as error:
    print(str(error)[:49])
"""
PRINTED = """(Device('jax:cpu:0'), Device('jax:cpu:1')) jax:cpu:1 jax:cpu:0
jax:cpu:0
backend jax: arrays on several devices are unknow
"""


def test_several_devices(run_python):
    done = run_python(TWO_DEVICES, ARRAYFORGE_BACKEND="jax")
    assert (done.stdout, done.stderr) == (PRINTED, "")
