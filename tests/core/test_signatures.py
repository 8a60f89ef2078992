"""Where every fault shows, by hand at a slip of 2 %, and which of them cannot be told apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed import FS, currents_of

from diagmod.core.bearings import find_bearing
from diagmod.core.prepared import prepare
from diagmod.core.signatures import (
    FaultLine,
    bar_lines,
    bearing_lines,
    bin_floor,
    collisions,
    eccentricity_lines,
    line_level,
    measure_line,
    short_lines,
    slot_lines,
)
from diagmod.core.verdicts import Interval
from diagmod.core.wideband import wideband_spectrum
from diagmod.sim.signal import Line

#: Slip of the hand-made figures: four poles at 50 Hz turn at 24.5 Hz.
SLIP = 0.02


def hz_of(lines: list[FaultLine]) -> dict[str, float]:
    """Frequencies at 2 % of slip by name."""
    return {line.name: round(line.hz(SLIP), 6) for line in lines}


def test_sidebands_of_three_percent_slip_are_at_47_and_53_hz():
    by_name = {line.name: line.hz(0.03) for line in bar_lines(50.0)}
    assert (by_name["f(1-2s)"], by_name["f(1+2s)"]) == pytest.approx((47, 53))


def test_bar_lines_of_two_percent_slip():
    """f(1 -+ 2ks), and of order 5: 50 (5 x 0.98 -+ 0.02)."""
    found = hz_of(bar_lines(50.0, orders=(5,)))
    assert found == {
        "f(1-2s)": 48.0, "f(1+2s)": 52.0, "f(1-4s)": 46.0, "f(1+4s)": 54.0, "f(1-6s)": 44.0, "f(1+6s)": 56.0,
        "f[5(1-s)-s]": 244.0, "f[5(1-s)+s]": 246.0,
    }  # fmt: skip


def test_lines_of_an_eccentric_rotor_stand_one_and_two_shaft_frequencies_beside_the_supply():
    assert hz_of(eccentricity_lines(50.0, 2)) == {"f-fr": 25.5, "f+fr": 74.5, "f-2fr": 1.0, "f+2fr": 99.0}


def test_slot_harmonics_of_28_bars():
    """28 x 24.5 = 686 Hz, and odd multiples of the supply beside it."""
    assert hz_of(slot_lines(50.0, 2, 28)) == {
        "f[(N)(1-s)/p-1]": 636.0, "f[(N)(1-s)/p+1]": 736.0, "f[(N)(1-s)/p-3]": 536.0, "f[(N)(1-s)/p+3]": 836.0,
        "f[(N)(1-s)/p-5]": 436.0, "f[(N)(1-s)/p+5]": 936.0,
    }  # fmt: skip


def test_slot_harmonics_of_dynamic_eccentricity_stand_one_shaft_frequency_beside_the_principal_ones():
    lines = slot_lines(50.0, 2, 28, nd=(-1, 1))
    assert {line.fault for line in lines} == {"eccentricity"}
    found = hz_of(lines)
    assert (found["f[(N-1)(1-s)/p+1]"], found["f[(N+1)(1-s)/p+1]"]) == (736 - 24.5, 736 + 24.5)


def test_lines_of_a_short_of_a_two_pole_motor():
    """n = 1 only: 49 Hz + k 50 for k = -3, 1, 3; k = -1 would be the slip frequency and is left out."""
    assert hz_of(short_lines(50.0, 1)) == {"f[1(1-s)/p-3]": 101.0, "f[1(1-s)/p+1]": 99.0, "f[1(1-s)/p+3]": 199.0}


def test_bearing_lines_stand_the_tone_and_its_double_beside_the_supply():
    """6206: 9 balls of 9.525 mm on 46 mm: BPFO 4.5 (1 - 0.20707) = 3.5682 turns, 87.42 Hz; f - 2 BPFO folds."""
    bearing = find_bearing("6206")
    assert bearing is not None
    found = hz_of(bearing_lines(50.0, 2, bearing.tones()))
    bpfo_hz = 4.5 * (1 - 9.525 / 46) * 24.5
    assert found["f+BPFO"] == pytest.approx(50 + bpfo_hz, abs=1e-5)
    assert found["f-BPFO"] == pytest.approx(bpfo_hz - 50, abs=1e-5)
    assert found["f-2BPFO"] == pytest.approx(2 * bpfo_hz - 50, abs=1e-5)
    assert len(found) == 16


@settings(deadline=None, derandomize=True)
@given(st.floats(0.0, 0.15), st.sampled_from([50.0, 60.0]), st.integers(1, 4), st.integers(20, 60))
def test_every_line_is_linear_in_the_slip_and_never_negative(slip, f, p, bars):
    bearing = find_bearing("6205")
    assert bearing is not None
    lines = [*bar_lines(f), *eccentricity_lines(f, p), *short_lines(f, p), *slot_lines(f, p, bars)]
    for line in [*lines, *bearing_lines(f, p, bearing.tones())]:
        assert line.hz(slip) == abs(line.at_zero_slip + line.per_slip * slip) >= 0


def test_the_first_line_of_a_short_is_that_of_an_eccentric_rotor_at_every_slip():
    short = {line.name: line for line in short_lines(50.0, 2)}["f[1(1-s)/p+1]"]
    shaft = {line.name: line for line in eccentricity_lines(50.0, 2)}["f+fr"]
    assert [short.hz(s) for s in (0.0, 0.01, 0.05)] == [shaft.hz(s) for s in (0.0, 0.01, 0.05)]


def test_collisions_of_a_28_bar_motor_at_two_percent_slip_are_these_four():
    """Shaft lines 25.5, 74.5, 99 are a short's n = 1, 1, 2; 50 (13 x 0.98 - 0.02) = 636 = 686 - 50 is bar and slot.

    At a resolution of 0.5 Hz; f - 2 fr = 1 Hz has no partner, since the short's is left out next to DC.
    """
    lines = [*bar_lines(50.0), *eccentricity_lines(50.0, 2), *short_lines(50.0, 2), *slot_lines(50.0, 2, 28)]
    found = {tuple(sorted((a.name, b.name))) for a, b in collisions(lines, SLIP, 0.5)}
    assert found == {
        tuple(sorted(names))
        for names in (
            ("f-fr", "f[1(1-s)/p-1]"),
            ("f+fr", "f[1(1-s)/p+1]"),
            ("f+2fr", "f[2(1-s)/p+1]"),
            ("f[13(1-s)-s]", "f[(N)(1-s)/p-1]"),
        )
    }


def test_lines_collide_below_the_resolution_and_not_from_it_on():
    near, far = FaultLine("a", "a", 50.0, 0.0), FaultLine("b", "b", 50.4, 0.0)
    assert collisions([near, far], 0.0, 0.5) == [(near, far)]
    assert collisions([near, far], 0.0, 0.3) == []


def test_lines_of_one_fault_do_not_collide_with_each_other():
    assert collisions([FaultLine("a", "1", 50.0, 0.0), FaultLine("a", "2", 50.0, 0.0)], 0.0, 1.0) == []


@pytest.mark.parametrize("seconds", [4.0, 10.0, 23.7])
@settings(deadline=None, derandomize=True, max_examples=6)
@given(st.floats(150.0, 2000.0))
def test_a_wideband_line_of_minus_60_dbc_reads_so_at_any_length(seconds, hz):
    hz = hz if abs(hz / 50 - round(hz / 50)) > 0.1 else hz + 10
    prepared = prepare(currents_of([Line(hz, -60)], seconds=seconds), FS)
    read = measure_line(prepared.spectrum, FaultLine("x", "x", hz, 0.0), Interval(0.02, 0.02, 0.02), 10.0, 50.0)
    assert read is not None
    assert read.level == pytest.approx(-60, abs=0.3)
    assert read.hz == pytest.approx(hz, abs=prepared.spectrum.bin_hz)
    assert (read.is_present, read.is_resolved, read.note) == (True, True, "")


def test_a_line_is_searched_as_far_as_the_slip_is_uncertain():
    """700 Hz per unit of slip: +-0.001 of slip is +-0.7 Hz."""
    spectrum = prepare(currents_of([Line(686.5, -60)]), FS).spectrum
    line = FaultLine("slot", "x", 700.0, -700.0)
    narrow = measure_line(spectrum, line, Interval(SLIP, SLIP, SLIP), 10.0, 50.0)
    wide = measure_line(spectrum, line, Interval(SLIP, SLIP - 0.001, SLIP + 0.001), 10.0, 50.0)
    assert narrow is not None and not narrow.is_present
    assert wide is not None and wide.is_present


def test_a_line_on_a_harmonic_of_the_supply_is_not_resolved():
    spectrum = prepare(currents_of(harmonics_pct={5: 2.0}), FS).spectrum
    read = measure_line(spectrum, FaultLine("x", "x", 250.05, 0.0), Interval(0.02, 0.02, 0.02), 10.0, 50.0)
    assert read is not None
    assert (read.is_resolved, read.is_present) == (False, False)
    assert read.note == "cannot be told from harmonic 5 of the supply"


@pytest.mark.parametrize("hz", [0.1, 2499.0, 3000.0])
def test_a_line_next_to_dc_or_beyond_the_nyquist_frequency_is_not_read(hz):
    spectrum = prepare(currents_of(), FS).spectrum
    assert measure_line(spectrum, FaultLine("x", "x", hz, 0.0), Interval(0.0, 0.0, 0.0), 10.0, 50.0) is None


def test_the_floor_of_white_noise_is_its_rms_per_bin_and_never_below():
    """Complex noise of variance 1 in n samples: 1.5 / n in a Hann bin of either side, 3 / n in both.

    The higher of two stretches counts and two sides are added, so it reads 0 to 2 dB high.
    """
    rng = np.random.default_rng(0)
    n = 50_000
    spectrum = wideband_spectrum((rng.normal(size=n) + 1j * rng.normal(size=n)) / np.sqrt(2), FS)
    floors = [bin_floor(spectrum, at) for at in range(500, 20_000, 500)]
    assert 0.0 < 20 * np.log10(np.mean(floors) / np.sqrt(3 / n)) < 2.0


def test_a_line_does_not_raise_its_own_floor():
    quiet = prepare(currents_of(), FS).spectrum
    loud = prepare(currents_of([Line(333.03, -40)]), FS).spectrum
    assert bin_floor(loud, 3330) == pytest.approx(bin_floor(quiet, 3330), rel=0.3)
    assert line_level(loud, 3330) == pytest.approx(0.1, rel=0.01)
