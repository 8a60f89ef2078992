"""Slip from each witness, from those that agree, and unknown with the reason where they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from observed import PLATE, observe, pair_lines, seen_with

from diagmod.core.motor import Motor
from diagmod.core.observation import Observation
from diagmod.core.slip import BARS, NAMEPLATE, SHAFT, SLOTS, Candidate, estimate_slip
from diagmod.core.verdicts import SlipEstimate
from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.mechanics import Mechanics, Swing
from diagmod.sim.population import sample_machine, sample_supply
from diagmod.sim.sensor import Sensor
from diagmod.sim.signal import Line

SLIP = 0.0234

#: The plate of these tests without its rated speed.
NO_SPEED = replace(PLATE, rated_rpm=None)


def slots(slip: float = SLIP, dbc: float = -55.0) -> list[Line]:
    """Three slot harmonics of 28 bars and 2 pole pairs."""
    return [Line(700 * (1 - slip) + v * 50, dbc) for v in (-1, 1, 3)]


def shaft(slip: float = SLIP, dbc: float = -50.0) -> list[Line]:
    """A pair one shaft frequency beside the supply."""
    return pair_lines(25 * (1 - slip), dbc, dbc, 10.0)


def bars(slip: float = SLIP, dbc: float = -40.0) -> list[Line]:
    """A pair at twice the slip."""
    return pair_lines(100 * slip, dbc, dbc - 5)


def estimates(seen: Observation) -> tuple[SlipEstimate, dict[str, SlipEstimate]]:
    """Combined estimate and that of every method."""
    combined, each = estimate_slip(seen)
    return combined, {one.method: one for one in each}


@pytest.mark.parametrize(
    ("lines", "method", "within"),
    [(slots(), SLOTS, 1.5e-4), (shaft(), SHAFT, 3e-4), (bars(), BARS, 1e-4)],
    ids=["slot harmonics", "shaft pair", "bar sidebands"],
)
def test_every_witness_alone_tells_the_slip_with_an_interval_that_holds_it(lines, method, within):
    _, each = estimates(seen_with(lines, load=0.75))
    found = each[method].interval
    assert found is not None
    assert found.value == pytest.approx(SLIP, abs=within)
    assert found.low <= SLIP <= found.high
    assert [name for name, one in each.items() if one.interval is not None] == [method, NAMEPLATE]


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (slots() + shaft(), "eccentricity pair and slot harmonics agree"),
        (slots() + bars(), "bar sidebands and slot harmonics agree"),
        (shaft() + bars(), "bar sidebands and eccentricity pair agree"),
        (slots() + shaft() + bars(), "bar sidebands, eccentricity pair and slot harmonics agree"),
    ],
)
def test_where_two_witnesses_agree_the_slip_is_known_even_without_a_rated_speed(lines, names):
    for motor in (PLATE, NO_SPEED):
        combined, _ = estimates(seen_with(lines, motor, load=0.75))
        assert combined.interval is not None
        assert combined.reason == names
        assert combined.interval.value == pytest.approx(SLIP, abs=1e-4)
        assert combined.interval.low <= SLIP <= combined.interval.high


def test_one_witness_is_believed_inside_what_nameplate_and_load_allow():
    combined, _ = estimates(seen_with(shaft(), load=0.75))
    assert combined.interval is not None
    assert combined.reason == (
        "eccentricity pair (lines at f -+ 24.42 Hz, -50 dBc), inside what nameplate and load allow"
    )


def test_one_witness_is_not_believed_without_a_rated_speed():
    combined, each = estimates(seen_with(shaft(), NO_SPEED))
    assert combined.interval is None
    assert combined.reason == "only one witness speaks (eccentricity pair) and no nameplate speed confirms it"
    assert each[NAMEPLATE].reason == "the nameplate states no rated speed"


def test_two_witnesses_that_disagree_leave_the_slip_unknown():
    combined, _ = estimates(seen_with(slots(SLIP) + shaft(SLIP + 0.003), load=0.75))
    assert combined.interval is None
    assert combined.reason == "slip 0.0234 by the slot harmonics, 0.0264 by the eccentricity pair; they disagree"


def test_two_pairs_of_witnesses_at_two_slips_leave_it_unknown():
    """Slot harmonics at both, the shaft at one, bar sidebands at the other."""
    other = SLIP + 0.006
    lines = slots(SLIP, -60) + shaft(SLIP, -55) + slots(other, -60) + bars(other, -50)
    combined, _ = estimates(seen_with(lines, load=0.85))
    assert combined.interval is None
    assert combined.reason.endswith("they disagree")
    assert "0.0234" in combined.reason and "0.0294" in combined.reason


@pytest.mark.parametrize("motor", [PLATE, NO_SPEED])
def test_lines_like_bar_sidebands_cannot_prove_their_own_slip(motor):
    combined, each = estimates(seen_with(bars(), motor, load=0.75))
    assert combined.interval is None
    assert combined.reason == (
        "only lines that may be bar sidebands or a pulsating load stand out; they cannot prove their own slip"
    )
    assert each[BARS].interval is not None


def test_bar_like_lines_elsewhere_do_not_move_the_slip_that_the_shaft_tells():
    """A pulsating load of 2.54 Hz looks like bars at a slip of 0.0254."""
    combined, _ = estimates(seen_with(shaft() + bars(SLIP + 0.002), load=0.75))
    assert combined.interval is not None
    assert combined.interval.low <= SLIP <= combined.interval.high


def test_lines_that_contradict_nameplate_and_load_are_not_believed():
    """At a quarter of the load the slip is at most 0.0105 x 1.3; the shaft pair says 0.014."""
    combined, _ = estimates(seen_with(shaft(0.0145), load=0.25))
    assert combined.interval is None
    assert combined.reason == "the lines found contradict nameplate and load"


def test_silence_is_said():
    combined, each = estimates(seen_with())
    assert combined.interval is None
    assert combined.reason == "no witness of the slip stands out"
    assert [each[name].reason for name in (SLOTS, SHAFT, BARS)] == [
        "no slot harmonic stands out, or the number of rotor bars is unknown",
        "no pair of lines at the shaft frequency stands out",
        "no sideband at twice the slip stands out",
    ]
    assert each[NAMEPLATE].reason == "rated slip 0.0300, load from the current"


@pytest.mark.parametrize(
    ("changed", "text"),
    [({"declared_load": 0.5}, "as declared"), ({"rms_share": float("nan")}, "unknown")],
)
def test_the_nameplate_says_where_its_load_comes_from(changed, text):
    seen = replace(seen_with(), **changed)
    assert estimates(seen)[1][NAMEPLATE].reason == f"rated slip 0.0300, load {text}"


def test_the_pair_of_a_two_pole_motor_is_not_taken_from_the_second_harmonic():
    """Its shaft lines stand near DC and near 100 Hz; harmonics of an offset there are not the shaft's."""
    two_pole = Motor(motor_id="M1", line_hz=50.0, pole_pairs=1, rotor_bars=28, rated_rpm=2910.0)
    silent, _ = estimates(seen_with([Line(100.0, -50)], two_pole, load=0.75, offset_a=(0.3, 0.1, -0.4)))
    assert silent.interval is None
    spoken, _ = estimates(seen_with(pair_lines(50 * (1 - SLIP), -50, -50, 10.0), two_pole, load=0.75))
    assert spoken.interval is not None
    assert spoken.interval.value == pytest.approx(SLIP, abs=2e-4)


