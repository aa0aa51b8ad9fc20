"""Backends by name: plug-ins as real distributions, good ones and bad ones."""

import importlib
import threading

import plugins
import pytest

import arrayforge as xp
from arrayforge import discovery, drivers, registry

FUNCTIONS = ("devices", "dtypes", "describe", "from_host", "to_host", "item", "getitem", "setitem")


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """installed(name, ...): a plug-in that this process finds; it must not load, or be unique."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(name, **parts):
        plugins.install(tmp_path, name, **parts)
        importlib.invalidate_caches()

    return install


def refused(name, error=discovery.BrokenBackendError):
    with pytest.raises(error) as raised:
        registry.load(name)
    assert name not in registry._loaded
    return raised.value


def test_import_touches_no_entry_point(tmp_path, run_python):
    for i in range(10):
        plugins.install(tmp_path, f"loud{i}", spec="raise SystemExit('imported')")
    code = """
import sys
import arrayforge as xp
assert "importlib.metadata" not in sys.modules and "arrayforge.discovery" not in sys.modules
assert "logging" not in sys.modules and "numpy" not in sys.modules
xp.add(xp.ones(2), 1)
assert xp.devices() == ("cpu",) and "importlib.metadata" not in sys.modules
from arrayforge import registry
assert [n for n in registry.names() if n.startswith("loud")] == [f"loud{i}" for i in range(10)]
assert not any("loud" in name for name in sys.modules)
"""
    done = run_python(code, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_plug_in_is_found_loaded_and_used(tmp_path, run_python):
    plugins.install(tmp_path, "quiet")
    code = """
import arrayforge as xp
from arrayforge import add
x = xp.arange(3.0, device="quiet:0")
assert x.device == "quiet:0" and add(x, 1).tolist() == [1, 2, 3]
with xp.use_backend("quiet"):
    assert xp.devices() == ("quiet:0", "quiet:1")
    assert add(xp.ones(2), 1).device == "quiet:0"
"""
    done = run_python(code, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_name_is_answered_with_the_nearest():
    error = refused("nunpy", discovery.UnknownBackendError)
    assert str(error).startswith("backend 'nunpy' is unknown; did you mean 'numpy'? (known: cpu, ")
    assert "did you mean" not in str(refused("wholly_other", discovery.UnknownBackendError))


def test_not_installed_says_what_to_run(installed):
    spec = plugins.SPEC.replace('{name}"', '{name}[gpu]"').replace(
        'Spec("{name}[gpu]"', 'Spec("{name}"'
    )
    spec = spec.replace("install_hint=", 'modules=("no_such_engine",), install_hint=')
    installed("absent", spec=spec)
    message = str(refused("absent", discovery.NotInstalledError))
    assert message == (
        "backend 'absent' cannot be used: no_such_engine is not installed; pip install absent[gpu]"
    )


def test_the_hint_may_depend_on_the_driver(installed, monkeypatch):
    spec = """
from arrayforge import backend, drivers
class Spec(backend.Spec):
    @property
    def install_hint(self):
        found = drivers.cuda_version()
        return f'pip install "gpuish[{"cuda13" if found and found[0] >= 13 else "cuda12"}]"'
SPEC = Spec("gpuish", "", "gpuish_engine:BACKEND", modules=("no_such_engine",))
"""
    installed("gpuish", spec=spec)
    for version, extra in ((13000, "cuda13"), (12040, "cuda12"), (None, "cuda12")):
        monkeypatch.setattr(drivers.ctypes, "CDLL", lambda name, v=version: FakeDriver(v))
        assert str(refused("gpuish", ImportError)).endswith(f'pip install "gpuish[{extra}]"')


class FakeDriver:
    """libcuda, as far as it is asked."""

    def __init__(self, version):
        if version is None:
            raise OSError("no such library")
        self.version = version

    def cuDriverGetVersion(self, reference):  # noqa: N802
        reference._obj.value = self.version
        return 0


def test_driver_versions(monkeypatch):
    for version, expected in ((12080, (12, 8)), (13000, (13, 0)), (0, None), (None, None)):
        monkeypatch.setattr(drivers.ctypes, "CDLL", lambda name, v=version: FakeDriver(v))
        assert drivers.cuda_version() == expected


BLAME = r"^backend '{}' of plugin-{} 2\.5"


@pytest.mark.parametrize("part", ["spec", "engine"])
@pytest.mark.parametrize(
    "raised", ["ValueError('boom')", "ImportError('boom')", "SystemExit('boom')"]
)
def test_a_plug_in_that_raises_at_import(installed, part, raised):
    name = f"raising_{part}_{raised[:6].lower()}"
    installed(name, **{part: f"raise {raised}"})
    error = refused(name)
    kind = raised.partition("(")[0]
    assert str(error) == (f"backend {name!r} of plugin-{name} 2.5 cannot be loaded: {kind}: boom")
    assert type(error.__cause__).__name__ == kind
    assert xp.ones(2).device == "cpu"
    assert xp.ones(2, device="numpy").device == "numpy"


def test_a_failed_load_can_be_tried_again(tmp_path, run_python):
    plugins.install(tmp_path, "mended", engine="raise ValueError('boom')")
    code = """
