"""Where creation puts arrays: which level decides, what disagrees, who sees it."""

import asyncio
import threading

import plugins
import pytest

import arrayforge as xp
from arrayforge import choice


def here():
    return str(xp.zeros(1).device)


@pytest.fixture(autouse=True)
def nothing_is_left():
    yield
    xp.set_backend(None)
    assert choice._context.get() is None


def test_the_levels_outrank_each_other():
    assert here() == "cpu"
    xp.set_backend("numpy")
    assert here() == "numpy"
    with xp.use_backend("cpu"):
        assert here() == "cpu"
        with xp.use_backend("numpy"):
            assert here() == "numpy"
            assert xp.zeros(1, device="cpu").device == "cpu"
            assert choice.in_force().why == "use_backend('numpy')"
        assert here() == "cpu"
    assert here() == "numpy"
    assert choice.in_force().why == "set_backend('numpy')"
    xp.set_backend(None)
    assert here() == "cpu"
    assert choice.in_force().why == "nothing else was asked for"


def test_functions_follow_their_arguments():
    from arrayforge import add

    x = xp.ones(2, device="numpy")
    with xp.use_backend("numpy"):
        native = xp.ones(2, device="cpu")
        assert add(native, 1).device == "cpu"
    assert add(x, 1).device == "numpy"


def test_use_backend_decorates():
    @xp.use_backend("numpy")
    def inside(depth=2):
        """Says where."""
        return [here(), *(inside(depth - 1) if depth else [])]

    assert inside() == ["numpy"] * 3
    assert (inside.__name__, inside.__doc__) == ("inside", "Says where.")
    assert here() == "cpu"

    @xp.use_backend("no_such_backend")
    def outside():
        raise AssertionError("ran")

    with pytest.raises(ImportError, match="no_such_backend"):
        outside()
    with pytest.raises(ZeroDivisionError), xp.use_backend("numpy"):
        raise ZeroDivisionError
    assert here() == "cpu"


def test_use_backend_decorates_coroutines_but_no_generators():
    @xp.use_backend("numpy")
    async def inside():
        await asyncio.sleep(0)
        return here()

    assert asyncio.run(inside()) == "numpy"
    assert here() == "cpu"

    def generator():
        yield here()

    async def async_generator():
        yield here()

    for function in (generator, async_generator):
        with pytest.raises(TypeError, match="write the block inside it"):
            xp.use_backend("numpy")(function)


def test_one_block_may_be_entered_again_and_by_many():
    block = xp.use_backend("numpy")
    with block:
        with xp.use_backend("cpu"), block:
            assert here() == "numpy"
        assert here() == "numpy"
    seen = []
    barrier = threading.Barrier(2)

    def work(first, second):
        barrier.wait(30)
        for _ in range(50):
            with first:
                seen.append((str(choice.in_force().device), here()))
                with second:
                    seen.append((str(choice.in_force().device), here()))

    native = xp.use_backend("cpu")
    threads = [
        threading.Thread(target=work, args=pair) for pair in ((block, native), (native, block))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 200
    assert all(said == got for said, got in seen)
    assert here() == "cpu"


def test_tasks_do_not_see_each_other_s_choice():
    async def work(name):
        for _ in range(20):
            with xp.use_backend(name):
                await asyncio.sleep(0)
                assert here() == name
            await asyncio.sleep(0)
            assert here() == "cpu"

    async def main():
        await asyncio.gather(*(work(name) for name in ("numpy", "cpu", "numpy", "cpu")))
        with xp.use_backend("numpy"):
            inherited = asyncio.create_task(asyncio.to_thread(here))
            assert await inherited == "numpy"

    asyncio.run(main())


def test_a_thread_starts_with_the_choice_of_the_process():
    seen = []
    with xp.use_backend("numpy"):
        thread = threading.Thread(target=lambda: seen.append(here()))
        thread.start()
        thread.join()
    xp.set_backend("numpy")
    thread = threading.Thread(target=lambda: seen.append(here()))
    thread.start()
    thread.join()
    assert seen == ["cpu", "numpy"]


def test_a_list_is_an_order_of_preference():
    with xp.use_backend("no_such_backend, numpy,cpu"):
        assert here() == "numpy"
        skipped = choice.in_force().skipped
        assert list(skipped) == ["no_such_backend"]
        assert "is unknown" in skipped["no_such_backend"]
        assert xp.show_config("dict")["backend"] == {
            "name": "numpy",
            "device": "numpy",
            "why": "use_backend('no_such_backend, numpy,cpu')",
            "skipped": skipped,
        }
    with pytest.raises(ImportError) as raised:
        xp.set_backend("no_such_backend,math:pi")
    lines = str(raised.value).splitlines()
    assert lines[0] == "none of no_such_backend, math:pi can be used"
    assert lines[1].startswith("  no_such_backend: backend 'no_such_backend' is unknown")
    assert lines[2] == "  math:pi: backend 'math:pi' lacks the member name"
    assert here() == "cpu"


def test_a_slip_in_a_list_is_no_secret():
    with pytest.warns(RuntimeWarning, match="'nunpy' is unknown; did you mean 'numpy'"):
        xp.set_backend("nunpy,cpu")


@pytest.mark.parametrize("call", [xp.set_backend, lambda n: xp.use_backend(n).__enter__()])
@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        (3, TypeError, "_backend(): expected the name of a backend or a device, got 3"),
        ("", ValueError, "_backend(): expected names of backends, separated by commas, got ''"),
        ("cpu,,numpy", ValueError, "separated by commas, got 'cpu,,numpy'"),
        ("cpu:3", xp.DeviceError, "device(): cpu has cpu, got 'cpu:3'"),
        ("numpy:cuda", xp.DeviceError, "device(): numpy has numpy, got 'numpy:cuda'"),
        ("numpy:ndarray", xp.DeviceError, "device(): numpy has numpy, got 'numpy:ndarray'"),
        ("cuda:0", xp.DeviceError, "device(): expected one of cpu, "),
    ],
)
def test_bad_names(call, name, error, message):
    with pytest.raises(error) as raised:
        call(name)
    assert message in str(raised.value)
    assert here() == "cpu"


