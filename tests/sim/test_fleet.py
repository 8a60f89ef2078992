"""The demonstration fleet keeps what it promises: size, truth, and the same bytes for the same seed."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from diagmod.core.spectrum import fundamental_hz, hann_spectrum, line_phasor
from diagmod.core.symmetrical import symmetrical_components
from diagmod.sim.faults import FAULTS, ONSET_DBC, OperatingPoint
from diagmod.sim.fleet import CONDITIONS, DAMAGES, currents_of, plan_fleet, trend_of

ROOT = Path(__file__).parents[2]
SMALL = {"seed": 1, "n_motors": 6, "recordings_per_motor": 4, "days": 60, "start": "2026-01-05"}
SMALL |= {"fs_hz": 2000.0, "duration_s": 1.0}


@pytest.fixture(scope="module")
def fleet():
    """The fleet of params.yaml."""
    section = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))["simulate"]
    return plan_fleet(**{name: section[name] for name in SMALL})


def listed(plan):
    """Recordings without the extra files that damage adds."""
    return [r for r in plan.recordings if not DAMAGES.get(r.damage, False)]


def of_motor(plan, motor_index):
    """Listed recordings of one motor, in time."""
    return [r for r in listed(plan) if r.motor_index == motor_index]


def test_default_fleet_is_twelve_motors_and_two_hundred_recordings_over_half_a_year(fleet):
    assert len(fleet.motors) >= 12
    assert len(listed(fleet)) >= 200
    assert fleet.duration_s >= 5.0
    assert fleet.fs_hz >= 5000.0
    starts = [r.started_at for r in fleet.recordings]
    assert max(starts) - min(starts) > timedelta(days=180)


def test_every_recording_has_a_file_and_a_start_of_its_own(fleet):
    assert len({r.file for r in fleet.recordings}) == len(fleet.recordings)
    for k in range(len(fleet.motors)):
        assert all(a.started_at < b.started_at for a, b in pairwise(of_motor(fleet, k)))
    assert all(r.started_at.tzinfo == UTC for r in fleet.recordings)


def test_healthy_and_four_faults_are_present_with_healthy_motors_in_a_third(fleet):
    motors = Counter(motor.condition for motor in fleet.motors)
    assert set(motors) == {"healthy", *FAULTS} == set(CONDITIONS)
    assert motors["healthy"] * 3 == len(fleet.motors)
    assert set(Counter(r.condition for r in fleet.recordings)) == {"healthy", *FAULTS}


def test_severity_of_a_faulty_motor_is_zero_then_grows_to_nearly_one(fleet):
    for k, motor in enumerate(fleet.motors):
        severity = [r.severity for r in of_motor(fleet, k)]
        assert severity[0] == 0
        if motor.condition == "healthy":
            assert set(severity) == {0}
        else:
            developing = [s for s in severity if s > 0]
            assert severity == sorted(severity)
            assert len(set(developing)) == len(developing) >= 5
            assert 0.95 < severity[-1] <= 1


def test_severity_counts_hours_from_onset_to_the_last_hour(fleet):
    motor = next(m for m in fleet.motors if m.condition != "healthy")
    last, onset = len(motor.load_pct) - 1, motor.onset_h
    assert [motor.severity_at(h) for h in (0, onset - 1, last)] == [0, 0, 1]
    assert motor.severity_at(onset) == pytest.approx(1 / (last + 1 - onset))


def test_label_and_level_follow_the_severity(fleet):
    for r in fleet.recordings:
        if r.severity == 0:
            assert (r.condition, r.level_dbc) == ("healthy", None)
        else:
            full = FAULTS[r.condition][1]
            assert r.level_dbc == pytest.approx(ONSET_DBC + r.severity * (full - ONSET_DBC), abs=0.02)


def test_each_kind_of_damage_is_done_once_and_to_different_recordings(fleet):
    damaged = [r for r in fleet.recordings if r.damage]
    assert Counter(r.damage for r in damaged) == dict.fromkeys(DAMAGES, 1)
    assert len({(r.motor_index, r.index) for r in damaged}) == len(DAMAGES)
    planned = sum(not is_extra for is_extra in DAMAGES.values())
    assert len([r for r in listed(fleet) if r.damage]) == planned


def test_both_file_dialects_occur(fleet):
    assert {r.dialect for r in fleet.recordings} == {"plain", "quoted-line"}


def test_same_seed_gives_the_same_fleet_and_another_seed_another():
    first, again, other = plan_fleet(**SMALL), plan_fleet(**SMALL), plan_fleet(**(SMALL | {"seed": 2}))
    assert first.recordings == again.recordings
    assert first.recordings != other.recordings
    np.testing.assert_array_equal(first.motors[3].load_pct, again.motors[3].load_pct)


def test_any_recording_can_be_made_alone_with_the_same_samples():
    """Made in order, in reverse order, and from a plan made anew."""
    plan = plan_fleet(**SMALL)
    some = plan.recordings[::5]
    forward = [currents_of(plan, r) for r in some]
    backward = [currents_of(plan_fleet(**SMALL), r) for r in reversed(some)][::-1]
    np.testing.assert_array_equal(forward, backward)
    assert not np.array_equal(forward[0], forward[1])


def test_two_recordings_of_a_motor_differ_in_more_than_their_load():
    plan = plan_fleet(**SMALL)
    first = plan.recordings[0]
    second = replace(first, index=first.index + 1)
    assert not np.allclose(currents_of(plan, first), currents_of(plan, second), rtol=0.1)


def test_duplicate_holds_the_samples_of_its_original():
    plan = plan_fleet(**SMALL)
    copy = next(r for r in plan.recordings if r.damage == "duplicate")
    original = next(r for r in listed(plan) if (r.motor_index, r.index) == (copy.motor_index, copy.index))
    assert copy.file != original.file
    np.testing.assert_array_equal(currents_of(plan, copy), currents_of(plan, original))


def test_recording_has_its_stated_length_and_the_rms_of_its_load(fleet):
    """Harmonics, lines and unbalance add less than 2 % to one phase."""
    r = of_motor(fleet, 0)[0]
    currents = currents_of(fleet, r)
    assert currents.shape == (3, round(fleet.duration_s * fleet.fs_hz))
    rms = np.sqrt((currents**2).mean(axis=1))
    np.testing.assert_allclose(rms, fleet.motors[0].rms_a(r.load_pct), rtol=0.03)


def test_full_load_draws_the_rated_current_and_no_load_the_magnetising_share(fleet):
    motor = fleet.motors[0]
    assert motor.rms_a(100.0) == pytest.approx(motor.motor.rated_current_a)
    assert motor.rms_a(0.0) == pytest.approx(motor.magnetising_share * motor.motor.rated_current_a)


def measured(plan, r):
    """Spectrum of a recording and its operating point."""
    motor = plan.motors[r.motor_index].motor
    spectrum = hann_spectrum(currents_of(plan, r), plan.fs_hz)
    line_hz = float(fundamental_hz(spectrum, 45.0, 55.0))
    return spectrum, OperatingPoint(line_hz, motor.rated_slip * r.load_pct / 100, motor.pole_pairs, motor.rotor_bars)


@pytest.mark.parametrize("condition", ["broken_bar", "eccentricity", "bearing_outer"])
def test_last_recording_of_a_faulty_motor_carries_its_lines_at_the_stated_level(fleet, condition):
    """The pairs are measured where the formula puts them; the machine's own lines there are 20 dB lower: 1 dB."""
    for k in (k for k, motor in enumerate(fleet.motors) if motor.condition == condition):
        r = of_motor(fleet, k)[-1]
        spectrum, point = measured(fleet, r)
        offset_hz = {
            "broken_bar": 2 * point.slip * point.line_hz,
            "eccentricity": point.line_hz * (1 - point.slip) / point.pole_pairs,
            "bearing_outer": 3.6 * point.line_hz * (1 - point.slip) / point.pole_pairs,
        }[condition]
        carrier = np.abs(line_phasor(spectrum, point.line_hz))
        upper = np.abs(line_phasor(spectrum, point.line_hz + offset_hz))
        np.testing.assert_allclose(20 * np.log10(upper / carrier), r.level_dbc, atol=1.0)


