"""A register tells all its mistakes at once, and grows by one motor without losing what people wrote in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.motor import Motor
from diagmod.io.dataset_files import DatasetError
from diagmod.io.motor_register import add_motor, examine_register, plate_mistakes, read_motors, read_register

MOTORS = "motors:\n  - motor_id: M01\n    line_hz: 50\n    pole_pairs: 2\n    rated_rpm: 1440\n"
MORE = MOTORS.removeprefix("motors:\n")


def register(tmp_path, text):
    path = tmp_path / "motors.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_register_gives_motors_by_name(tmp_path):
    register(tmp_path, MOTORS)
    motors = read_motors(tmp_path)
    assert list(motors) == ["M01"]
    assert (motors["M01"].pole_pairs, motors["M01"].rated_rpm) == (2, 1440)


@pytest.mark.parametrize("text", ["motors: []\n", "motors:\n", "\ufeffmotors:\r\n", "schema_version: 1\nmotors:\n"])
def test_register_without_motors_is_empty_and_no_mistake(tmp_path, text):
    assert read_register(register(tmp_path, text)) == {}


def test_motors_may_share_values_through_an_alias(tmp_path):
    text = "motors:\n  - &pump\n    motor_id: P1\n    line_hz: 50\n    pole_pairs: 2\n  - {<<: *pump, motor_id: P2}\n"
    assert {m.motor_id: m.pole_pairs for m in read_register(register(tmp_path, text)).values()} == {"P1": 2, "P2": 2}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("motors: []\nmotors: []\n", "motors.yaml is not valid YAML"),
        ("machines: []\n", "motors.yaml must hold a list `motors` of nameplates"),
        ("motors: [M01]\n", "motors.yaml must hold a list `motors` of nameplates"),
        ("motors: {M01: {}}\n", "motors.yaml must hold a list `motors` of nameplates"),
        (MOTORS + MORE, "motors.yaml: motor 'M01' is there twice; give each its own motor_id"),
        (MOTORS + "    poles: 4\n", "motors.yaml: motor M01: unknown key 'poles'; allowed are bearing, line_hz"),
        (MOTORS + "    7: x\n", "motors.yaml: motor M01: unknown key 7; allowed are"),
        (MOTORS.replace("1440", "2900"), "motors.yaml: motor M01: rated_rpm 2900 contradicts 2 pole pairs"),
        (MOTORS.replace("M01", "7"), r"motors.yaml: motor 7: motor_id must be text \(put it in quotes\), got 7"),
        (MOTORS.replace("M01", "' M01'"), "motor_id must not begin or end with a space"),
        (MOTORS.replace("M01", '"M\\u200b01"'), "motor_id must not begin or end with a space nor hold a sign"),
        (MOTORS.replace("    pole_pairs: 2\n", ""), "motor M01: pole_pairs is missing; take it from the nameplate"),
        (MOTORS.replace("2", "true"), "motor M01: pole_pairs must be a number, got True"),
        (MOTORS.replace("2", "'2'"), "motor M01: pole_pairs must be a number, got '2'"),
        (MOTORS.replace("2", "2.5"), "motor M01: pole_pairs must be a whole number, got 2.5"),
        (MOTORS.replace("2", "[2]"), r"motor M01: 'pole_pairs' must be one value, got \[2\]"),
        (MOTORS.replace("50", ".nan"), "motor M01: line_hz must be a number up to 1e.12, got nan"),
        (MOTORS.replace("1440", "9" * 400), "motor M01: rated_rpm must be a number up to 1e.12, got 999"),
        (MOTORS.replace("1440", "fast"), "motor M01: rated_rpm must be a number, got 'fast'"),
        (MOTORS + f"    name: {'x' * 201}\n", "motor M01: name has 201 characters, at most 200 are allowed"),
        (MOTORS + "    bearing: 300 balls\n", "motor M01: bearing '300 balls' cannot be"),
        (MOTORS + "    status: running\n", "motor M01: status must be one of in service, standby, out of service"),
    ],
)
def test_wrong_register_is_refused(tmp_path, text, sentence):
    with pytest.raises(DatasetError, match=sentence):
        read_register(register(tmp_path, text))


def test_all_mistakes_of_a_register_are_told_at_once(tmp_path):
    text = """motors:
  - {motor_id: M01, line_hz: 5, pole_pairs: 2.5, rotor_bars: 3, status: gone, poles: 4}
  - {motor_id: M02, line_hz: 50}
  - {motor_id: M03, line_hz: 50, pole_pairs: 2, rated_rpm: 2900, rotor_bars: 4,
     rated_power_kw: 55, rated_voltage_v: 400, rated_current_a: 10}
  - {motor_id: M04, line_hz: 50, pole_pairs: 2}
  - {motor_id: M04, line_hz: 50, pole_pairs: 2}
