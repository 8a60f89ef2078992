"""The longest stretch of steady current is chosen and said; a steady recording is used whole."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sampled_recordings import GOOD, RATES_HZ, simulated

from diagmod.core.carrier import Carrier, track_carrier
from diagmod.core.prepared import prepare
from diagmod.core.stationarity import LEAST_S, STEADY_PCT, steadiest_stretch
from diagmod.sim.mechanics import Mechanics, Swing

FS = 5000.0

#: A block of the average that is looked at, s: how exactly the end of a stretch is known.
BLOCK_S = 0.1


def carrier_of(amplitude: NDArray[np.float64], fs: float = FS) -> Carrier:
    """Carrier of 50 Hz whose amplitude follows a profile, one value a sample."""
    t = np.arange(len(amplitude)) / fs
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1e-3, (2, len(t)))
    return track_carrier(amplitude * np.exp(2j * np.pi * 50 * t) + noise[0] + 1j * noise[1], fs, 50.0)


def seconds(n: float) -> NDArray[np.float64]:
    return np.arange(round(n * FS)) / FS


def levels(*parts: tuple[float, float]) -> NDArray[np.float64]:
    """Profile of (amplitude, seconds) one after the other."""
    return np.concatenate([np.full(round(length * FS), level) for level, length in parts])


def test_a_steady_current_is_judged_throughout():
    found = steadiest_stretch(carrier_of(levels((10.0, 10.0))))
    assert (found.begin_s, found.end_s, found.reason) == (0.0, pytest.approx(10.0, abs=0.01), "")
    assert found.range_pct < 0.1


@pytest.mark.parametrize("offset_hz", [1.0, 2.5, 12.0])
def test_a_modulation_is_no_unsteadiness(offset_hz):
    """10 % up and down at 1 Hz and faster average out within a second."""
    t = seconds(8.0)
    found = steadiest_stretch(carrier_of(10 * (1 + 0.1 * np.cos(2 * np.pi * offset_hz * t))))
    assert found.reason == "" and found.end_s == pytest.approx(8.0, abs=0.01)


@pytest.mark.parametrize("share", [0.07, 0.2, 0.5, -0.3])
@pytest.mark.parametrize("at_s", [3.0, 6.5])
def test_of_a_load_step_the_longer_state_is_picked_and_its_seconds_are_said(share, at_s):
    found = steadiest_stretch(carrier_of(levels((10.0, at_s), (10 * (1 + share), 10.0 - at_s))))
    first_is_longer = at_s > 5
    assert found.begin_s == pytest.approx(0.0 if first_is_longer else at_s, abs=2 * BLOCK_S)
    assert found.end_s == pytest.approx(at_s if first_is_longer else 10.0, abs=2 * BLOCK_S)
    middle = 10 * (1 + (0 if first_is_longer else share))
    assert found.range_pct == pytest.approx(100 * abs(10 * share) / middle, rel=0.1)
    assert found.reason == (
        f"the current moves by {found.range_pct:.0f} % within the recording; only its longest steady stretch, "
        f"{found.begin_s:.1f} to {found.end_s:.1f} s, is judged"
    )


def test_nothing_of_the_other_state_is_left_in_the_stretch():
    for share in (0.06, 0.1, 0.4):
        found = steadiest_stretch(carrier_of(levels((10.0, 6.0), (10 * (1 + share), 4.0))))
        assert found.end_s <= 6.0 + 0.02


def test_of_three_states_the_longest_is_picked():
    found = steadiest_stretch(carrier_of(levels((10.0, 3.0), (13.0, 5.0), (11.0, 3.0))))
    assert (found.begin_s, found.end_s) == pytest.approx((3.0, 8.0), abs=2 * BLOCK_S)


@pytest.mark.parametrize(("first", "second"), [(10.0, 13.0), (13.0, 10.0)])
def test_of_two_states_of_the_same_length_the_higher_current_is_picked(first, second):
    """Sidebands of a broken bar are the stronger, the larger the load."""
    found = steadiest_stretch(carrier_of(levels((first, 5.0), (second, 5.0))))
    assert (found.begin_s > 4) == (second > first)


@pytest.mark.parametrize(("drift_pct", "is_steady"), [(0.8 * STEADY_PCT, True), (1.4 * STEADY_PCT, False)])
def test_a_slow_drift_of_a_few_percent_is_steady(drift_pct, is_steady):
    found = steadiest_stretch(carrier_of(10 * (1 + drift_pct / 100 * seconds(11.0) / 11)))
    assert (found.reason == "") == is_steady
    if not is_steady:
        assert LEAST_S < found.end_s - found.begin_s < 10.5


def test_a_current_that_never_stands_still_says_so():
    """8 % a second: within 2 s it moves by 16 %."""
    found = steadiest_stretch(carrier_of(10 * np.exp(0.08 * seconds(10.0))))
    assert (found.begin_s, found.end_s) == (0.0, pytest.approx(10.0, abs=0.01))
    assert found.reason == (
        f"the current moves by {found.range_pct:.0f} % and is never steady for 2 s; record while the load is steady"
    )


@pytest.mark.parametrize("length_s", [0.3, 1.0, 1.9])
def test_a_short_recording_is_judged_whole(length_s):
    found = steadiest_stretch(carrier_of(levels((10.0, length_s / 2), (12.0, length_s / 2))))
    assert (found.begin_s, found.end_s, found.reason) == (0.0, pytest.approx(length_s, abs=0.02), "")
    assert found.range_pct > 10


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize(("at_s", "share"), [(2.0, 0.3), (4.0, -0.3), (4.5, 0.15)])
def test_a_load_step_of_a_motor_is_cut_off(fs, at_s, share):
    """30 and 15 % of rated torque on 60 %: 16 and 8 % of current."""
    mechanics = Mechanics(step_share=share, step_at_s=at_s)
    carrier = prepare(simulated(fs, 6.0, GOOD, load_share=0.6, mechanics=mechanics).currents, fs).carrier
    assert carrier is not None
    found = steadiest_stretch(carrier)
    expected = (0.0, at_s) if at_s > 3 else (at_s, 6.0)
    assert (found.begin_s, found.end_s) == pytest.approx(expected, abs=0.25)
    assert found.begin_s >= expected[0] - 0.05 and found.end_s <= expected[1] + 0.05


@pytest.mark.parametrize("fs", RATES_HZ)
def test_a_start_up_at_the_beginning_is_cut_off(fs):
    """A shaft of 15 times the rotor's inertia runs up within 1.2 s; from then on the current is steady."""
    mechanics = Mechanics(begins_at_rest=True, inertia_factor=15.0)
    carrier = prepare(simulated(fs, 6.0, GOOD, load_share=0.5, mechanics=mechanics).currents, fs).carrier
    assert carrier is not None
    found = steadiest_stretch(carrier)
    assert 0.8 < found.begin_s < 2.2 and found.end_s == pytest.approx(6.0, abs=0.01)
    inside = carrier.envelope[(carrier.time_s > found.begin_s) & (carrier.time_s < found.end_s)]
    assert np.ptp(inside) < 0.08 * np.median(inside)


@pytest.mark.parametrize("seed", range(3))
def test_a_strong_load_oscillation_is_judged_throughout(seed):
    swings = (Swing(share=0.2, hz=1.3 + seed), Swing(share=0.1, shaft_order=1.0))
    x = simulated(FS, 6.0, GOOD, seed, load_share=0.6, mechanics=Mechanics(swings=swings)).currents
    carrier = prepare(x, FS).carrier
    assert carrier is not None
    assert steadiest_stretch(carrier).reason == ""
