"""Whole diagnoses of simulated and broken recordings: complete, repeatable, in words, and never an exception."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed import FS
from reference_machine import MACHINE

from diagmod.core.charts import SeverityChart
from diagmod.core.diagnosis import CONDITIONS, FAULTS, diagnose
from diagmod.core.motor import Motor
from diagmod.core.verdicts import Diagnosis, QualityVerdict, Verdict
from diagmod.sim.experiment import Experiment, Imperfections, Simulated, simulate
from diagmod.sim.mechanics import Mechanics, Swing
from diagmod.sim.sensor import Sensor
from diagmod.sim.supply import Supply

#: What a healthy machine has by nature.
NATURAL = Imperfections(bars=0.03, static_gap=0.05, dynamic_gap=0.05, slot_share=5e-4)

PLATE = MACHINE.nameplate("M1", bearing="6206")

#: A chart of a user's own.
OWN_CHART = SeverityChart(
    "plant", "our 40 motors", "mean of both sidebands", ((0.0, 45.0, "open it"), (45.0, 99.0, "fine"))
)

#: A nameplate that states no more than it must.
BARE = Motor(motor_id="M2", line_hz=50.0, pole_pairs=2)

QUIET = Sensor(noise_dbc=-70)


def run_of(*, seconds: float = 10.0, fs: float = FS, **ails: object) -> Simulated:
    """The reference machine at three quarters of its load, noise at -70 dB."""
    given = {"machine": MACHINE, "imperfections": NATURAL, "sensor": QUIET, **ails}
    return simulate([Experiment(**given)], fs, seconds)[0]


HEALTHY, BAR = run_of(), run_of(broken_bars=1.0, seed=1)


def verdicts(found: Diagnosis) -> dict[str, str]:
    """Verdict of everything by name."""
    return {v.name: str(v.verdict) for v in (*found.faults, *found.conditions)}


def codes(found: Diagnosis) -> list[str]:
    """Codes of the reasons that limit the recording."""
    return [reason.code for reason in found.quality.reasons]


def only(x: np.ndarray, phases: tuple[int, ...]) -> np.ndarray:
    """The recording with these phases alone."""
    return np.where(np.isin(np.arange(3), phases)[:, None], x, np.nan)


def with_hole(x: np.ndarray, first: int, last: int) -> np.ndarray:
    """The recording without the samples of a range."""
    holed = x.copy()
    holed[:, first:last] = np.nan
    return holed


def with_scattered_gaps(x: np.ndarray, every: int) -> np.ndarray:
    """The recording without every so-manieth sample of one phase."""
    holed = x.copy()
    holed[0, every // 2 :: every] = np.nan
    return holed


NOISE = np.random.default_rng(0).normal(size=(3, 50_000))

#: Recordings that people send, by name.
RECORDINGS = {
    "healthy": HEALTHY.currents,
    "broken bar": BAR.currents,
    "one phase": only(BAR.currents, (1,)),
    "two phases": only(BAR.currents, (0, 2)),
    "a hole": with_hole(BAR.currents, 1000, 1400),
    "scattered gaps": with_scattered_gaps(BAR.currents, 60),
    "mostly gaps": with_scattered_gaps(BAR.currents, 3),
    "0.3 s": BAR.currents[:, :1500],
    "0.05 s": BAR.currents[:, :250],
    "one sample": BAR.currents[:, :1],
    "two samples": BAR.currents[:, :2],
    "noise": NOISE,
    "zeros": np.zeros((3, 20_000)),
    "constant": np.full((3, 20_000), 4.0),
    "all missing": np.full((3, 20_000), np.nan),
    "an infinite sample": np.where(np.arange(50_000) == 7, np.inf, BAR.currents),
    "an impulse": np.eye(3, 20_000),
    "signs": np.sign(BAR.currents),
    "counts of a converter": np.round(200 * BAR.currents).astype(np.int16),
    "single precision": BAR.currents.astype(np.float32),
    "two channels exchanged": BAR.currents[[0, 2, 1]],
    "a channel reversed": BAR.currents * np.array([[1.0], [-1.0], [1.0]]),
    "a channel twice": BAR.currents[[0, 0, 2]],
    "a ramp": np.linspace(0, 1, 20_000) * np.ones((3, 1)),
    "a thousand times as large": 1e3 * BAR.currents,
    "beyond single precision": 1e30 * BAR.currents,
}

#: Those in which nothing can be found.
HOPELESS = {
    "mostly gaps", "0.05 s", "one sample", "two samples", "noise", "zeros", "constant", "all missing", "an impulse",
    "signs", "a ramp", "beyond single precision",
}  # fmt: skip


# --- complete, repeatable, harmless ----------------------------------------------------------------------------------


@pytest.mark.parametrize("motor", [PLATE, BARE], ids=["full plate", "bare plate"])
@pytest.mark.parametrize("name", RECORDINGS)
def test_every_recording_gets_a_complete_diagnosis_with_reasons(name, motor):
    found = diagnose(RECORDINGS[name], FS, motor)
    assert tuple(v.name for v in found.faults) == FAULTS
    assert tuple(v.name for v in found.conditions) == CONDITIONS
    for verdict in (*found.faults, *found.conditions):
        assert verdict.reasons and all(reason.code and reason.text for reason in verdict.reasons)
        assert verdict.sentence.endswith(".") and "nan" not in verdict.sentence
    assert found.sentence.endswith(".") and found.slip.reason
    assert found.is_possible == (name not in HOPELESS)
    if name in HOPELESS:
        assert {v.verdict for v in found.faults} == {Verdict.CANNOT_DECIDE}
        assert Verdict.SUPPORTED not in {v.verdict for v in found.conditions}
        assert found.sentence.startswith("No diagnosis can be made: ")
        assert found.quality.reasons


@pytest.mark.parametrize("name", ["broken bar", "a hole", "one phase", "two channels exchanged"])
def test_a_diagnosis_is_the_same_every_time_and_leaves_its_input_alone(name):
    x = RECORDINGS[name].copy()
    first = diagnose(x, FS, PLATE)
    diagnose(NOISE, FS, BARE)
    assert repr(diagnose(x, FS, PLATE)) == repr(first)
    np.testing.assert_array_equal(x, RECORDINGS[name])


def test_a_read_only_or_strided_array_is_diagnosed_as_any_other():
    x = BAR.currents.copy()
    x.flags.writeable = False
    assert repr(diagnose(x, FS, PLATE)) == repr(diagnose(BAR.currents, FS, PLATE))
    assert repr(diagnose(np.asfortranarray(x), FS, PLATE)) == repr(diagnose(x, FS, PLATE))


def test_it_depends_on_nothing_but_recording_nameplate_and_parameters():
    """The name of the motor, and what was diagnosed before, do not enter."""
    before = diagnose(BAR.currents, FS, PLATE)
    renamed = replace(PLATE, motor_id="another", name="somewhere else", status="standby")
    assert repr(diagnose(BAR.currents, FS, renamed)) == repr(before)
    assert repr(diagnose(HEALTHY.currents, FS, PLATE)) != repr(before)
    assert repr(diagnose(BAR.currents, FS, replace(PLATE, rotor_bars=34))) != repr(before)
    assert repr(diagnose(BAR.currents, FS, PLATE, load_share=0.7)) != repr(before)


@settings(deadline=None, derandomize=True, max_examples=8)
@given(st.floats(1e-3, 1e3))
def test_the_unit_does_not_matter_where_the_rated_current_is_in_it_too(gain):
    scaled = replace(PLATE, rated_current_a=gain * PLATE.rated_current_a, rated_power_kw=None)
    found, expected = diagnose(gain * BAR.currents, FS, scaled), diagnose(BAR.currents, FS, PLATE)
    assert verdicts(found) == verdicts(expected)
    assert found.sentence == expected.sentence
    assert found.slip.interval is not None and expected.slip.interval is not None
    assert found.slip.interval.value == pytest.approx(expected.slip.interval.value, abs=1e-6)


@pytest.mark.parametrize("gain", [1e3, 30.0, 1e-3])
def test_a_current_in_the_wrong_unit_is_noticed_and_says_nothing_of_the_load(gain):
    """A broken bar stays one; taken for 26 times rated load the slip would be searched far away from it."""
    found = diagnose(gain * BAR.currents, FS, PLATE)
    assert codes(found) == ["unit_doubtful"]
    assert found.fault("broken_bar").verdict == Verdict.SUPPORTED
    stated = diagnose(gain * BAR.currents, FS, PLATE, unit_is_ampere=False)
    assert codes(stated) == []
    assert stated.fault("broken_bar").verdict == Verdict.SUPPORTED


@settings(deadline=None, derandomize=True, max_examples=8)
@given(st.integers(0, 5000))
def test_a_later_start_changes_no_verdict(begin):
    found = diagnose(BAR.currents[:, begin : begin + 45_000], FS, PLATE)
    assert verdicts(found) == verdicts(diagnose(BAR.currents[:, :45_000], FS, PLATE))
    assert found.slip.interval is not None
    assert found.slip.interval.value == pytest.approx(BAR.truth.slip, abs=1e-4)


@pytest.mark.parametrize("order", [[1, 2, 0], [2, 0, 1]])
def test_a_cyclic_exchange_of_the_channels_changes_no_word(order):
    assert diagnose(BAR.currents[order], FS, PLATE).sentence == diagnose(BAR.currents, FS, PLATE).sentence


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("two channels exchanged", "phase order R-T-S: sequence reversed, S and T are exchanged for analysis"),
        ("a channel reversed", "phase S is reversed, its sign is changed for analysis"),
    ],
)
def test_a_wrong_wiring_is_noticed_put_right_and_said(name, note):
    found = diagnose(RECORDINGS[name], FS, PLATE)
    assert codes(found) == ["wiring"]
    assert verdicts(found) == verdicts(diagnose(BAR.currents, FS, PLATE))
    assert found.sentence.endswith(f"The recording has limits: {note}.")


@pytest.mark.parametrize("currents", [np.zeros((2, 100)), np.zeros(100), np.zeros((3, 0))])
def test_what_is_no_recording_is_refused_in_words(currents):
    text = r"currents must have shape \(3, n_samples\) with rows R, S, T, got \(.*\); fill an absent phase with NaN"
    with pytest.raises(ValueError, match=text):
        diagnose(currents, FS, PLATE)


@pytest.mark.parametrize("fs", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused_in_words(fs):
    with pytest.raises(ValueError, match=r"fs must be positive, got .*; pass the sampling rate in Hz"):
        diagnose(BAR.currents, fs, PLATE)


@pytest.mark.parametrize("load", [-0.1, 2.1, 75.0])
def test_a_load_in_percent_is_refused_in_words(load):
    text = rf"load_share must be 0 to 2 times rated, got {load}; 0\.75 is 75 % of rated load"
    with pytest.raises(ValueError, match=text):
        diagnose(BAR.currents, FS, PLATE, load_share=load)


# --- what is found ---------------------------------------------------------------------------------------------------


def test_a_healthy_motor_is_called_one_in_whole():
    found = diagnose(HEALTHY.currents, FS, PLATE)
    assert found.quality.verdict == QualityVerdict.GOOD
    assert set(verdicts(found).values()) == {"not_supported"}
    assert found.sentence == "Nothing in this recording speaks for a fault of the machine."
    assert found.line_hz is not None
    assert found.line_hz.low <= 50.0 + 1e-5 and found.line_hz.value == pytest.approx(50.0, abs=1e-3)


def test_a_broken_bar_is_found_with_slip_load_and_count():
    found = diagnose(BAR.currents, FS, PLATE)
    assert found.sentence == ("The rotor cage is damaged: the current shows the equivalent of 0.6 to 1.3 broken bars.")
    assert {name for name, v in verdicts(found).items() if v == "supported"} == {"broken_bar"}
    assert found.slip.interval is not None and found.load_share is not None
    assert found.slip.interval.low <= BAR.truth.slip <= found.slip.interval.high
    assert found.slip.reason == "bar sidebands, eccentricity pair and slot harmonics agree"
    assert found.load_share.low <= BAR.truth.load_share <= found.load_share.high
    assert [e.method for e in found.slip_estimates] == [
        "slot harmonics", "eccentricity pair", "bar sidebands", "nameplate and load",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["one phase", "two phases"])
def test_one_or_two_phases_show_the_bar_but_not_the_winding(name):
    found = diagnose(RECORDINGS[name], FS, PLATE)
    assert found.fault("broken_bar").verdict == Verdict.SUPPORTED
    assert found.fault("stator_short").verdict == Verdict.CANNOT_DECIDE
    assert found.fault("unbalance").sentence == "Unbalance cannot be seen in a single phase."
    assert codes(found) == ["phase_missing"]
    assert "It cannot tell about an inter-turn short." in found.sentence


def test_a_hole_is_cut_around_and_times_count_from_the_first_sample_of_the_file():
    found = diagnose(RECORDINGS["a hole"], FS, PLATE)
    assert codes(found) == ["gaps"]
    assert found.quality.stretch_s == pytest.approx((0.28, 10.0), abs=0.01)
    assert found.fault("broken_bar").verdict == Verdict.SUPPORTED


def test_the_slip_of_a_third_of_a_second_is_no_more_than_it_can_be():
    found = diagnose(RECORDINGS["0.3 s"], FS, PLATE)
    assert found.fault("broken_bar").verdict == Verdict.CANNOT_DECIDE
    assert found.fault("broken_bar").reasons[0].code == "not_resolved"
    slip = found.slip.interval
    assert slip is None or slip.low <= BAR.truth.slip <= slip.high


def test_collisions_name_both_lines_and_their_place():
    """At 2.94 % of slip the shaft turns at 24.264 Hz: a short's first line is the eccentric rotor's."""
    found = diagnose(HEALTHY.currents, FS, PLATE)
    assert found.collisions == (
        "eccentricity f-fr and stator_short f[1(1-s)/p-1] at 25.74 Hz",
        "eccentricity f+fr and stator_short f[1(1-s)/p+1] at 74.26 Hz",
        "eccentricity f+2fr and stator_short f[2(1-s)/p+1] at 98.53 Hz",
        "broken_bar f[13(1-s)-s] and slot_harmonics f[(N)(1-s)/p-1] at 629.40 Hz",
    )
    assert diagnose(NOISE, FS, PLATE).collisions == ()


@pytest.mark.parametrize("load", [0.5, 1.0])
def test_a_torque_swing_at_twice_the_slip_is_a_load_and_no_bar(load):
    slip = MACHINE.slip_at_torque(load * MACHINE.rated_torque_nm)
    swing = Mechanics(swings=(Swing(share=0.03, hz=2 * slip * 50),))
    found = diagnose(run_of(load_share=load, mechanics=swing).currents, FS, PLATE)
    assert found.fault("broken_bar").verdict == Verdict.CANNOT_DECIDE
    assert found.fault("load_oscillation").verdict == Verdict.SUPPORTED
    assert "The load pulsates at" in found.sentence


def test_an_inverter_fed_motor_is_found_and_its_bars_are_undecided():
    supply = Supply(line_hz=43.7, switching_hz=1000.0, switching_share=0.1)
    found = diagnose(run_of(broken_bars=1.0, supply=supply).currents, FS, PLATE)
    assert found.fault("inverter_supply").verdict != Verdict.NOT_SUPPORTED
    bars = found.fault("broken_bar")
    assert bars.verdict == Verdict.CANNOT_DECIDE
    assert bars.reasons[0].code == "inverter_control"


def test_mains_are_not_taken_for_an_inverter():
    found = diagnose(HEALTHY.currents, FS, PLATE).fault("inverter_supply")
    assert found.sentence == "The motor seems to be fed by the mains."


@pytest.mark.parametrize("hz", [49.90, 50.10])
def test_a_grid_off_its_nominal_frequency_is_measured_and_not_corrected_away(hz):
    found = diagnose(run_of(supply=Supply(line_hz=hz)).currents, FS, PLATE)
    assert found.line_hz is not None
    assert found.line_hz.value == pytest.approx(hz, abs=1e-3)
    assert set(verdicts(found).values()) == {"not_supported"}


def test_a_load_step_leaves_the_longest_steady_stretch():
    step = Mechanics(step_share=-0.3, step_at_s=6.0)
    found = diagnose(run_of(mechanics=step, broken_bars=1.0).currents, FS, PLATE)
    assert codes(found) == ["unsteady_load"]
    begin_s, end_s = found.quality.stretch_s
    assert (begin_s, end_s) == pytest.approx((0.0, 6.0), abs=0.6)
    assert found.fault("broken_bar").verdict == Verdict.SUPPORTED


def test_an_unbalance_that_switches_is_dated_in_the_time_of_the_file():
    """1.2 % of voltage unbalance from 5 to 8 s, behind a hole that ends at 0.28 s."""
    plain = run_of(supply=Supply(v2_over_v1=0.001)).currents
    unbalanced = run_of(supply=Supply(v2_over_v1=0.012)).currents
    t = np.arange(plain.shape[1]) / FS
    found = diagnose(with_hole(np.where((t >= 5) & (t < 8), unbalanced, plain), 1000, 1400), FS, PLATE)
    unbalance = found.fault("unbalance")
    assert unbalance.verdict == Verdict.SUPPORTED
    assert "switched within the recording (at 5.0 to 8.0 s)" in unbalance.sentence
    assert found.fault("stator_short").verdict == Verdict.CANNOT_DECIDE
    assert found.fault("eccentricity").reasons[0].code == "short_or_eccentricity"
    assert found.quality.stretch_s == pytest.approx((0.38, 4.9), abs=0.1)


def test_unequal_channels_make_the_short_undecidable():
    """A gain error of 10 % in S makes 3.3 % of zero and of negative sequence."""
    gain = Sensor(noise_dbc=-70, gain=(1.0, 1.1, 1.0))
    found = diagnose(run_of(sensor=gain, supply=Supply(v2_over_v1=0.0)).currents, FS, PLATE)
    short = found.fault("stator_short")
    assert short.verdict == Verdict.CANNOT_DECIDE
    assert "unequal_channels" in codes(found)


def test_n_equal_k_equal_one_with_a_large_negative_sequence_is_undecided():
    """4 % of voltage unbalance gives more than 15 % of negative sequence."""
    unbalanced = run_of(supply=Supply(v2_over_v1=0.04), static_gap=0.1, dynamic_gap=0.1)
    found = diagnose(unbalanced.currents, FS, PLATE)
    assert found.fault("eccentricity").reasons[0].code == "short_or_eccentricity"
    eccentric = diagnose(run_of(static_gap=0.3, dynamic_gap=0.3).currents, FS, PLATE)
    assert eccentric.fault("eccentricity").verdict == Verdict.SUPPORTED


# --- parameters ------------------------------------------------------------------------------------------------------


def test_a_chart_of_the_users_own_grades():
    severity = diagnose(BAR.currents, FS, PLATE, charts=(OWN_CHART,)).fault("broken_bar").severity
    assert severity is not None and (severity.chart, severity.chart_band.split(" (")[0]) == ("plant", "open it")


def test_a_declared_load_narrows_the_count():
    free, told = (diagnose(BAR.currents, FS, PLATE, load_share=load).fault("broken_bar").severity
                  for load in (None, 0.75))  # fmt: skip
    assert free is not None and told is not None
    assert told.interval.low <= 1.0 <= told.interval.high
    assert told.normalised_by == "sideband sum over rotor current at 62 to 88 % load, 28 bars"


def test_a_declared_load_that_contradicts_the_lines_leaves_the_slip_unknown():
    found = diagnose(BAR.currents, FS, PLATE, load_share=0.1)
    assert found.slip.interval is None
    assert found.fault("broken_bar").verdict == Verdict.CANNOT_DECIDE


def test_time_stamps_of_a_software_timer_refuse_the_recording():
    """Departures of up to 80 us from a grid of 200 us, written to the microsecond."""
    rng = np.random.default_rng(0)
    stamps_s = np.floor((np.arange(50_000) / FS + rng.uniform(0, 1.6e-4, 50_000)) * 1e6) / 1e6
    found = diagnose(BAR.currents, FS, PLATE, stamps_s=stamps_s)
    assert not found.quality.is_clock_reliable
    assert {v for name, v in verdicts(found).items() if name in FAULTS} == {"cannot_decide"}
    assert found.sentence.startswith("No diagnosis can be made: the clock is unreliable: the time stamps depart")


def test_even_time_stamps_change_nothing():
    stamps_s = np.arange(50_000) / FS
    assert verdicts(diagnose(BAR.currents, FS, PLATE, stamps_s=stamps_s)) == verdicts(diagnose(BAR.currents, FS, PLATE))


def test_without_a_nameplate_no_bearing_is_judged_and_the_bar_is_no_number():
    found = diagnose(BAR.currents, FS, BARE)
    assert found.fault("bearing_outer").reasons[0].code == "bearing_unknown"
    assert found.fault("broken_bar").verdict == Verdict.SUPPORTED
    assert "the load is too uncertain for a number" in found.fault("broken_bar").sentence


def test_a_verdict_that_does_not_exist_is_refused_in_words():
    found = diagnose(NOISE, FS, PLATE)
    with pytest.raises(KeyError, match="there is no verdict 'bars'; there are broken_bar, eccentricity, stator_short"):
        found.fault("bars")
