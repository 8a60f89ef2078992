"""The fleets keep what they promise: size, truth, and the same bytes for the same seed."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from line_fit import levels_dbc
from ruamel.yaml import YAML

from diagmod.sim.faults import FAULTS
from diagmod.sim.fleet import CONDITIONS, DAMAGES, most_developed, plan_fleet
from diagmod.sim.fleet_recordings import currents_of, experiment_of, simulate_recording, supply_of_the_hour
from diagmod.sim.fleet_sizes import STUDY
from diagmod.sim.instruments import FLAWS

ROOT = Path(__file__).parents[2]
SMALL = {"seed": 1, "n_motors": 6, "recordings_per_motor": 4, "days": 60, "start": "2026-01-05"}
SMALL |= {"fs_hz": 2000.0, "duration_s": 0.5}


@pytest.fixture(scope="module")
def fleet():
    """The fleet of params.yaml."""
    section = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))["simulate"]
    return plan_fleet(**{name: section[name] for name in SMALL}, fleet="demo")


@pytest.fixture(scope="module")
def small():
    return plan_fleet(**SMALL)


@pytest.fixture(scope="module")
def study():
    return plan_fleet(**SMALL, fleet="study")


def listed(plan):
    """Recordings without the extra files that damage adds."""
    return [r for r in plan.recordings if not DAMAGES.get(r.damage, False)]


def of_motor(plan, motor_index):
    """Listed recordings of one motor, in time."""
    return [r for r in listed(plan) if r.motor_index == motor_index]


def test_default_fleet_is_twelve_motors_and_two_hundred_recordings_over_half_a_year(fleet):
    assert len(fleet.motors) >= 12
    assert len(listed(fleet)) >= 200
    assert fleet.size.duration_s >= 5.0
    assert fleet.size.fs_hz >= 5000.0
    starts = [r.started_at for r in fleet.recordings]
    assert max(starts) - min(starts) > timedelta(days=180)


def test_no_two_motors_share_machine_nameplate_grid_recorder_or_load(fleet, study):
    for plan in (fleet, study):
        for a, b in combinations(plan.motors, 2):
            assert a.specimen.machine != b.specimen.machine
            assert a.motor.motor_id != b.motor.motor_id and a.motor.name != b.motor.name
            assert a.specimen.imperfections != b.specimen.imperfections
            assert a.supply != b.supply and a.sensor != b.sensor
            assert not np.array_equal(a.load_pct, b.load_pct)


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
    found = motor.severity_at(np.array([0, onset - 1, onset, last]))
    np.testing.assert_allclose(found, [0, 0, 1 / (last + 1 - onset), 1])


def test_a_recording_is_labelled_from_the_first_severity_on(fleet):
    for r in fleet.recordings:
        assert r.condition == ("healthy" if r.severity == 0 else fleet.motors[r.motor_index].condition)


def test_each_kind_of_damage_and_flaw_is_done_once_and_to_different_recordings(fleet):
    damaged = [r for r in fleet.recordings if r.damage]
    assert Counter(r.damage for r in damaged) == dict.fromkeys([*DAMAGES, *FLAWS], 1)
    assert len({(r.motor_index, r.index) for r in damaged}) == len(DAMAGES) + len(FLAWS)
    assert len(fleet.recordings) - len(listed(fleet)) == sum(DAMAGES.values())


def test_both_file_dialects_occur(fleet):
    assert {r.dialect for r in fleet.recordings} == {"plain", "quoted-line"}


def test_study_fleet_has_a_hundred_motors_and_fifteen_with_every_fault_whatever_the_parameters(study):
    motors = Counter(motor.condition for motor in study.motors)
    assert len(study.motors) >= 100
    assert all(motors[fault] >= 15 for fault in FAULTS)
    assert motors["healthy"] >= 30
    for fault in FAULTS:
        reached = [r.motor_index for r in listed(study) if r.condition == fault and r.severity > 0.9]
        assert len(set(reached)) >= 15


def test_study_recordings_spread_over_loads_and_severities(study):
    """Each sixth of 30..100 % once a motor; every quarter of the development for every fault."""
    sixths = np.linspace(30, 100, STUDY.recordings_per_motor + 1)
    for k in range(len(study.motors)):
        assert np.histogram([r.load_pct for r in of_motor(study, k)], sixths)[0].tolist() == [1] * 6
    for fault in FAULTS:
        severity = [r.severity for r in study.recordings if r.condition == fault]
        assert (np.histogram(severity, [0, 0.25, 0.5, 0.75, 1.0])[0] >= 4).all()
        loads = [r.load_pct for r in study.recordings if r.condition == fault and r.severity > 0.5]
        assert min(loads) < 45 and max(loads) > 85


def test_study_fleet_is_below_a_gigabyte_of_text(study):
    """About 25 bytes a line of three currents with four decimals."""
    n_lines = len(study.recordings) * study.size.duration_s * study.size.fs_hz
    assert study.size.duration_s == 10.0
    assert n_lines * 25 < 1e9


def test_trend_and_manifest_state_the_same_load(study, fleet):
    for plan in (study, fleet):
        for r in plan.recordings:
            assert r.load_pct == pytest.approx(plan.motors[r.motor_index].load_pct[r.hour], abs=0.051)


def test_no_name_of_a_motor_is_the_unknown_one(study):
    ids = [m.motor.motor_id for m in study.motors]
    assert (ids[0], ids[-1], len(set(ids))) == ("M001", "M108", 108)


def test_same_seed_gives_the_same_fleet_and_another_seed_another(small):
    again, other = plan_fleet(**SMALL), plan_fleet(**(SMALL | {"seed": 2}))
    assert small.recordings == again.recordings
    assert [m.specimen for m in small.motors] == [m.specimen for m in again.motors]
    assert small.recordings != other.recordings
    np.testing.assert_array_equal(small.motors[3].load_pct, again.motors[3].load_pct)


def test_any_recording_can_be_made_alone_with_the_same_samples(small):
    """Made in order, in reverse order, and from a plan made anew."""
    some = small.recordings[::5]
    forward = [currents_of(small, r) for r in some]
    anew = plan_fleet(**SMALL)
    backward = [currents_of(anew, r) for r in reversed(some)][::-1]
    np.testing.assert_array_equal(forward, backward)
    assert not np.array_equal(forward[0], forward[1])


def test_two_recordings_of_a_motor_differ_in_more_than_their_load(small):
    first = small.recordings[0]
    one, two = (experiment_of(small, replace(first, index=index)) for index in (0, 1))
    assert one.machine == two.machine and one.sensor == two.sensor
    assert one.supply.line_hz != two.supply.line_hz and one.supply.v2_over_v1 != two.supply.v2_over_v1
    assert one.seed != two.seed


def test_the_grid_of_an_hour_stays_near_that_of_its_motor(fleet):
    for motor in fleet.motors:
        rated_hz = motor.motor.line_hz
        hours = [supply_of_the_hour(motor.supply, rated_hz, np.random.default_rng(k)) for k in range(40)]
        assert np.std([s.line_hz for s in hours]) == pytest.approx(0.02, rel=0.5)
        assert max(abs(s.line_hz - rated_hz) for s in hours) < 0.1
        assert max(abs(s.v2_over_v1 - motor.supply.v2_over_v1) for s in hours) < 3e-3


def test_duplicate_holds_the_samples_of_its_original(small):
    copy = next(r for r in small.recordings if r.damage == "duplicate")
    original = next(r for r in listed(small) if (r.motor_index, r.index) == (copy.motor_index, copy.index))
    assert copy.file != original.file
    np.testing.assert_array_equal(currents_of(small, copy), currents_of(small, original))


def test_truth_of_a_recording_is_that_of_its_experiment(fleet):
    """Load as planned; supply and slip as drawn; nearly the slip of the equivalent circuit at that load."""
    for r in fleet.recordings[:: len(fleet.recordings) // 8]:
        experiment, truth = experiment_of(fleet, r), simulate_recording(fleet, r).truth
        machine = experiment.machine
        assert truth.load_share == pytest.approx(r.load_pct / 100, abs=3e-3)
        assert truth.line_hz == pytest.approx(experiment.supply.line_hz, abs=0.05)
        assert truth.rotor_hz == pytest.approx(truth.line_hz * (1 - truth.slip) / machine.pole_pairs, rel=1e-5)
        if r.condition != "broken_bar":
            torque_nm, share = truth.load_share * machine.rated_torque_nm, experiment.supply.voltage_share
            assert truth.slip == pytest.approx(machine.slip_at_torque(torque_nm, truth.line_hz, share), rel=0.03)


def test_a_flaw_is_in_the_acquisition_and_not_in_the_machine(fleet):
    for flaw in FLAWS:
        r = next(r for r in fleet.recordings if r.damage == flaw)
        flawed, plain = experiment_of(fleet, r), experiment_of(fleet, replace(r, damage=""))
        assert flawed.sensor != plain.sensor
        assert replace(flawed, sensor=plain.sensor) == plain


def test_most_developed_broken_bar_shows_its_sidebands_where_the_truth_puts_them(fleet):
    r = most_developed(fleet, "broken_bar")
    assert (r.condition, r.damage) == ("broken_bar", "") and r.severity > 0.95
    run = simulate_recording(fleet, r)
    f, s = run.truth.line_hz, run.truth.slip
    near = levels_dbc(run.currents, run.fs, f, f * (1 - 2 * s), f * (1 + 2 * s), f * (1 + 3.3 * s))
    assert near[:2].max() > -40
    assert near[2] < -55


def test_a_fleet_without_a_condition_shows_what_it_has():
    alone = plan_fleet(**(SMALL | {"n_motors": 1}))
    assert most_developed(alone, "broken_bar").condition == "healthy"


def test_duty_stays_between_20_and_105_percent_and_load_below_110(fleet):
    duties = np.concatenate([motor.duty_pct for motor in fleet.motors])
    loads = np.concatenate([motor.planned_load_pct for motor in fleet.motors])
    assert (duties.min(), duties.max()) == (20, 105)
    assert loads.min() > 18 and loads.max() <= 110


def test_start_with_an_offset_is_converted_to_utc_and_one_without_is_utc(small):
    one = {"n_motors": 1}
    assert plan_fleet(**(SMALL | one | {"start": "2026-01-05T02:00+02:00"})).start == datetime(2026, 1, 5, tzinfo=UTC)
    assert small.start == datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"fleet": "plant"}, "fleet must be demo or study, got 'plant'"),
        ({"n_motors": 0}, "n_motors must be at least 1, got 0"),
        ({"recordings_per_motor": -1}, "recordings_per_motor must be at least 1, got -1"),
        ({"days": 0}, "days must be at least 1, got 0"),
        ({"fs_hz": 1000.0}, "need fs_hz >= 2000 Hz and a positive duration_s, got 1000 Hz and 0.5 s"),
        ({"fs_hz": float("nan")}, "got nan Hz and 0.5 s"),
        ({"duration_s": 0.0}, "got 2000 Hz and 0 s"),
        ({"recordings_per_motor": 9, "days": 1}, "9 recordings a motor do not fit into 1 days; take at most one a day"),
    ],
)
def test_fleet_that_cannot_be_made_is_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        plan_fleet(**(SMALL | changes))


def test_lowest_allowed_rate_holds_every_condition(small):
    for r in small.recordings:
        assert np.isfinite(currents_of(small, r)).all()