def test_last_recording_of_a_shorted_winding_carries_its_negative_sequence(fleet):
    """The machine's own unbalance of at most 2.2 % adds to the stated 9 to 10 %."""
    for k in (k for k, motor in enumerate(fleet.motors) if motor.condition == "stator_short"):
        r = of_motor(fleet, k)[-1]
        spectrum, point = measured(fleet, r)
        _, positive, negative = symmetrical_components(line_phasor(spectrum, point.line_hz))
        own = fleet.motors[k].i2_over_i1
        stated = 10 ** (r.level_dbc / 20) * np.exp(1j * np.radians(70))
        assert negative / positive == pytest.approx(stated + own, abs=0.1 * abs(own) + 1e-3)


def test_recording_before_onset_has_no_more_than_the_healthy_machines_unbalance(fleet):
    k = next(k for k, motor in enumerate(fleet.motors) if motor.condition == "stator_short")
    spectrum, point = measured(fleet, of_motor(fleet, k)[0])
    _, positive, negative = symmetrical_components(line_phasor(spectrum, point.line_hz))
    assert np.abs(negative / positive) < 0.023


def test_trend_is_hourly_with_gaps_where_the_machine_stood(fleet):
    """An outage lasts 4 to 29 hours; 182 days have four of them, which may touch."""
    for k, motor in enumerate(fleet.motors):
        hours, rms = trend_of(fleet, k)
        steps = np.diff(hours)
        missing = len(motor.load_pct) - len(hours)
        assert rms.shape == (len(hours), 3)
        assert np.isfinite(rms).all()
        assert (steps >= 1).all()
        assert 1 <= (steps > 1).sum() <= 4
        assert 4 <= missing <= 4 * 29