"""
    motors, mistakes = examine_register(register(tmp_path, text))
    assert list(motors) == ["M04"]
    begins = ["motor M01: line_hz must be 10 to 400 Hz", "motor M01: pole_pairs must be a whole number, got 2.5",
              "motor M01: rotor_bars must be 6 to 200", "motor M01: status must be", "motor M01: unknown key 'poles'",
              "motor M02: pole_pairs is missing", "motor M03: rated_rpm 2900 contradicts",
              "motor M03: rated_power_kw 55 contradicts", "motor M03: rotor_bars must be 6 to 200",
              "motor 'M04' is there twice"]  # fmt: skip
    # M03: a cage of 4 bars is out of range by itself, so its contradictions wait until that is corrected.
    expected = [begin for begin in begins if "contradicts" not in begin]
    assert len(mistakes) == len(expected)
    assert all(text.startswith(begin) for text, begin in zip(mistakes, expected, strict=True)), mistakes


def test_a_plate_of_possible_values_tells_every_contradiction():
    """1500 rpm synchronous against 2900; sqrt(3) 400 V 10 A = 6.93 kVA against 55 kW; 6 bars against 8 poles."""
    plate = {"motor_id": "M1", "line_hz": 50, "pole_pairs": 4, "rated_rpm": 2900, "rotor_bars": 6,
             "rated_power_kw": 55, "rated_voltage_v": 400, "rated_current_a": 10}  # fmt: skip
    rpm, power, bars = plate_mistakes(plate)
    assert rpm.startswith("motor M1: rated_rpm 2900 contradicts 4 pole pairs at 50 Hz (synchronous 750 rpm")
    assert "(together 6.93 kVA; efficiency times power factor would be 7.9" in power
    assert bars.startswith("motor M1: rotor_bars 6 contradicts 4 pole pairs")
    assert plate_mistakes({**plate, "rated_rpm": 735, "rotor_bars": 28, "rated_power_kw": 5.5}) == []


def test_many_mistakes_are_numbered_and_counted(tmp_path):
    text = "motors:\n" + "".join(f"  - motor_id: M{k}\n" for k in range(15))
    with pytest.raises(DatasetError, match=r"^motors.yaml has 30 mistakes: \(1\) motor M0: line_hz is missing") as told:
        read_register(register(tmp_path, text))
    assert str(told.value).endswith("; and 10 more")


def test_missing_register_is_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"motors.yaml is missing in"):
        read_motors(tmp_path)


COMMENTED = """# Hall 3, surveyed in May
motors:
  # the old pump
  - motor_id: 'M01'   # label is hidden
    pole_pairs: 2
    line_hz: 50.0

  - motor_id: "M02"
    line_hz: 60
    pole_pairs: 3