def test_candidates_agree_where_their_intervals_touch():
    one = Candidate(SLOTS, 0.020, 0.001, 20.0, "")
    assert one.agrees_with(Candidate(SHAFT, 0.0225, 0.0016, 20.0, ""))
    assert not one.agrees_with(Candidate(SHAFT, 0.0225, 0.0014, 20.0, ""))
    assert (one.interval.low, one.interval.high) == pytest.approx((0.019, 0.021))
    assert Candidate(SLOTS, 0.0005, 0.001, 20.0, "").interval.low == 0.0


def test_slip_of_simulated_motors_is_right_or_unknown():
    """Twelve sampled motors with a broken bar, half of them: where it is known it errs by less than 3e-4."""
    n_known = 0
    for seed in range(12):
        rng = np.random.default_rng([seed, 77])
        specimen = sample_machine(rng)
        experiment = Experiment(
            machine=specimen.machine,
            load_share=float(rng.uniform(0.5, 1.0)),
            broken_bars=float(seed % 2),
            imperfections=specimen.imperfections,
            supply=sample_supply(rng, specimen.machine),
            sensor=Sensor(noise_dbc=-70),
            seed=seed,
        )
        run = simulate([experiment], 5000.0, 10.0)[0]
        combined, _ = estimate_slip(observe(run.currents, specimen.motor))
        if combined.interval is not None:
            n_known += 1
            assert abs(combined.interval.value - run.truth.slip) < 3e-4
        else:
            assert combined.reason
    assert n_known >= 9


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.4])
def test_a_pulsating_load_alone_does_not_make_a_slip(factor):
    """A perfect machine without slot harmonics and eccentricity: its only lines are those of the load."""
    machine = sample_machine(np.random.default_rng(1)).machine
    slip = machine.slip_at_torque(0.75 * machine.rated_torque_nm)
    swing = Mechanics(swings=(Swing(share=0.02, hz=factor * 2 * slip * machine.line_hz),))
    run = simulate([Experiment(machine=machine, mechanics=swing, sensor=Sensor(noise_dbc=-75))], 5000.0, 10.0)[0]
    combined, _ = estimate_slip(observe(run.currents, machine.nameplate("M1")))
    assert combined.interval is None
