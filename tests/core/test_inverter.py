"""An inverter is told by the lines of its switching; mains, however dirty, and coarse converters are none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sampled_recordings import CURRENT, GOOD, RATES_HZ, one_phase, recorded, simulated

from diagmod.core.inverter import (
    EQUAL_WITHIN_DB,
    LEAST_DBC,
    LOWEST_SWITCHING_HZ,
    MAINS_BAND_PCT,
    Supply,
    find_supply,
)
from diagmod.core.prepared import prepare
from diagmod.sim import supply as sim
from diagmod.sim.signal import Line

#: A 43 Hz inverter that does not switch visibly, and one that does.
QUIET_INVERTER = sim.Supply(line_hz=43.0)


def supply_of(currents: NDArray[np.floating], fs: float, rated_hz: float | None = None) -> Supply:
    prepared = prepare(currents, fs)
    assert prepared.carrier is not None
    return find_supply(prepared.spectrum, prepared.line_hz, prepared.carrier.amplitude, rated_hz)


def with_lines(*lines: Line, fs: float = 25_600.0, seconds: float = 3.0) -> Supply:
    """Supply of the usual current, 50.02 Hz, with these lines beside it."""
    current = replace(CURRENT, lines=[*CURRENT.lines, *lines])
    return supply_of(recorded(fs, seconds, GOOD, 0, current).currents, fs)


def pairs(fc: float, first_dbc: float = -45.0, second_dbc: float = -50.0, unequal_db: float = 0.0) -> list[Line]:
    """Lines of sine-triangle modulation of 50.02 Hz at fc -+ 2f and 2 fc -+ f."""
    f = CURRENT.line_hz
    return [
        Line(fc - 2 * f, first_dbc),
        Line(fc + 2 * f, first_dbc - unequal_db),
        Line(2 * fc - f, second_dbc),
        Line(2 * fc + f, second_dbc),
    ]


@pytest.mark.parametrize("switching_hz", [2000.0, 3000.0, 4000.0, 8000.0])
@pytest.mark.parametrize("line_hz", [30.0, 43.0, 50.0])
def test_the_switching_frequency_of_an_inverter_is_found(switching_hz, line_hz):
    x = simulated(25_600.0, 2.0, supply=sim.Supply(line_hz=line_hz, switching_hz=switching_hz)).currents
    for given in (x, one_phase(x)):
        found = supply_of(given, 25_600.0)
        assert found.is_inverter and found.switching_hz == pytest.approx(switching_hz, abs=1.0)


@pytest.mark.parametrize("fs", [5000.0, 10_000.0])
@pytest.mark.parametrize("switching_hz", [2000.0, 3000.0, 4000.0, 8000.0])
def test_an_inverter_is_told_at_an_alias_of_its_switching_too(fs, switching_hz):
    """5 kHz fold 8 kHz to 2 kHz and 4 kHz to 1 kHz."""
    x = simulated(fs, 3.0, supply=sim.Supply(line_hz=43.0, switching_hz=switching_hz)).currents
    found = supply_of(x, fs).switching_hz
    assert abs((found % fs) - switching_hz % fs) < 1 or abs(fs - found % fs - switching_hz % fs) < 1


@pytest.mark.parametrize("fc", [LOWEST_SWITCHING_HZ + 20, 2345.6, 6100.0])
def test_the_two_pairs_of_a_switching_frequency_are_found_among_other_lines(fc):
    assert with_lines(*pairs(fc)).switching_hz == pytest.approx(fc, abs=0.5)


def test_lines_of_different_height_are_no_pair():
    assert with_lines(*pairs(2345.6, unequal_db=EQUAL_WITHIN_DB - 1)).is_inverter
    assert not with_lines(*pairs(2345.6, unequal_db=EQUAL_WITHIN_DB + 1)).is_inverter


def test_a_pair_without_its_second_group_is_no_inverter():
    assert not with_lines(*pairs(2345.6)[:2]).is_inverter
    assert not with_lines(*pairs(2345.6)[:3]).is_inverter


def test_pairs_too_weak_to_matter_are_left_aside():
    assert with_lines(*pairs(2345.6, LEAST_DBC + 3, LEAST_DBC + 3)).is_inverter
    assert not with_lines(*pairs(2345.6, LEAST_DBC - 3, LEAST_DBC - 3)).is_inverter


def test_slot_harmonics_of_both_sides_are_no_inverter():
    """28 bars, slip 0.026, p = 2: 681.9 Hz -+ 50 Hz and its double, as unequal as windings make them."""
    slots = [Line(681.9 + k * 50.02, level) for k, level in ((-3, -62), (-1, -48), (1, -52), (3, -60))]
    twice = [Line(1363.8 + k * 50.02, level) for k, level in ((-3, -66), (-1, -58), (1, -63), (3, -65))]
    assert not with_lines(*slots, *twice).is_inverter


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("seed", range(3))
def test_a_usual_mains_is_no_inverter(fs, seed):
    for x in (recorded(fs, 3.0, seed=seed).currents, simulated(fs, 2.0, seed=seed).currents):
        found = supply_of(x, fs)
        assert not found.is_inverter and found.is_mains_frequency


@pytest.mark.parametrize("fs", [5000.0, 25_600.0])
@pytest.mark.parametrize("falls", [0.5, 1.0, 1.5])
@pytest.mark.parametrize("seed", range(3))
def test_a_mains_full_of_rectifiers_is_no_inverter(fs, falls, seed):
    """Orders 6k -+ 1 up to 59 that fall with a power of the order, each up to 4 dB off it: 19 and 23 stand at 21 -+ 2,
    41 and 43 at 42 -+ 1."""
    rng = np.random.default_rng(seed)
    harmonics = {h: 5 / h**falls * float(rng.uniform(0.6, 1.6)) for h in range(5, 60) if h % 6 in (1, 5)}
    found = supply_of(recorded(fs, 3.0, GOOD, seed, replace(CURRENT, harmonics_pct=harmonics)).currents, fs)
    assert not found.is_inverter


@pytest.mark.parametrize("fs", [5000.0, 25_600.0])
@pytest.mark.parametrize("bits", [6, 8])
@pytest.mark.parametrize("range_share", [1.2, 3.0])
def test_harmonics_of_a_coarse_converter_are_no_inverter(fs, bits, range_share):
    """Rounding makes every odd order, folded down from far beyond the Nyquist frequency too."""
    for seed in range(2):
        x = simulated(fs, 2.0, replace(GOOD, bits=bits, range_share=range_share), seed).currents
        assert not supply_of(x, fs).is_inverter


@pytest.mark.parametrize(
    ("line_hz", "rated_hz", "is_mains"),
    [
        (50.0, None, True),
        (50.0 * (1 + 0.9 * MAINS_BAND_PCT / 100), None, True),
        (50.0 * (1 + 1.1 * MAINS_BAND_PCT / 100), None, False),
        (59.5, None, True),
        (43.0, None, False),
        (43.0, 43.0, True),
        (43.0, 50.0, False),
        (87.0, 86.6, True),
    ],
)
def test_frequencies_of_mains_and_nameplate_are_usual(line_hz, rated_hz, is_mains):
    spectrum = prepare(recorded(1000.0, 2.0).currents, 1000.0).spectrum
    assert find_supply(spectrum, line_hz, 10.0, rated_hz).is_mains_frequency == is_mains


def test_an_inverter_that_does_not_switch_visibly_is_told_by_its_frequency_alone():
    found = supply_of(simulated(5000.0, 3.0, supply=QUIET_INVERTER).currents, 5000.0)
    assert not found.is_inverter and np.isnan(found.switching_hz) and not found.is_mains_frequency


@pytest.mark.parametrize("fs", [500.0, 1000.0, 2000.0])
def test_a_rate_that_holds_no_switching_finds_none(fs):
    assert np.isnan(supply_of(recorded(fs, 2.0).currents, fs).switching_hz)