import importlib, os, pathlib
import arrayforge as xp
for _ in range(2):
    try:
        xp.set_backend("mended")
    except ImportError as error:
        assert "boom" in str(error)
    else:
        raise SystemExit("loaded")
    assert xp.ones(1).device == "cpu"
pathlib.Path(os.environ["PYTHONPATH"], "mended_engine.py").write_text(os.environ["MENDED"])
importlib.invalidate_caches()
xp.set_backend("mended")
assert xp.ones(1).device == "mended:0"
"""
    mended = plugins.BACKEND.replace("{name}", "mended")
    done = run_python(code, PYTHONPATH=str(tmp_path), MENDED=mended)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("version", "stale"), [(2, "upgrade arrayforge"), (7, "upgrade arrayforge")]
)
def test_another_version_of_the_contract(installed, version, stale):
    name = f"later{version}"
    installed(
        name, spec=plugins.SPEC.replace("install_hint", f"api_version={version}, install_hint")
    )
    message = str(refused(name))
    assert f"written for version {version} of the contract" in message
    assert message.endswith(f"this arrayforge has version 1; {stale}")


def test_a_spec_that_lies_about_the_version(installed):
    installed("liar_version", engine=plugins.BACKEND.replace("api_version = 1", "api_version = 3"))
    assert "plugin-liar_version 2.5 is written for version 3" in str(refused("liar_version"))
    installed(
        "text_version", engine=plugins.BACKEND.replace("api_version = 1", "api_version = '1'")
    )
    assert "api_version must be an integer, got '1'" in str(refused("text_version"))


@pytest.mark.parametrize("member", ["name", "namespace", *FUNCTIONS])
def test_a_lacking_member_is_named(installed, member):
    name = f"lacks_{member}"
    installed(name, engine=f"{plugins.BACKEND}\ndel Backend.{member}\n")
    assert str(refused(name)) == (
        f"backend {name!r} of plugin-{name} 2.5 lacks the member {member}"
    )


BAD_MEMBERS = {
    "name_other": ("name = 'numpy'", "name must be 'name_other', got 'numpy'"),
    "name_number": ("name = 3", "name must be 'name_number', got 3"),
    "no_devices": ("devices = lambda self: []", "devices() is empty"),
    "devices_number": ("devices = lambda self: [0]", "devices() must be named devices_number or"),
    "devices_cpu": ("devices = lambda self: ['cpu']", "or devices_cpu:..., got 'cpu'"),
    "devices_raise": ("devices = lambda self: 1 // 0", "cannot be loaded: ZeroDivisionError: "),
    "devices_data": ("devices = ['devices_data']", "devices is not a function"),
    "dtypes_list": ("dtypes = lambda self, d: ['bool']", "dtypes() must be a mapping of names"),
    "dtypes_none": ("dtypes = lambda self, d: {}", "dtypes() must be a mapping of names, got {}"),
    "dtypes_odd": ("dtypes = lambda self, d: {'f8': 1}", "dtypes() names 'f8', which is no dtype"),
    "namespace_raise": ("namespace = property(lambda s: 1 // 0)", "loaded: ZeroDivisionError: "),
    "level_text": ("wraps, level = True, 'high'", "cannot be loaded: "),
    "dtypes_raise": ("dtypes = lambda self, d: d.x", "cannot be loaded: AttributeError: "),
}


@pytest.mark.parametrize("name", BAD_MEMBERS)
def test_members_that_do_not_keep_the_contract(installed, name):
    member, expected = BAD_MEMBERS[name]
    installed(name, engine=plugins.BACKEND.replace("BACKEND =", f"    {member}\nBACKEND ="))
    message = str(refused(name))
    assert message.startswith(f"backend {name!r} of plugin-{name} 2.5")
    assert expected in message
    with pytest.raises(xp.DeviceError):
        xp.zeros(1, device="cpu:7")


def test_a_spec_of_another_name(installed):
    installed("alias", spec=plugins.SPEC.replace('"{name}", "pretends"', '"other", "pretends"'))
    assert str(refused("alias")) == "backend 'alias' of plugin-alias 2.5 calls itself 'other'"


def test_a_probe_that_raises(installed):
    installed("probing", spec=plugins.SPEC + "class S(Spec):\n    probe = None\nSPEC = S(*SPEC)\n")
    assert "plugin-probing 2.5 cannot be loaded: TypeError" in str(refused("probing"))


def test_two_distributions_of_one_name(installed):
    installed("twice", distribution="first-plugin")
    installed("twice", distribution="second-plugin")
    message = str(refused("twice"))
    assert "first-plugin 2.5" in message
    assert "second-plugin 2.5" in message
    assert "uninstall all but one" in message


def test_own_names_are_not_taken_over(tmp_path, run_python):
    plugins.install(tmp_path, "numpy", distribution="thief")
    plugins.install(tmp_path, "cpu", distribution="robber")
    code = "import arrayforge as xp; print(xp.ones(1).device, xp.ones(1)._raw.__class__)"
    done = run_python(code, PYTHONPATH=str(tmp_path), ARRAYFORGE_BACKEND="numpy")
    assert done.stdout == "numpy <class 'numpy.ndarray'>\n"
    assert "thief 2.5 offers a backend 'numpy', which is arrayforge's own" in done.stderr
    done = run_python(code, PYTHONPATH=str(tmp_path), ARRAYFORGE_BACKEND="cpu")
    assert (done.stdout, done.stderr) == ("cpu <class 'NoneType'>\n", "")


def test_module_and_object(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "home_made.py").write_text(plugins.BACKEND.replace("{name}", "home_made"))
    with xp.use_backend("home_made:BACKEND"):
        assert xp.ones(2).device == "home_made:0"
    # The name is known from now on, and the longer form still is.
    assert registry.load("home_made") is registry.load("home_made:BACKEND")
    assert xp.ones(2, device="home_made:1").device == "home_made:1"
    with pytest.raises(ImportError, match=r"^backend 'home_made:OTHER' cannot .*AttributeError"):
        registry.load("home_made:OTHER")
    with pytest.raises(ImportError, match="'no_such_module:BACKEND' cannot be loaded: ModuleNot"):
        xp.set_backend("no_such_module:BACKEND")
    with pytest.raises(ImportError, match=r"backend 'math:pi' lacks the member name"):
        xp.set_backend("math:pi")


SLOW = """
import threading, time
import arrayforge as xp
loads = []
def load():
    loads.append(threading.get_ident())
    time.sleep(0.05)
    import arrayforge.linalg, {name}_engine
    xp.set_backend("numpy")
    return {name}_engine.BACKEND