def test_a_device_outranks_a_backend():
    with xp.use_backend("cpu,numpy", device="numpy"):
        assert here() == "numpy"
    with xp.use_backend(device=xp.zeros(1, device="numpy").device):
        assert here() == "numpy"
        assert choice.in_force().why == "use_backend(device='numpy')"
    with pytest.raises(
        xp.DeviceError, match=r"^use_backend\(device='numpy'\) is a device of backend"
    ):
        xp.use_backend("cpu", device="numpy").__enter__()
    with pytest.raises(xp.DeviceError, match=r"device\(\): numpy has numpy, got 'cuda:0'"):
        xp.set_backend("numpy", device="cuda:0")
    with pytest.raises(TypeError, match="expected the name"):
        xp.use_backend()


ENVIRONMENT = [
    ({}, "cpu", "nothing else was asked for"),
    ({"BACKEND": "fleet"}, "fleet:0", "ARRAYFORGE_BACKEND=fleet"),
    ({"BACKEND": "fleet:1"}, "fleet:1", "ARRAYFORGE_BACKEND=fleet:1"),
    ({"BACKEND": "fleet_engine:BACKEND"}, "fleet:0", "ARRAYFORGE_BACKEND=fleet_engine:BACKEND"),
    ({"BACKEND": "plugin_fleet:SPEC"}, "fleet:0", "ARRAYFORGE_BACKEND=plugin_fleet:SPEC"),
    ({"BACKEND": "xyz,fleet,cpu"}, "fleet:0", "ARRAYFORGE_BACKEND=xyz,fleet,cpu"),
    ({"DEVICE": "fleet:1"}, "fleet:1", "ARRAYFORGE_DEVICE=fleet:1"),
    ({"DEVICE": "fleet:1", "BACKEND": "fleet"}, "fleet:1", "ARRAYFORGE_DEVICE=fleet:1"),
    ({"DEVICE": "fleet:1", "BACKEND": "cpu,fleet"}, "fleet:1", "ARRAYFORGE_DEVICE=fleet:1"),
    (
        {"DEVICE": "fleet:1", "BACKEND": "fleet_engine:BACKEND"},
        "fleet:1",
        "ARRAYFORGE_DEVICE=fleet:1",
    ),
    (
        {"DEVICE": "1", "BACKEND": "fleet"},
        "fleet:1",
        "ARRAYFORGE_DEVICE=1 and ARRAYFORGE_BACKEND=fleet",
    ),
    ({"DEVICE": "cpu"}, "cpu", "ARRAYFORGE_DEVICE=cpu"),
    ({"DEVICE": "", "BACKEND": ""}, "cpu", "nothing else was asked for"),
]
TELL = """
import arrayforge as xp
backend = xp.show_config("dict")["backend"]
print(backend["device"], "|", backend["why"])
"""


@pytest.mark.parametrize(("settings", "device", "why"), ENVIRONMENT)
def test_the_environment_chooses(tmp_path, run_python, settings, device, why):
    plugins.install(tmp_path, "fleet")
    named = {f"ARRAYFORGE_{name}": value for name, value in settings.items()}
    done = run_python(TELL, PYTHONPATH=str(tmp_path), **named)
    assert (done.stdout, done.stderr) == (f"{device} | {why}\n", "")