# end of the list
owner: maintenance
"""


def test_an_added_motor_leaves_every_line_of_the_register_as_it_was(tmp_path):
    path = register(tmp_path, COMMENTED)
    motor = add_motor(tmp_path, "M03", pole_pairs=1, line_hz=50.0, rated_rpm=2950.0, bearing="6206", name="Fan")
    assert motor == Motor(motor_id="M03", pole_pairs=1, line_hz=50.0, rated_rpm=2950.0, bearing="6206", name="Fan")
    assert read_motors(tmp_path)["M03"] == motor
    lines = path.read_text().splitlines()
    assert [line for line in COMMENTED.splitlines() if line not in lines] == []
    added = [line for line in lines if line not in COMMENTED.splitlines()]
    assert added == ["  - motor_id: M03", "    name: Fan", "    pole_pairs: 1", "    rated_rpm: 2950.0",
                     "    bearing: '6206'"]  # fmt: skip
    assert [p.name for p in tmp_path.iterdir()] == ["motors.yaml"]


@pytest.mark.parametrize("text", [None, "motors:\n", "motors: []\n", "# nothing yet\nmotors:\n"])
def test_a_register_that_is_missing_or_empty_is_begun(tmp_path, text):
    if text is not None:
        register(tmp_path, text)
    add_motor(tmp_path, "7", pole_pairs=2, line_hz=50)
    add_motor(tmp_path, "8", pole_pairs=2, line_hz=50)
    assert list(read_motors(tmp_path)) == ["7", "8"]
    assert (
        (tmp_path / "motors.yaml")
        .read_text()
        .endswith(
            "motors:\n  - motor_id: '7'\n    line_hz: 50\n    pole_pairs: 2\n"
            "  - motor_id: '8'\n    line_hz: 50\n    pole_pairs: 2\n"
        )
    )


@pytest.mark.parametrize(
    "text",
    [
        MOTORS.replace("\n", "\r\n"),
        MOTORS.replace("\n  ", "\n"),
        "motors: [{motor_id: M01, line_hz: 50, pole_pairs: 2}]\n",
    ],
)
def test_line_ends_indentation_and_brackets_are_kept(tmp_path, text):
    path = register(tmp_path, text)
    add_motor(tmp_path, "M02", pole_pairs=2, line_hz=50)
    after = path.read_bytes().decode()
    assert list(read_motors(tmp_path)) == ["M01", "M02"]
    assert after.startswith(text.rstrip("]\n\r"))
    assert after.count("\r\n") == (after.count("\n") if "\r\n" in text else 0)


def test_a_motor_that_is_there_or_wrong_is_refused_and_the_file_stays(tmp_path):
    path = register(tmp_path, COMMENTED)
    for motor_id, plate, sentence in (
        ("M01", {}, "motors.yaml holds motor 'M01' already; choose another name or edit its nameplate"),
        ("M03", {"rated_rpm": 2900}, "motors.yaml was not changed: motor M03: rated_rpm 2900 contradicts 2 pole pairs"),
        ("", {}, "motors.yaml was not changed: motor_id must not be empty"),
        ("M\n3", {}, "motors.yaml was not changed: .* nor hold a sign that is not seen"),
        ("M03", {"colour": "red"}, "motors.yaml was not changed: motor M03: unknown key 'colour'"),
    ):
        with pytest.raises(DatasetError, match=sentence):
            add_motor(tmp_path, motor_id, pole_pairs=2, line_hz=50, **plate)
    assert path.read_text() == COMMENTED
    with pytest.raises(DatasetError, match="data set folder 'plant' does not exist in "):
        add_motor(tmp_path / "plant", "M03", pole_pairs=2, line_hz=50)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_register_with_damaged_bytes_is_read_or_refused_and_grows_by_one_motor_or_stays(tmp_path_factory, data):
    text = bytearray(COMMENTED.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b"&a ", b"*a", b"<<: ", b"[", b"!!int ", b"- ", b"\t", b".inf"])
        )
    folder = tmp_path_factory.mktemp("plant")
    path = register(folder, bytes(text))
    try:
        before = read_motors(folder)
        add_motor(folder, "new", pole_pairs=2, line_hz=50)
    except DatasetError as exc:
        assert len(str(exc)) < 5000
        assert path.read_bytes() == text
    else:
        after = read_motors(folder)
        assert after.pop("new").pole_pairs == 2
        assert after == before


def test_nothing_is_added_to_a_register_with_mistakes(tmp_path):
    path = register(tmp_path, MOTORS + MORE)
    with pytest.raises(DatasetError, match="motor 'M01' is there twice"):
        add_motor(tmp_path, "M03", pole_pairs=2, line_hz=50)
    assert path.read_text() == MOTORS + MORE


def test_a_register_that_is_a_link_is_replaced_and_the_linked_file_stays(tmp_path):
    kept = tmp_path / "kept.yaml"
    kept.write_text(MOTORS)
    folder = tmp_path / "plant"
    folder.mkdir()
    (folder / "motors.yaml").symlink_to(kept)
    add_motor(folder, "M02", pole_pairs=2, line_hz=50)
    assert list(read_motors(folder)) == ["M01", "M02"]
    assert kept.read_text() == MOTORS
