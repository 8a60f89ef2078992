"""The audit of whole recordings: a good one has no reasons, every flaw is found, measured, and said in a sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sampled_recordings import (
    CURRENT,
    GOOD,
    RATES_HZ,
    codes,
    one_phase,
    recorded,
    simulated,
    spread,
    text_of,
)

from diagmod.core.acquisition import audit
from diagmod.core.gaps import repair
from diagmod.core.verdicts import Quality, QualityVerdict
from diagmod.sim.mechanics import Mechanics, Swing
from diagmod.sim.sensor import Sensor
from diagmod.sim.supply import Supply

FS = 5000.0

EXCHANGED = "phase order R-T-S: sequence reversed, S and T are exchanged for analysis"


def audited(sensor: Sensor = GOOD, fs: float = FS, seconds: float = 4.0, seed: int = 0, **known: Any) -> Quality:
    """Audit of the usual current through a recorder."""
    return audit(recorded(fs, seconds, sensor, seed).currents, fs, **known)


def share_at_the_ends(row: NDArray[np.floating]) -> float:
    """Percent of samples at the highest and the lowest value."""
    return 100 * float(np.mean((row == row.max()) | (row == row.min())))


# --- good recordings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("seconds", [1.0, 3.0, 10.0])
@pytest.mark.parametrize("seed", range(2))
def test_a_good_recording_has_no_reasons(fs, seconds, seed):
    quality = audited(fs=fs, seconds=seconds, seed=seed, rated_hz=50.0, rated_current_a=8.0)
    assert (quality.verdict, quality.reasons) == (QualityVerdict.GOOD, ())
    assert quality.is_clock_reliable
    assert quality.stretch_s == (0.0, pytest.approx(seconds))
    assert quality.advice == () or seconds < 5


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("seed", range(3))
def test_a_good_recording_of_a_simulated_motor_has_no_reasons(fs, seed):
    supply = Supply(line_hz=49.95 + 0.05 * seed, wander_hz=0.015, v2_over_v1=0.01, harmonics_pct={5: 2.0, 7: 1.0})
    x = simulated(fs, 3.0, replace(GOOD, bits=12 + 2 * seed), seed, load_share=0.3 + 0.3 * seed, supply=supply).currents
    assert codes(audit(x, fs, rated_hz=50.0, rated_current_a=5.0)) == []


@pytest.mark.parametrize(
    "sensor",
    [
        Sensor(),
        replace(GOOD, noise_dbc=-50.0),
        replace(GOOD, bits=12, noise_dbc=-50.0),
        replace(GOOD, bits=8, range_share=1.2),
        replace(GOOD, offset_share=(0.02, -0.03, 0.01)),
        replace(GOOD, gain=(1.0, 1.01, 0.99), skew_s=20e-6),
    ],
)
@pytest.mark.parametrize("fs", RATES_HZ)
def test_the_usual_faults_of_a_good_recorder_are_no_reason(sensor, fs):
    assert codes(audited(sensor, fs)) == []


def test_a_good_recording_at_60_hz_has_no_reasons():
    x = recorded(FS, 3.0, current=replace(CURRENT, line_hz=59.98)).currents
    assert codes(audit(x, FS, rated_hz=60.0)) == []


def test_a_wandering_grid_is_not_jitter():
    """Five times the usual wander over 40 s spreads the supply line over ten bins of the spectrum."""
    for fs, seconds in ((1000.0, 40.0), (5000.0, 10.0), (25_600.0, 4.0)):
        for seed in range(2):
            run = simulated(fs, seconds, seed=seed, supply=Supply(line_hz=49.97, wander_hz=0.06))
            assert codes(audit(run.currents, fs)) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_strong_load_oscillation_is_no_flaw_of_the_acquisition(seed):
    swings = (Swing(share=0.15, hz=1.3 + seed), Swing(share=0.1, shaft_order=1.0))
    for fs in RATES_HZ:
        x = simulated(fs, 3.0, seed=seed, mechanics=Mechanics(swings=swings)).currents
        assert audit(x, fs).is_clock_reliable
        assert audit(one_phase(x), fs).is_clock_reliable


# --- clock ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("share", [0.005, 0.3])
def test_sample_and_hold_is_refused(fs, share):
    for given in (lambda x: x, one_phase):
        quality = audit(given(recorded(fs, 4.0, replace(GOOD, held_share=share)).currents), fs)
        assert quality.verdict == QualityVerdict.UNUSABLE and not quality.is_clock_reliable
        assert quality.figures["repeat_pct"] == pytest.approx(100 * share, rel=0.4)
        text = text_of(quality, "samples_repeated")
        assert text.startswith("the clock is unreliable: ")
        assert "% of the samples repeat the one before while the current moves (sample-and-hold)" in text
        assert "Use a recorder that samples by hardware at a fixed rate." in quality.advice


def test_a_few_held_samples_are_watched():
    quality = audited(replace(GOOD, held_share=0.0008), 25_600.0)
    assert (quality.verdict, codes(quality)) == (QualityVerdict.LIMITED, ["few_repeats"])
    assert "% of the samples repeat the one before; watch the recorder" in text_of(quality, "few_repeats")


@pytest.mark.parametrize("fs", RATES_HZ)
def test_lost_samples_are_refused_and_counted(fs):
    x = recorded(fs, 6.0).currents
    quality = audit(np.delete(x, spread(7, x.shape[1], 0), axis=1), fs)
    assert quality.verdict == QualityVerdict.UNUSABLE and not quality.is_clock_reliable
    assert "the phase of the current jumps 7 times by about a sampling period, samples were lost" in text_of(
        quality, "samples_lost"
    )
    assert "Use a recorder with a buffer, or a lower rate that it sustains." in quality.advice


def test_samples_that_were_put_in_are_said_to_be():
    x = recorded(FS, 6.0).currents
    at = spread(5, x.shape[1], 0)
    assert "5 times by about a sampling period, samples were put in;" in text_of(
        audit(np.insert(x, at, x[:, at], axis=1), FS), "samples_lost"
    )


@pytest.mark.parametrize("share", [0.001, 0.005, 0.02, 0.2])
@pytest.mark.parametrize("fs", RATES_HZ)
def test_any_share_of_lost_samples_is_refused(share, fs):
    quality = audited(replace(GOOD, dropped_share=share), fs, 8.0)
    assert quality.verdict == QualityVerdict.UNUSABLE
    if share < 0.2:
        assert {"samples_lost", "jitter"} & set(codes(quality))


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("jitter_s", [1e-4, 4e-4])
def test_a_software_timer_is_refused(fs, jitter_s):
    """Three phases and one, stamps of a millisecond that hide it."""
    sampled = recorded(fs, 8.0, replace(GOOD, jitter_s=jitter_s, stamp_step_s=1e-3))
    for x in (sampled.currents, one_phase(sampled.currents, 2)):
        quality = audit(x, fs, stamps_s=sampled.stamps_s)
        assert quality.verdict == QualityVerdict.UNUSABLE and not quality.is_clock_reliable
        text = text_of(quality, "jitter")
        assert f"timing noise of {quality.figures['jitter_us']:.0f} us rms" in text
        assert "record with hardware timing instead of a software timer" in text
        assert quality.figures["jitter_us"] == pytest.approx(1e6 * jitter_s, rel=0.3)


def test_jitter_of_a_twentieth_of_a_sampling_period_or_30_us_is_refused_and_less_is_not():
    """5 kHz: 10 us are a twentieth. 1 kHz: 30 us are less than a twentieth, and refused all the same."""
    for fs, jitter_s, is_refused in ((5000.0, 6e-6, False), (5000.0, 15e-6, True), (1000.0, 2e-5, False)):
        assert audited(replace(GOOD, jitter_s=jitter_s), fs, 8.0).is_clock_reliable != is_refused
    assert not audited(replace(GOOD, jitter_s=4e-5), 1000.0, 8.0).is_clock_reliable


def test_a_short_noisy_single_phase_is_not_refused_for_jitter():
    """2 s of 8 bits or of -50 dB noise: an excess of 4 dB is chance there, on 10 s it is not."""
    for seed in range(8):
        for sensor in (replace(GOOD, bits=8), replace(GOOD, noise_dbc=-50.0), replace(GOOD, noise_dbc=-40.0)):
            quality = audit(one_phase(recorded(FS, 2.0, sensor, seed).currents), FS)
            assert "jitter" not in codes(quality)


def test_stamps_of_an_even_clock_are_no_reason():
    for fs, step_s in ((1000.0, 1e-3), (5000.0, 1e-3), (25_600.0, 1e-3), (25_600.0, 1 / 25_600)):
        sampled = recorded(fs, 3.0, replace(GOOD, stamp_step_s=step_s))
        assert codes(audit(sampled.currents, fs, stamps_s=sampled.stamps_s)) == []


def test_stamps_of_a_software_timer_are_refused():
    rng = np.random.default_rng(0)
    stamps_s = np.maximum.accumulate(np.arange(4000) / 1000 + rng.normal(0, 2e-4, 4000))
    quality = audit(recorded(1000.0, 4.0).currents, 1000.0, stamps_s=stamps_s)
    assert quality.verdict == QualityVerdict.UNUSABLE and not quality.is_clock_reliable
    text = text_of(quality, "uneven_stamps")
    assert "the time stamps depart from an even grid by " in text and "us rms beyond their resolution" in text
    assert quality.figures["stamp_jitter_us"] == pytest.approx(200, rel=0.1)


def test_a_gap_in_the_stamps_is_refused_with_its_length():
    stamps_s = np.arange(4000) / 1000
    stamps_s[1500:] += 0.024
    quality = audit(recorded(1000.0, 4.0).currents, 1000.0, stamps_s=stamps_s)
    assert codes(quality) == ["stamp_gap"]
    assert text_of(quality, "stamp_gap") == (
        "the clock is unreliable: the time stamps leave 25 ms between two samples where 1 ms are usual; samples were "
        "lost"
    )


def test_useless_stamps_are_refused():
    quality = audit(recorded(1000.0, 2.0).currents, 1000.0, stamps_s=np.zeros(2000))
    assert not quality.is_clock_reliable
    assert "its time stamps are missing, fall back or stand still" in text_of(quality, "stamps_useless")


def test_a_clock_that_drifts_shows_as_a_supply_that_does():
    """600 ppm a second over 8 s move 50 Hz by 0.24 Hz."""
    quality = audited(replace(GOOD, clock_ppm_per_s=600.0), seconds=8.0)
    assert codes(quality) == ["frequency_drift"]
    assert quality.figures["line_drift_hz"] == pytest.approx(0.24, abs=0.02)
    assert "the supply frequency moves by 0.24 Hz within the recording; the clock drifts or" in text_of(
        quality, "frequency_drift"
    )


# --- range and zero ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("bits", [8, 12, 16, None])
@pytest.mark.parametrize(("range_share", "verdict"), [(0.997, "limited"), (0.9, "unusable"), (0.5, "unusable")])
def test_the_share_of_clipped_samples_is_measured(fs, bits, range_share, verdict):
    """A sine of 10 A cut at 9 A stands at the limits for 2 acos(0.9) / pi = 29 % of the time."""
    if (bits, range_share) == (8, 0.997):
        return  # 8 bits do not tell 5 % of clipped samples from a crest.
    x = recorded(fs, 4.0, replace(GOOD, range_share=range_share, bits=bits)).currents
    quality = audit(x, fs)
    assert quality.figures["clipped_pct"] == pytest.approx(max(share_at_the_ends(row) for row in x), rel=0.15, abs=0.2)
    assert quality.verdict == verdict
    assert "% of the samples stand at the end of the range; record with a larger range" in text_of(quality, "clipped")
    assert "Enlarge the range until the peaks of the current use 50 to 80 % of it." in quality.advice


@pytest.mark.parametrize("range_share", [0.8, 0.9])
def test_a_clipped_motor_current_is_measured(range_share):
    x = simulated(FS, 3.0, replace(GOOD, range_share=range_share), load_share=1.0).currents
    found = audit(x, FS).figures["clipped_pct"]
    assert found == pytest.approx(max(share_at_the_ends(row) for row in x), rel=0.15)


@pytest.mark.parametrize("fs", [*RATES_HZ, 51_200.0])
@pytest.mark.parametrize("bits", [6, 8, 10])
@pytest.mark.parametrize("noise_dbc", [-70.0, -np.inf])
@pytest.mark.parametrize("range_share", [1.1, 3.0])
def test_a_coarse_converter_is_not_taken_for_clipped(fs, bits, noise_dbc, range_share):
    """8 bits over +-30 A are steps of 0.23 A: the crest of a sine of 10 A stands 14 % of the time on two codes."""
    x = recorded(fs, 1.5, replace(GOOD, bits=bits, noise_dbc=noise_dbc, range_share=range_share)).currents
    assert audit(x, fs).figures["clipped_pct"] == 0.0


@pytest.mark.parametrize("phase", np.linspace(0, np.pi, 7))
@pytest.mark.parametrize("fs", [1000.0, 2000.0, 5000.0])
@pytest.mark.parametrize("bits", [None, 8, 12])
def test_a_crest_that_is_sampled_again_and_again_is_not_clipped(phase, fs, bits):
    """Exactly 50 Hz without noise: at 1 kHz every 20th sample, 10 % with both ends, is the same crest."""
    exact = replace(CURRENT, line_hz=50.0, phase_rad=phase, lines=())
    x = recorded(fs, 2.0, replace(GOOD, noise_dbc=-np.inf, bits=bits), 0, exact).currents
    assert audit(x, fs).figures["clipped_pct"] == 0.0


@pytest.mark.parametrize("offset", [0.02, 0.12, -0.3])
def test_an_offset_is_measured_against_the_rms(offset):
    """Over the peak 12 %, over the rms sqrt(2) times as much; beyond 10 % it is said."""
    quality = audited(replace(GOOD, offset_share=(0.0, offset, 0.0)))
    expected = 100 * abs(offset) * np.sqrt(2)
    assert quality.figures["offset_pct"] == pytest.approx(expected, rel=0.02, abs=0.1)
    assert codes(quality) == (["offset"] if expected > 10 else [])
    if expected > 10:
        found = quality.figures["offset_pct"]
        assert text_of(quality, "offset") == f"the offset is {found:.0f} % of the rms; check the zero of the sensor"


def test_the_bits_that_the_current_uses_are_told():
    """20 A of 60 A: 16 bits less log2 of 3."""
    assert audited().figures["range_bits"] == pytest.approx(16 - np.log2(3), abs=0.1)
    assert np.isnan(audited(replace(GOOD, bits=None)).figures["range_bits"])


# --- phases and channels ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize(
    ("flaw", "text"),
    [
        ({"order": "RTS"}, EXCHANGED),
        ({"order": "SRT"}, EXCHANGED),
        ({"reversed_phases": "S"}, "phase S is reversed, its sign is changed for analysis"),
        (
            {"order": "RTS", "reversed_phases": "R"},
            f"phase R is reversed, its sign is changed for analysis; {EXCHANGED}",
        ),
    ],
)
def test_a_wrong_wiring_is_named(fs, flaw, text):
    quality = audited(replace(GOOD, **flaw), fs)
    assert (quality.verdict, codes(quality)) == (QualityVerdict.LIMITED, ["wiring"])
    assert text_of(quality, "wiring") == text
    assert quality.figures["i0_over_i1_pct"] < 0.1, "channels are compared in the right wiring"
    assert "Correct the order and the direction of the sensors." in quality.advice


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize(
    ("dead", "text"),
    [
        ("T", "phase T carries no current or is absent; phase R alone is analysed"),
        ("RT", "phases R and T carry no current or are absent; phase S alone is analysed"),
    ],
)
def test_a_dead_phase_is_named_and_one_phase_analysed(fs, dead, text):
    quality = audited(replace(GOOD, dead_phases=dead), fs)
    assert (quality.verdict, codes(quality)) == (QualityVerdict.LIMITED, ["phase_missing"])
    assert text_of(quality, "phase_missing").startswith(text)
    assert "nothing can be said of unbalance" in text_of(quality, "phase_missing")
    assert np.isnan(quality.figures["i2_floor_pct"])


@pytest.mark.parametrize("rows", [[0, 0, 0], [0, 0, 2]])
def test_a_channel_recorded_twice_is_named(rows):
    quality = audit(recorded(FS, 3.0).currents[rows], FS)
    assert (quality.verdict, codes(quality)) == (QualityVerdict.LIMITED, ["phases_alike"])
    assert "carry the same current; one channel was recorded twice, so a single phase is analysed" in text_of(
        quality, "phases_alike"
    )
    assert "Clamp one sensor round each of the three phases." in quality.advice


def test_unequal_channels_are_told_with_gain_skew_and_the_floor_they_make():
    quality = audited(replace(GOOD, gain=(1.0, 1.08, 0.97), skew_s=20e-6), seconds=6.0)
    assert (quality.verdict, codes(quality)) == (QualityVerdict.LIMITED, ["unequal_channels"])
    figures = quality.figures
    assert (figures["gain_error_s_pct"], figures["gain_error_t_pct"]) == pytest.approx((8.0, -3.0), abs=0.1)
    assert (figures["skew_s_us"], figures["skew_t_us"]) == pytest.approx((20.0, 40.0), abs=2.0)
    text = text_of(quality, "unequal_channels")
    assert "against R the gain of S and T is off by +8.0 and -3.0 % and they are sampled +20 and +40 us later" in text
    assert f"which makes up to {figures['i2_floor_pct']:.1f} % of negative sequence; calibrate the channels" in text


def test_unequal_channels_that_cannot_be_told_apart_are_bounded():
    current = replace(CURRENT, harmonics_pct={})
    quality = audit(recorded(FS, 4.0, replace(GOOD, gain=(1.0, 1.09, 1.0)), 0, current).currents, FS)
    text = text_of(quality, "unequal_channels")
    assert text.startswith("the three currents do not add up to zero (2.9 % of the positive sequence): the channels")
    assert "up to 2.9 % of negative sequence may be the instruments'" in text


# --- load and supply --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fs", RATES_HZ)
def test_of_a_load_step_the_longer_state_is_judged_and_its_floor_counts(fs):
    """The step itself would lift the floor beside the supply line of the whole recording to about -50 dBc."""
    mechanics = Mechanics(step_share=0.3, step_at_s=4.0)
    quality = audit(simulated(fs, 6.0, load_share=0.6, mechanics=mechanics).currents, fs)
    assert (quality.verdict, codes(quality)) == (QualityVerdict.LIMITED, ["unsteady_load"])
    assert quality.stretch_s == (0.0, pytest.approx(4.0, abs=0.2))
    assert f"only its longest steady stretch, 0.0 to {quality.stretch_s[1]:.1f} s, is judged" in text_of(
        quality, "unsteady_load"
    )
    assert quality.figures["floor_dbc"] < -85
    assert quality.figures["load_range_pct"] == pytest.approx(19, abs=4)
    assert "Record while the load is steady." in quality.advice


@pytest.mark.parametrize("switch_on_s", [0.0, 1.0])
def test_a_start_up_at_the_beginning_is_cut_off(switch_on_s):
    mechanics = Mechanics(begins_at_rest=True, inertia_factor=15.0, switch_on_s=switch_on_s)
    wide = replace(GOOD, range_share=12.0)
    repaired = repair(simulated(FS, 6.0, wide, load_share=0.5, mechanics=mechanics).currents, FS)
    quality = audit(repaired.currents, FS, repair_note=repaired.note)
    assert codes(quality) == (["gaps"] if switch_on_s else []) + ["unsteady_load"]
    begin_s, end_s = quality.stretch_s
    assert 0.8 < begin_s < 2.2 and end_s == pytest.approx(6.0 - switch_on_s, abs=0.11)
    assert quality.figures["line_drift_hz"] < 0.01


@pytest.mark.parametrize("fs", [5000.0, 25_600.0])
def test_an_inverter_that_switches_visibly_is_named(fs):
    x = simulated(fs, 3.0, supply=Supply(line_hz=43.0, switching_hz=2000.0)).currents
    quality = audit(x, fs, rated_hz=50.0)
    assert (quality.verdict, codes(quality)) == (QualityVerdict.LIMITED, ["inverter_supply"])
    assert quality.figures["switching_hz"] == pytest.approx(2000, abs=1)
    assert text_of(quality, "inverter_supply").startswith("the motor is fed by an inverter that switches at 2000 Hz or")


@pytest.mark.parametrize("fs", RATES_HZ)
def test_an_inverter_that_does_not_is_one_of_two_explanations(fs):
    x = simulated(fs, 3.0, supply=Supply(line_hz=43.0)).currents
    assert text_of(audit(x, fs), "no_mains_frequency") == (
        "the supply frequency reads 43.000 Hz, which no mains has: the motor is fed by an inverter or the sampling "
        "rate is stated wrongly; check the rate"
    )
    assert codes(audit(x, fs, rated_hz=43.0)) == []


def test_a_high_floor_is_said_with_what_it_hides():
    quality = audited(replace(GOOD, noise_dbc=-12.0), seconds=2.0)
    assert "high_floor" in codes(quality)
    floor = quality.figures["floor_dbc"]
    assert floor > -57
    assert f"is {floor:.0f} dBc, so that lines show only from {floor + 12:.0f} dBc" in text_of(quality, "high_floor")


def test_the_floor_beside_the_carrier_is_that_of_the_noise():
    """Noise of -50 dB over 20 000 samples: each of two sides of the space vector has 4 / 3 of 1.5 / n of its power,
    so -50 - 43 + 10 log10(1.5) = -91 dBc a bin; the higher of both sides counts."""
    found = [audited(replace(GOOD, noise_dbc=-50.0), seed=seed).figures["floor_dbc"] for seed in range(4)]
    assert np.mean(found) == pytest.approx(-91.0, abs=3.0)


@pytest.mark.parametrize(
    ("rated_a", "is_ampere", "expected"),
    [(7.07, True, []), (1.0, True, ["unit_doubtful"]), (200.0, True, ["unit_doubtful"]), (1.0, False, [])],
)
def test_a_current_that_does_not_fit_the_nameplate_is_doubted(rated_a, is_ampere, expected):
    quality = audited(rated_current_a=rated_a, unit_is_ampere=is_ampere)
    assert codes(quality) == expected
    if expected:
        assert text_of(quality, "unit_doubtful").startswith(f"the current is {7.07 / rated_a:.2g} times the rated one;")
