"""The command line: every subcommand parses, reports and ends with the right status."""

import json
import os
import subprocess
import sys

import plugins
import pytest

import arrayforge as xp
from arrayforge import _core, _table, cli


def python(*words, **environment):
    """A child process with settings in its environment."""
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200", **environment},
    )


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for command in ("info", "backends", "doctor", "conformance", "bench", "demo"):
        assert command in text


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["conformance", "--max-examples", "0"]])
def test_bad_arguments_end_with_two(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_bench_runs_the_scripts_of_a_checkout(tmp_path, monkeypatch, capsys):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "small.py").write_text("print('measured', __name__)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["arrayforge"])
    assert cli.main(["bench"]) == 0
    assert "measured __main__" in capsys.readouterr().out
    assert cli.main(["bench", "other"]) == 2
    assert "small" in capsys.readouterr().err


def test_bench_runs_them_all_and_ends_with_their_status(tmp_path, monkeypatch, capsys):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "a.py").write_text("import sys; print('first'); sys.exit(1)\n")
    (tmp_path / "benchmarks" / "b.py").write_text("import sys; print('second'); sys.exit(0)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["arrayforge"])
    assert cli.main(["bench"]) == 1
    assert "second" in capsys.readouterr().out
    assert cli.main(["bench", "b"]) == 0


def test_plain_table():
    text = _table.format_table(["name", "n"], [["one", "1"], ["twenty", "20"]])
    assert text == "name     n\n------  --\none      1\ntwenty  20"


@pytest.mark.parametrize("command", ["info", "backends", "doctor"])
def test_reports_run_although_the_backend_is_unknown(command):
    done = python("-m", "arrayforge", command, ARRAYFORGE_BACKEND="cppu")
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert "ARRAYFORGE_BACKEND=cppu: backend 'cppu' is unknown; did you mean 'cpu'?" in said


def test_reports_run_although_a_setting_is_wrong():
    done = python("-m", "arrayforge", "info", ARRAYFORGE_STRICT="perhaps")
    assert done.returncode == 1
    assert "ARRAYFORGE_STRICT: expected 0 or 1, got 'perhaps'" in done.stdout


def test_import_refuses_what_reports_only_name():
    done = python("-c", "import arrayforge", ARRAYFORGE_BACKEND="cppu")
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: ARRAYFORGE_BACKEND=cppu: backend 'cppu' is unknown")
    assert "(known: cpu" in last
    # Another program's "info" is not ours.
    done = python("-c", "import arrayforge", "info", ARRAYFORGE_BACKEND="cppu")
    assert done.returncode == 1


def test_unknown_settings_warn_with_the_nearest_name():
    done = python("-c", "import arrayforge", ARRAYFORGE_BACKND="cpu", ARRAYFORGE_CUPY_POOL="1")
    assert done.returncode == 0
    assert "ARRAYFORGE_BACKND is no setting of arrayforge" in done.stderr
    assert "did you mean ARRAYFORGE_BACKEND?" in done.stderr
    assert "CUPY_POOL" not in done.stderr


def test_settings_of_the_tests_are_no_typing_errors():
    done = python("-c", "import arrayforge", ARRAYFORGE_TEST_BACKENDS="numpy")
    assert done.returncode == 0
    assert done.stderr == ""


def test_the_other_commands_of_a_working_installation(capsys):
    assert cli.main(["info"]) == 0
    said = capsys.readouterr().out
    assert "2025.12" in said
    assert "cpu" in said
    assert cli.main(["backends"]) == 0
    assert cli.main(["doctor"]) == 0


def report(*words, **environment):
    """The exit status and the JSON of a command."""
    done = python("-m", "arrayforge", *words, "--json", **environment)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def zoo(tmp_path):
    """PYTHONPATH with plug-ins that work, crash, hang, are broken, absent, or not alone."""
    plugins.install(tmp_path, "tame")
    plugins.install(tmp_path, "crashing", engine="import os; os.abort()")
    plugins.install(tmp_path, "hanging", engine="import time; time.sleep(600)")
    plugins.install(tmp_path, "broken", engine="raise ValueError('boom')")
    absent = plugins.SPEC.replace("install_hint=", 'modules=("no_such_engine",), install_hint=')
    plugins.install(tmp_path, "absent", spec=absent)
    plugins.install(tmp_path, "doubled", distribution="left-plugin")
    plugins.install(tmp_path, "doubled", distribution="right-plugin")
    return {"PYTHONPATH": str(tmp_path)}


def test_backends_are_listed_with_what_is_wrong(zoo, tmp_path):
    (tmp_path / "hanging_engine.py").write_text("raise SystemExit('not today')")
    status, rows = report("backends", **zoo)
    found = {row["name"]: row for row in rows}
    assert status == 0
    assert list(found) == sorted(found)
    assert found["cpu"]["devices"] == ["cpu"]
    assert found["numpy"]["version"].count(".") == 2
    assert found["tame"] == {
        "name": "tame",
        "version": "2.5",
        "origin": ["plugin-tame 2.5"],
        "usable": True,
        "why not": None,
        "summary": "pretends",
        "devices": ["tame:0", "tame:1"],
    }
    # Of ours, those whose engine or hardware is not here are not usable either.
    others = {n: row for n, row in found.items() if not row["origin"][0].startswith("arrayforge ")}
    why = {name: row["why not"] for name, row in others.items() if not row["usable"]}
    assert set(why) == {"crashing", "hanging", "broken", "absent", "doubled"}
    assert why["crashing"] == "the process died of SIGABRT"
    assert why["hanging"].endswith("cannot be loaded: SystemExit: not today")
    assert why["broken"].endswith("cannot be loaded: ValueError: boom")
    assert why["absent"].endswith("no_such_engine is not installed; pip install absent")
    assert "left-plugin 2.5 and right-plugin 2.5; uninstall all but one" in why["doubled"]
    done = python("-m", "arrayforge", "backends", **zoo)
    assert "tame:0, tame:1" in done.stdout
    assert "no: the process died of SIGABRT" in done.stdout


DOCTOR = [
    ("tame", 0, None, None),
    ("broken", 1, "importable", "pip install --force-reinstall plugin-broken"),
    ("crashing", 1, "importable", "pip install --force-reinstall plugin-crashing"),
    ("absent", 1, "installed", "pip install absent"),
    ("doubled", 1, "name", "pip uninstall -y right-plugin"),
    ("tamed", 2, "name", "arrayforge backends"),
]


@pytest.mark.parametrize(("name", "expected", "what", "command"), DOCTOR)
def test_the_doctor_names_the_command_to_run(zoo, name, expected, what, command):
    status, told = report("doctor", name, **zoo)
    assert (status, told["status"]) == (expected, expected)
    failed = [(row["what"], row["run"]) for row in told["probes"] if row["problem"]]
    assert failed == ([(what, command)] if what else [])
    assert all(row["run"] is None for row in told["probes"] if not row["problem"])
    if not what:
        tried = [row["what"] for row in told["probes"]]
        assert tried[:3] == ["environment", "installed", "importable"]
        assert {"primitives", "smallest kernel", "to the host and back", "threads"} <= {*tried}


def test_the_doctor_prints_what_to_run(zoo):
    done = python("-m", "arrayforge", "doctor", "absent", **zoo)
    assert done.returncode == 1
    assert "no_such_engine is not installed" in done.stdout
    assert done.stderr == "  run: pip install absent\n"


def test_the_doctor_does_not_wait_for_ever(zoo):
    status, told = report("doctor", "hanging", "--timeout", "3", **zoo)
    assert status == 1
    assert told["probes"][-1]["problem"] == "no answer in 3 s"


def test_the_doctor_takes_an_object_or_the_backend_in_force(tmp_path):
    (tmp_path / "mine.py").write_text(plugins.BACKEND.replace("{name}", "mine"))
    for words, setting in ((["mine:BACKEND"], ""), ([], "mine:BACKEND")):
        status, told = report(
            "doctor", *words, PYTHONPATH=str(tmp_path), ARRAYFORGE_BACKEND=setting
        )
        assert status == 0
        assert "devices mine:0, mine:1" in [row["value"] for row in told["probes"]]


SICK = """
import arrayforge.backend
class Spec(arrayforge.backend.Spec):
    def diagnose(self):
        yield "driver", 12, None, ""
        yield "runtime", 13, "newer than the driver", "apt install driver"
SPEC = Spec("sick", "", "sick_engine:BACKEND", "sick>=9.1", "pip install sick", ("sick_engine",))
"""


def test_the_doctor_looks_at_drivers_primitives_results_and_distributions(tmp_path):
    engine = plugins.BACKEND.replace("namespace = np", "namespace = Space()")
    engine = engine.replace(
        "class Backend",
        """class Space:
    def __getattr__(self, name):
        if name == "tanh": raise AttributeError(name)
        return (lambda x, y: x) if name == "add" else getattr(np, name)
class Backend""",
    )
    plugins.install(tmp_path, "sick", spec=SICK, engine=engine)
    other = plugins.install(tmp_path, "other", distribution="sick-cuda13")
    for distribution in ("plugin_sick", "sick_cuda13"):
        (other / f"{distribution}-2.5.dist-info" / "RECORD").write_text("sick_engine.py,,\n")
    status, told = report("doctor", "sick", PYTHONPATH=str(tmp_path))
    assert status == 1
    failed = {row["what"]: (row["value"], row["problem"], row["run"]) for row in told["probes"]}
    assert failed["driver"] == ("12", None, None)
    assert failed["runtime"] == ("13", "newer than the driver", "apt install driver")
    assert failed["requirement"][0] == "sick>=9.1, found 2.5"
    assert failed["requirement"][1:] == ("2.5 is too old", "pip install sick")
    assert failed["one distribution"] == (
        "plugin-sick, sick-cuda13",
        "sick_engine is provided by several distributions",
        "pip uninstall -y plugin-sick sick-cuda13 && pip install sick",
    )
    assert failed["primitives"][1] == "it lacks tanh"
    assert failed["smallest kernel"][1] == "1 + 1, four times, sums to 4.0"


def test_the_doctor_counts_threads_and_reads_the_environment():
    cpus = _core._available_cpus()
    status, told = report("doctor", "cpu", ARRAYFORGE_NUM_THREADS=str(cpus + 1))
    assert status == 1
    row = told["probes"][-1]
    assert row["problem"] == (
        f"more threads than the {cpus} processors that affinity and cgroup grant"
    )
    assert row["run"] == f"export ARRAYFORGE_NUM_THREADS={cpus}"
    done = python("-m", "arrayforge", "doctor", ARRAYFORGE_MEMORY_LIMIT="much")
    assert done.returncode == 1
    assert "run: unset ARRAYFORGE_MEMORY_LIMIT" in done.stderr
    done = python("-m", "arrayforge", "doctor", ARRAYFORGE_BACKND="cpu")
    assert done.returncode == 1
    assert "run: unset ARRAYFORGE_BACKND" in done.stderr


def test_info_as_json_is_the_configuration():
    settings = {
        "ARRAYFORGE_BACKEND": "numpy",
        "ARRAYFORGE_NUM_THREADS": "3",
        "ARRAYFORGE_MEMORY_LIMIT": "1GiB",
        "ARRAYFORGE_ISA": _core._isa_levels().split()[0],
        "ARRAYFORGE_WHOLLY_OTHER": "1",
    }
    status, told = report("info", **settings)
    assert status == 0
    assert told["versions"]["array API"] == xp.__array_api_version__
    assert told["backend"]["why"] == "ARRAYFORGE_BACKEND=numpy"
    assert told["threads"] == {"count": 3, "why": "ARRAYFORGE_NUM_THREADS=3"}
    assert told["memory"]["limit"] == 2**30
    assert told["memory"]["why"] == "ARRAYFORGE_MEMORY_LIMIT=1GiB"
    assert told["isa"]["why"] == f"ARRAYFORGE_ISA={settings['ARRAYFORGE_ISA']}"
    assert settings.items() <= told["environment"].items()
    assert told["unknown environment"] == {"ARRAYFORGE_WHOLLY_OTHER": ""}
    assert told["error"] is None


def test_show_config(capsys):
    with xp.threads(1), xp.use_backend("numpy"):
        assert xp.show_config() is None
        told = xp.show_config(mode="dict")
    said = capsys.readouterr().out
    assert "use_backend('numpy')" in said
    assert "ARRAYFORGE_LOG" in said
    assert told["devices"] == ["numpy"]
    assert told["threads"]["count"] == 1
    with pytest.raises(ValueError, match=r"show_config\(\): mode must be"):
        xp.show_config("json")
