"""A motor is compared with its own other recordings, never with itself, and with those that its baseline names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from handmade_interim import recordings

from diagmod.io.diagnosis_rows import rows_of_refusal
from diagmod.io.schemas import BASELINE_CHANGES, DIAGNOSES, RECORDING_STATES
from diagmod.io.tables import conform, empty_table
from diagmod.models.baseline import Baseline, baseline_in_words, compare_with_baseline
from diagmod.models.phasor_change import SHORT_DEG, power_factor_angle_deg

#: Change of 6 % of I1 towards phase S at three quarters of rated load, where all recordings here were made.
TOWARDS_S = 6 * np.exp(1j * np.radians(power_factor_angle_deg(0.75) + SHORT_DEG + 120))


class Motor:
    """Tables of the recordings of one motor, one after another in time."""

    def __init__(self, motor_id="M1"):
        self.motor_id, self.about, self.states, self.diagnoses = motor_id, [], [], []

    def add(self, *, condition="healthy", i2=2 + 0j, bars=0.03, shaft=-60.0, acquisition="good", codes="", **more):
        """A recording whose figures lie a little beside those given, as no two are alike."""
        k = len(self.about)
        name = f"{self.motor_id}-{k}"
        near = 0.1 * np.exp(2j * k)
        day = pd.Timestamp("2026-01-05T08:00Z") + pd.Timedelta(days=more.get("day", k))
        facts = {"motor_id": self.motor_id, "file": f"{name}.csv", "condition": condition, "started_at": str(day)}
        self.about.append({"recording_id": name, **facts})
        names = {"recording_id": name, "motor_id": self.motor_id}
        empty = rows_of_refusal("not given here")
        self.states.append(
            {
                **names, **empty["states"][0], "acquisition": acquisition, "acquisition_codes": codes,
                "load_share": 0.75, "i2_re": (i2 + near).real, "i2_im": (i2 + near).imag, "i2_floor_pct": 0.3,
            }
        )  # fmt: skip
        for row in empty["diagnoses"]:
            value = {"broken_bar": bars + near.real / 50, "eccentricity": shaft + near.imag}.get(row["fault"], np.nan)
            said = {"verdict": more.get("verdict", "not_supported"), "reason_code": more.get("reason", "natural")}
            smallest = {"broken_bar": 0.02, "eccentricity": -100.0}.get(row["fault"], np.nan)
            self.diagnoses.append(
                {**names, **row, **said, "severity_value": value, "smallest_value": smallest}
            )  # fmt: skip
        return self

    def healthy(self, n):
        for _ in range(n):
            self.add()
        return self


def compare(*motors, baseline=None):
    catalogue = recordings(*(row for m in motors for row in m.about))
    states = conform(pd.DataFrame([row for m in motors for row in m.states]), RECORDING_STATES)
    diagnoses = conform(pd.DataFrame([row for m in motors for row in m.diagnoses]), DIAGNOSES)
    table = compare_with_baseline(catalogue, states, diagnoses, baseline or Baseline("labelled_healthy"))
    return table.set_index(["recording_id", "fault"])


def test_each_fault_is_found_by_its_own_change():
    motor = Motor().healthy(8)
    motor.add(condition="stator_short", i2=2 + TOWARDS_S).add(condition="broken_bar", bars=0.8)
    table = compare(motor.add(condition="eccentricity", shaft=-48.0))
    found = {name: list(table.loc[name].query("verdict == 'supported'").index) for name in ("M1-8", "M1-9", "M1-10")}
    assert found == {"M1-8": ["stator_short"], "M1-9": ["broken_bar"], "M1-10": ["eccentricity"]}
    assert table.loc[("M1-8", "stator_short"), ["points_to", "change_unit"]].tolist() == ["S", "% of I1"]
    assert table.loc[("M1-9", "broken_bar"), "change"] == pytest.approx(0.77, abs=0.01)
    assert table.loc[("M1-10", "eccentricity"), "change"] == pytest.approx(12.0, abs=0.2)


def test_healthy_recordings_are_unchanged():
    table = compare(Motor().healthy(8))
    assert set(table["verdict"]) == {"not_supported"}
    assert set(table["reason_code"]) == {"unchanged"}


def test_judged_recording_is_left_out_of_its_baseline():
    """Nine healthy labels, one of them on a changed motor: it is held against the other eight alone."""
    table = compare(Motor().healthy(8).add(i2=2 + TOWARDS_S))
    assert table.loc[("M1-8", "stator_short"), ["n_baseline", "verdict"]].tolist() == [8, "supported"]
    assert table.loc[("M1-0", "stator_short"), "n_baseline"] == 8


def test_another_motor_is_no_baseline():
    other = Motor("M2").add(condition="broken_bar", bars=0.8).add()
    table = compare(Motor().healthy(8), other)
    assert table.loc[("M2-0", "broken_bar"), ["reason_code", "n_baseline"]].tolist() == ["no_baseline", 1]


def test_first_recordings_are_those_first_in_time_whatever_their_label():
    motor = Motor()
    for day in (9, 8, 7, 6, 5, 4):
        motor.add(condition="", day=day)
    motor.add(condition="", day=10, bars=0.8)
    table = compare(motor, baseline=Baseline("first", 4))
    assert table.loc[("M1-6", "broken_bar"), ["n_baseline", "verdict"]].tolist() == [4, "supported"]
    # Days 4 to 7 are the first four: recordings 5, 4, 3 and 2.
    assert table.loc[("M1-2", "broken_bar"), "n_baseline"] == 3
    assert table.loc[("M1-1", "broken_bar"), "n_baseline"] == 4
    assert set(table["baseline"]) == {"first"}


def test_without_times_the_first_are_those_of_the_catalogue():
    frame = recordings(*({"recording_id": name} for name in "abcde"))
    assert list(Baseline("first", 4).members(frame)["recording_id"]) == list("abcd")


def test_unusable_recordings_are_no_baseline_and_their_phasor_is_not_believed():
    motor = Motor().healthy(5).add(acquisition="unusable", codes="jitter", i2=9 + 0j)
    table = compare(motor)
    assert table.loc[("M1-0", "stator_short"), "n_baseline"] == 4
    assert table.loc[("M1-5", "stator_short"), "reason_code"] == "no_phasor"


def test_phases_connected_otherwise_have_no_comparable_angle():
    table = compare(Motor().healthy(5).add(acquisition="limited", codes="gaps,wiring", i2=2 + TOWARDS_S))
    assert table.loc[("M1-5", "stator_short"), "reason_code"] == "no_phasor"
    assert table.loc[("M1-0", "stator_short"), "n_baseline"] == 4
    assert table.loc[("M1-0", "broken_bar"), "n_baseline"] == 5


@pytest.mark.parametrize(
    ("verdict", "reason", "expected"),
    [
        ("supported", "rotor_modulation", "supported"),
        ("cannot_decide", "small", "supported"),
        ("cannot_decide", "load_oscillation", "cannot_decide"),
        ("cannot_decide", "inverter_control", "cannot_decide"),
    ],
)
def test_rise_is_laid_to_the_cage_unless_the_diagnosis_names_another_cause(verdict, reason, expected):
    motor = Motor().healthy(6).add(condition="broken_bar", bars=0.5, verdict=verdict, reason=reason)
    assert compare(motor).loc[("M1-6", "broken_bar"), "verdict"] == expected


def test_words_count_what_changed_and_what_lacks_a_baseline():
    motor = Motor().healthy(8).add(condition="broken_bar", bars=0.8)
    table = compare(motor, Motor("M2").add().add()).reset_index()
    assert baseline_in_words(table, Baseline("labelled_healthy")) == (
        "Against the recordings of the motor that are labelled healthy we see a change in 1 of 11 recordings: 0 of the "
        "negative sequence, 1 of the cage, 0 of the shaft lines; for recordings of 1 motor it is too small."
    )


def test_no_recording_gives_the_empty_table():
    empty = (recordings(), empty_table(RECORDING_STATES), empty_table(DIAGNOSES))
    pd.testing.assert_frame_equal(
        compare_with_baseline(*empty, Baseline("first", 5)), empty_table(BASELINE_CHANGES)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("healthy",), "baseline must be labelled_healthy or first, got 'healthy'"),
        (("first", 3), "the first 3 recordings are no baseline; give more than 3, because the judged one is left out"),
    ],
)
def test_baseline_that_cannot_be_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        Baseline(*arguments)