class Spec:
    name, summary, api_version = "{name}", "", 1
    probe, load = staticmethod(lambda: None), staticmethod(load)
SPEC = Spec()
"""


def test_threads_load_a_backend_once(tmp_path, run_python):
    plugins.install(tmp_path, "slow", spec=SLOW)
    code = """
import threading
import arrayforge as xp
from arrayforge import registry
found = []
threads = [threading.Thread(target=lambda: found.append(registry.load("slow"))) for _ in range(8)]
[t.start() for t in threads]
[t.join(30) for t in threads]
import plugin_slow
assert len(found) == 8 and len(set(map(id, found))) == 1, found
assert len(plugin_slow.loads) == 1
"""
    done = run_python(code, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_wait_for_another_load_ends(installed, monkeypatch):
    """The other thread may wait for a module that this one is importing."""
    monkeypatch.setattr(registry, "_PATIENCE_SECONDS", 0.05)
    installed("patient")
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with registry._locks.setdefault("patient", threading.RLock()):
            entered.set()
            leave.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert entered.wait(30)
        assert registry.load("patient").name == "patient"
    finally:
        leave.set()
        holder.join()


def test_mixed_devices_name_the_call_that_mends_it():
    x1, x2 = xp.ones(2, device="numpy"), xp.ones(2)
    with pytest.raises(xp.DeviceError) as raised:
        xp.add(x1, x2)
    assert str(raised.value) == (
        "add(): arrays on different devices, numpy and cpu; move one, as in "
        'x2.to_device("numpy") or x1.to_device("cpu")'
    )
    assert (x1 + x2.to_device("numpy")).device == "numpy"
    assert (x1.to_device("cpu") + x2).device == "cpu"


def test_aliases_of_devices(tmp_path, run_python):
    engine = plugins.BACKEND.replace("BACKEND =", "    aliases = {'cuda:0': '{name}:1'}\nBACKEND =")
    plugins.install(tmp_path, "aliased", engine=engine)
    code = """
import arrayforge as xp
try:
    xp.ones(1, device="cuda:0")
except xp.DeviceError as error:
    assert "expected one of cpu, and those of aliased, " in str(error), error
with xp.use_backend("aliased"):
    assert xp.use_backend and xp.ones(1).device == "aliased:0"
    assert xp.ones(1, device="1").device == "aliased:1"
    with xp.use_backend("cuda:0"):
        assert xp.__array_namespace_info__().default_device() == "aliased:1"
with xp.use_backend("aliased", device="cuda:0"):
    assert xp.__array_namespace_info__().default_device() == "aliased:1"
"""
    done = run_python(code, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_plug_in_owns_only_what_nobody_of_ours_does(tmp_path, run_python):
    claims = 'modules=("numpy", "fractions"), install_hint='
    plugins.install(tmp_path, "greedy", spec=plugins.SPEC.replace("install_hint=", claims))
    plugins.install(tmp_path, "failing", spec="raise SystemExit('boom')")
    code = """
import fractions
import numpy as np
import arrayforge as xp
from arrayforge import registry
assert registry.owner_of(np.ones(1)).name == "numpy"
assert registry.owner_of(fractions.Fraction(1)).name == "greedy"
assert registry.owner_of(1) is None
"""
    done = run_python(code, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