DISAGREE = [
    (
        {"DEVICE": "numpy", "BACKEND": "fleet"},
        "ARRAYFORGE_DEVICE=numpy is a device of backend numpy, but ARRAYFORGE_BACKEND=fleet asks",
    ),
    (
        {"DEVICE": "fleet:7"},
        "ARRAYFORGE_DEVICE=fleet:7: device(): fleet has fleet:0, fleet:1, got ",
    ),
    (
        {"DEVICE": "cuda:0", "BACKEND": "fleet"},
        "device(): fleet has fleet:0, fleet:1, got 'cuda:0'",
    ),
    ({"DEVICE": "cpu,fleet"}, "ARRAYFORGE_DEVICE=cpu,fleet: expected one device"),
    ({"BACKEND": "xyz,yzx"}, "ARRAYFORGE_BACKEND=xyz,yzx: none of xyz, yzx can be used"),
]


@pytest.mark.parametrize(("settings", "message"), DISAGREE)
def test_what_the_environment_asks_for_in_vain(tmp_path, run_python, settings, message):
    plugins.install(tmp_path, "fleet")
    named = {f"ARRAYFORGE_{name}": value for name, value in settings.items()}
    done = run_python("import arrayforge", PYTHONPATH=str(tmp_path), **named)
    assert done.returncode == 1
    assert "ImportError: " in done.stderr
    assert message in done.stderr


def test_set_backend_none_is_the_environment_again(run_python):
    code = """
import arrayforge as xp
xp.set_backend("cpu")
assert xp.zeros(1).device == "cpu"
xp.set_backend()
assert xp.zeros(1).device == "numpy"
"""
    done = run_python(code, ARRAYFORGE_BACKEND="numpy")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_fork_keeps_the_choice(run_python):
    code = """
import os
import arrayforge as xp
with xp.use_backend("numpy"):
    child = os.fork()
    if child == 0:
        os._exit(0 if xp.zeros(1).device == "numpy" else 1)
    assert os.waitpid(child, 0)[1] == 0
"""
    assert run_python(code).returncode == 0


def test_the_log_tells_what_was_chosen_and_loaded(tmp_path, run_python):
    plugins.install(tmp_path, "fleet")
    code = "import arrayforge as xp; xp.set_backend('cpu')"
    said = run_python(
        code,
        PYTHONPATH=str(tmp_path),
        ARRAYFORGE_LOG="debug",
        ARRAYFORGE_BACKEND="xyz,fleet",
    ).stderr.splitlines()
    assert said[0].startswith("arrayforge INFO: skipped xyz: backend 'xyz' is unknown")
    assert said[1].startswith("arrayforge DEBUG: loaded backend fleet in 0.")
    assert (
        said[2]
        == "arrayforge INFO: backend in force: fleet:0 (ARRAYFORGE_BACKEND=xyz,fleet)"
    )
    assert said[3] == "arrayforge INFO: backend in force: cpu (set_backend('cpu'))"
    assert len(said) == 4
    assert run_python(code, ARRAYFORGE_LOG="warning").stderr == ""
    done = run_python(code, ARRAYFORGE_LOG="loud")
    assert "ARRAYFORGE_LOG: expected one of debug, info, warning, error, got 'loud'" in done.stderr
    code = "import logging; logging.basicConfig(format='mine %(message)s'); " + code
    said = run_python(code, ARRAYFORGE_LOG="info").stderr
    assert said == "mine backend in force: cpu (set_backend('cpu'))\n"


def test_the_log_is_the_program_s_own_logging(caplog):
    with caplog.at_level("INFO", logger="arrayforge"):
        xp.set_backend("cpu")
    assert caplog.messages == ["backend in force: cpu (set_backend('cpu'))"]


def test_settings_of_backends_are_theirs(tmp_path, run_python):
    plugins.install(tmp_path, "fleet")
    run = lambda **named: run_python("import arrayforge", PYTHONPATH=str(tmp_path), **named).stderr  # noqa: E731
    assert run(ARRAYFORGE_FLEET_THREADS="2", ARRAYFORGE_FLEET_DEVICE="1") == ""
    assert "did you mean ARRAYFORGE_NUM_THREADS?" in run(ARRAYFORGE_NUN_THREADS="2")
    assert run(ARRAYFORGE_WHOLLY_OTHER="2") == ""
    (tmp_path / "mine.py").write_text(plugins.BACKEND.replace("{name}", "mine"))
    assert run(ARRAYFORGE_MINE_DEVICE="1", ARRAYFORGE_BACKEND="mine:BACKEND") == ""


def test_the_log_tells_what_is_moved(tmp_path, run_python):
    plugins.install(tmp_path, "fleet")
    code = """
import arrayforge as xp
x = xp.ones(3, device="fleet:0")
x.to_device("cpu")
"""
    said = run_python(code, PYTHONPATH=str(tmp_path), ARRAYFORGE_LOG="debug").stderr
    assert "to_device() moves 24 bytes from fleet:0 to cpu, at <string>:4\n" in said