def test_trend_of_a_healthy_machine_is_the_current_of_its_load(fleet):
    """Unbalance of at most 2 % and noise of 0.4 %."""
    k = next(k for k, motor in enumerate(fleet.motors) if motor.condition == "healthy")
    hours, rms = trend_of(fleet, k)
    ratio = rms / fleet.motors[k].rms_a(fleet.motors[k].load_pct[hours])[:, None]
    assert np.abs(ratio - 1).max() < 0.045
    np.testing.assert_allclose(ratio[:500].mean(axis=0), ratio[-500:].mean(axis=0), atol=2e-3)


def test_trend_of_a_shorted_winding_rises_most_in_its_phase(fleet):
    """6 % in R and 2 % in S and T at the end: the mean of the last 500 hours is over 0.8 of it."""
    k = next(k for k, motor in enumerate(fleet.motors) if motor.condition == "stator_short")
    hours, rms = trend_of(fleet, k)
    ratio = rms / fleet.motors[k].rms_a(fleet.motors[k].load_pct[hours])[:, None]
    rise = ratio[-500:].mean(axis=0) / ratio[:500].mean(axis=0) - 1
    assert 0.048 < rise[0] < 0.061
    assert (rise[1:] < 0.021).all()


def test_trend_is_the_same_for_the_same_seed(fleet):
    np.testing.assert_array_equal(trend_of(fleet, 2)[1], trend_of(fleet, 2)[1])


def test_load_stays_between_20_and_105_percent(fleet):
    loads = np.concatenate([motor.load_pct for motor in fleet.motors])
    assert loads.min() >= 20
    assert loads.max() <= 105


def test_start_with_an_offset_is_converted_to_utc_and_one_without_is_utc():
    assert plan_fleet(**(SMALL | {"start": "2026-01-05T02:00+02:00"})).start == datetime(2026, 1, 5, tzinfo=UTC)
    assert plan_fleet(**SMALL).start == datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"n_motors": 0}, "n_motors must be at least 1, got 0"),
        ({"recordings_per_motor": -1}, "recordings_per_motor must be at least 1, got -1"),
        ({"days": 0}, "days must be at least 1, got 0"),
        ({"fs_hz": 1000.0}, "need fs_hz >= 2000 Hz and a positive duration_s, got 1000 Hz and 1 s"),
        ({"fs_hz": float("nan")}, "got nan Hz and 1 s"),
        ({"duration_s": 0.0}, "got 2000 Hz and 0 s"),
        ({"recordings_per_motor": 9, "days": 1}, "9 recordings a motor do not fit into 1 days; take at most one a day"),
    ],
)
def test_fleet_that_cannot_be_made_is_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        plan_fleet(**(SMALL | changes))


def test_lowest_allowed_rate_holds_every_picture():
    """Every condition at 2 kHz: nothing aliases, or synthesise would refuse it."""
    plan = plan_fleet(**(SMALL | {"n_motors": 24}))
    pole_pairs = {plan.motors[r.motor_index].motor.pole_pairs for r in plan.recordings}
    assert pole_pairs == {1, 2, 3}
    for r in plan.recordings:
        assert np.isfinite(currents_of(plan, r)).all()
