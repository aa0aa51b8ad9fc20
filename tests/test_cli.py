"""The command line: every subcommand parses, reports and ends with the right status."""

import pytest

from arrayforge import _table, cli


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
