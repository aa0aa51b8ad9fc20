"""The command line: every subcommand parses, reports and ends with the right status."""

import subprocess
import sys

import pytest

from arrayforge import _table, cli


def python(*words, **environment):
    """A child process with settings in its environment."""
    import os

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


def test_doctor_reports_what_fails(monkeypatch, capsys):
    monkeypatch.setattr(
        cli, "_PROBES", {"good": "pass", "bad": "raise ValueError('no such thing')"}
    )
    assert cli.main(["doctor"]) == 1
    assert "no such thing" in capsys.readouterr().out


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
    assert "(installed: cpu" in last
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
