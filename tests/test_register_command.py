"""``diagmod motors`` and ``diagmod defects`` as a user types them."""

import sys

import pytest

from diagmod import cli

MOTORS = "# hall 3\nmotors:\n  - motor_id: M01\n    name: Pump\n    line_hz: 50\n    pole_pairs: 2\n"


@pytest.fixture
def plant(tmp_path):
    (tmp_path / "motors.yaml").write_text(MOTORS)
    return tmp_path


@pytest.fixture
def run(monkeypatch, capsys):
    def typed(*arguments):
        monkeypatch.setattr(sys, "argv", ["diagmod", *map(str, arguments)])
        try:
            code = cli.main()
        except SystemExit as exc:
            code = exc.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return typed


def test_a_register_is_listed_by_folder_and_by_file(run, plant):
    for where in (plant, plant / "motors.yaml"):
        assert run("motors", "list", where) == (
            0,
            "M01        Pump                 50 Hz, 2 pole pairs, in service\n",
            "",
        )
    (plant / "motors.yaml").write_text("motors: []\n")
    assert run("motors", "list", plant)[1] == "The register is empty; `diagmod motors add` adds a motor.\n"


def test_a_right_register_is_said_to_be_right(run, plant):
    code, out, _ = run("motors", "check", plant)
    assert (code, out) == (0, "1 motors, no mistake. No maintenance events: the data set has no maintenance.yaml.\n")


def test_every_mistake_of_all_files_is_told_with_exit_code_one(run, plant):
    (plant / "motors.yaml").write_text(MOTORS + "    rotor_bars: 2\n    status: gone\n")
    (plant / "maintenance.yaml").write_text("events:\n  - {motor_id: M01, date: 2026-01-01, kind: repair}\n")
    code, out, _ = run("motors", "check", plant)
    assert code == 1
    bars, status, event = out.splitlines()
    assert bars.startswith("motors.yaml: motor M01: rotor_bars must be 6 to 200 bars, got 2")
    assert status.startswith("motors.yaml: motor M01: status must be one of")
    assert event.startswith("maintenance.yaml, event 1: motor 'M01' is not in motors.yaml")
    (plant / "motors.yaml").write_text(MOTORS)
    (plant / "defects.yaml").write_text("defects: []\n")
    code, out, _ = run("motors", "check", plant)
    assert (code, out.startswith("defects.yaml: schema_version must be 1, got None; write `schema_version")) == (
        1,
        True,
    )


def test_a_motor_is_added_once(run, plant):
    typed = ("motors", "add", plant, "M02", "--pole-pairs", 1, "--line-hz", 50, "--rated-rpm", 2950, "--bearing", 6206)
    code, out, _ = run(*typed)
    expected = (
        "Added to motors.yaml: M02        -                    50 Hz, 1 pole pair, 2950 rpm, bearing 6206, in service\n"
    )
    assert (code, out) == (0, expected)
    assert (plant / "motors.yaml").read_text().startswith(MOTORS)
    code, _, err = run(*typed)
    assert (code, err) == (
        2, "error: motors.yaml holds motor 'M02' already; choose another name or edit its nameplate\n"
    )  # fmt: skip
    code, _, err = run("motors", "add", plant / "nowhere", "M02", "--pole-pairs", 1, "--line-hz", 50)
    assert code == 2 and "there is no data set" in err and "give its folder or its name in data/raw" in err


def test_the_catalogue_is_listed_and_an_entry_is_shown_in_both_languages(run, plant):
    code, out, _ = run("defects", "list")
    assert (code, len(out.splitlines())) == (0, 26)
    code, out, _ = run("defects", "show", "broken_bar")
    assert out.startswith("broken_bar (rotor): Broken or cracked rotor bar\n")
    assert "\nsevere (soon): more than two bars" in out and "by current:      yes" in out
    assert run("defects", "show", "broken_bar", "--ru")[1].startswith("broken_bar (rotor): Обрыв или трещина стержня")
    code, _, err = run("defects", "show", "worn")
    assert code == 2 and err.startswith("error: there is no defect 'worn' in the catalogue; there are bearing_outer,")
    (plant / "defects.yaml").write_text("schema_version: 1\ndefects: [{id: overload, name: Too much}]\n")
    assert run("defects", "show", "overload", "--dataset", plant)[1].startswith("overload (other): Too much\n")
