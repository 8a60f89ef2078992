"""The audit of anything: wrong rates, no motor at all, few samples, other arrays. A verdict, never a failure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sampled_recordings import CURRENT, GOOD, codes, one_phase, recorded, simulated, text_of

from diagmod.core.acquisition import audit
from diagmod.core.gaps import repair
from diagmod.core.verdicts import QualityVerdict
from diagmod.sim.mechanics import Mechanics
from diagmod.sim.signal import Line

FS = 5000.0


# --- the declared rate ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("harmonics", [{5: 1.5, 7: 0.8}, {}])
def test_5_khz_declared_as_1_khz_is_refused(harmonics):
    """The supply reads 10 Hz: a harmonic in the band is no supply, and without one there is none."""
    x = recorded(5000.0, 6.0, current=replace(CURRENT, harmonics_pct=harmonics)).currents
    quality = audit(x, 1000.0)
    assert quality.verdict == QualityVerdict.UNUSABLE
    if harmonics:
        assert text_of(quality, "stronger_line_elsewhere").startswith(
            "the strongest line stands at 10.0 Hz, where no supply is searched, and not at 50.0 Hz; the sampling rate "
            "is probably stated wrongly"
        )
    else:
        assert "check that the motor runs, the channel and the sampling rate" in text_of(quality, "no_supply_line")


@pytest.mark.parametrize(("true_hz", "declared_hz"), [(1000.0, 5000.0), (25_600.0, 1000.0), (1000.0, 10_000.0)])
def test_a_rate_that_is_several_times_wrong_is_refused(true_hz, declared_hz):
    assert audit(recorded(true_hz, 6.0).currents, declared_hz).verdict == QualityVerdict.UNUSABLE


def test_a_rate_that_is_a_little_wrong_is_doubted():
    quality = audit(recorded(5000.0, 4.0).currents, 5200.0)
    assert codes(quality) == ["no_mains_frequency"]
    assert "the supply frequency reads 52.021 Hz" in text_of(quality, "no_mains_frequency")


@pytest.mark.parametrize("fs", [250.0, 800.0])
def test_a_low_rate_is_said(fs):
    text = text_of(audit(recorded(fs, 4.0).currents, fs), "low_rate")
    assert text == f"{fs:g} Hz show no slot harmonics and few bearing tones; record at 5 kHz or more"


def test_a_rate_below_four_times_the_supply_is_refused():
    quality = audit(recorded(1000.0, 10.0).currents[:, ::5], 200.0)
    assert quality.verdict == QualityVerdict.UNUSABLE
    assert "do not hold a supply line of 50 Hz that can be demodulated" in text_of(quality, "rate_too_low")


# --- what is no recording of a motor ----------------------------------------------------------------------------------


@pytest.mark.parametrize("n_rows", [1, 3])
def test_white_noise_is_a_verdict_with_a_sentence(n_rows):
    noise = np.random.default_rng(0).normal(0, 1, (3, 10_000))
    quality = audit(noise if n_rows == 3 else one_phase(noise), 1000.0)
    assert quality.verdict == QualityVerdict.UNUSABLE
    assert text_of(quality, "no_supply_line").startswith("no supply line stands out in the search band; check that")
    assert quality.is_clock_reliable, "nothing is said of a clock that nothing shows"


@pytest.mark.parametrize("value", [0.0, 3.3, np.nan, np.inf])
def test_a_recording_without_a_varying_phase_is_refused_as_documented(value):
    with pytest.raises(ValueError, match="no phase holds a complete, varying current; repair gaps first or record"):
        audit(np.full((3, 5000), value), 1000.0)


@pytest.mark.parametrize("n", [2, 3, 5, 12, 40])
def test_a_recording_of_a_few_samples_is_too_short(n):
    x = recorded(1000.0, 1.0).currents[:, 100 : 100 + n]
    for given in (x, one_phase(x)):
        quality = audit(given, 1000.0)
        assert quality.verdict == QualityVerdict.UNUSABLE
        assert text_of(quality, "too_short").startswith(f"{n} samples, {n / 1000:.2g} s, are too short to hold")
        assert "Record 10 s or more." in quality.advice


@pytest.mark.parametrize(("seconds", "code"), [(0.1, "too_short"), (0.15, "too_short"), (0.5, "short")])
def test_a_short_recording_says_so(seconds, code):
    assert "record 10 s or more" in text_of(audit(recorded(FS, seconds).currents, FS), code)


@pytest.mark.parametrize("amplitude_a", [1e-20, 1e-9, 1e9, 1e15])
def test_the_scale_of_the_current_does_not_matter(amplitude_a):
    x = recorded(FS, 3.0).currents * (amplitude_a / 10)
    assert codes(audit(x, FS)) == []
    held = recorded(FS, 3.0, replace(GOOD, held_share=0.05)).currents * (amplitude_a / 10)
    assert "samples_repeated" in codes(audit(held, FS))


@pytest.mark.parametrize("amplitude_a", [1e30, 1e37])
def test_amplitudes_beyond_single_precision_are_refused_as_documented(amplitude_a):
    with pytest.raises(ValueError, match="no phase holds a complete, varying current"):
        audit(recorded(FS, 3.0).currents * (amplitude_a / 10), FS)


def test_a_row_with_missing_samples_is_an_absent_phase():
    x = recorded(FS, 3.0).currents.copy()
    x[1, 700:720] = np.nan
    assert text_of(audit(x, FS), "phase_missing").startswith("phase S carries no current or is absent; phase R alone")


@pytest.mark.parametrize(
    "x",
    [
        np.sign(recorded(FS, 2.0).currents),
        np.eye(3, 10_000, 5000),
        np.tile(np.arange(10_000.0), (3, 1)),
        np.cumsum(np.random.default_rng(0).normal(size=(3, 10_000)), axis=1),
        np.abs(recorded(FS, 2.0).currents),
        recorded(FS, 2.0).currents ** 3,
        np.repeat(recorded(FS, 2.0).currents[:, ::100], 100, axis=1),
        np.concatenate([recorded(FS, 1.0).currents, np.zeros((3, 5000))], axis=1),
    ],
    ids=["square wave", "impulse", "ramp", "random walk", "rectified", "cubed", "held for 20 ms", "ends in zeros"],
)
@pytest.mark.parametrize("n_rows", [1, 3])
def test_whatever_comes_gets_a_verdict_with_sentences(x, n_rows):
    quality = audit(x if n_rows == 3 else one_phase(x), FS, stamps_s=np.arange(x.shape[1]) / FS, rated_current_a=5.0)
    assert all(len(reason.text) > 20 and "nan" not in reason.text for reason in quality.reasons)
    assert (quality.verdict == QualityVerdict.GOOD) == (quality.reasons == ())


@pytest.mark.parametrize("fs", [0.0, -1.0, np.nan, np.inf])
def test_a_rate_that_is_none_is_refused_in_words(fs):
    with pytest.raises(ValueError, match=r"fs must be positive, got .*; pass the sampling rate in Hz"):
        audit(recorded(1000.0, 1.0).currents, fs)


def test_a_wrong_shape_is_refused_in_words():
    with pytest.raises(ValueError, match=r"currents must have shape \(3, n_samples\), got \(2, 1000\)"):
        audit(recorded(1000.0, 1.0).currents[:2], 1000.0)


# --- forms of the input -----------------------------------------------------------------------------------------------

#: Recordings with one flaw each, and none.
FLAWED = {
    "good": GOOD,
    "held": replace(GOOD, held_share=0.05),
    "jitter": replace(GOOD, jitter_s=1e-4),
    "clipped": replace(GOOD, range_share=0.9),
    "unequal": replace(GOOD, gain=(1.0, 1.08, 1.0), skew_s=1e-5),
    "reversed": replace(GOOD, reversed_phases="S"),
    "dead": replace(GOOD, dead_phases="R"),
    "coarse": replace(GOOD, bits=8),
}


@pytest.mark.parametrize("flaw", FLAWED)
@pytest.mark.parametrize("fs", [1000.0, 25_600.0])
def test_single_and_double_precision_agree(flaw, fs):
    x = recorded(fs, 3.0, FLAWED[flaw]).currents
    double, single = audit(x, fs), audit(x.astype(np.float32), fs)
    assert codes(double) == codes(single)
    for name, value in double.figures.items():
        assert single.figures[name] == pytest.approx(value, rel=0.01, abs=0.05, nan_ok=True), name


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float16])
def test_counts_of_a_converter_are_audited_like_currents(dtype):
    """1000 counts a peak; a half float holds them exactly up to 2048."""
    x = np.round(100 * recorded(FS, 3.0).currents).astype(dtype)
    assert codes(audit(x, FS, unit_is_ampere=False)) == []
    held = np.round(100 * recorded(FS, 3.0, replace(GOOD, held_share=0.05)).currents).astype(dtype)
    assert codes(audit(held, FS))[0] == "samples_repeated"


@pytest.mark.parametrize("flaw", FLAWED)
def test_the_input_is_never_modified(flaw):
    for dtype in (np.float32, np.float64):
        x = recorded(FS, 2.0, FLAWED[flaw]).currents.astype(dtype)
        stamps_s = np.arange(x.shape[1]) / FS
        before = x.copy()
        x.setflags(write=False)
        stamps_s.setflags(write=False)
        audit(x, FS, stamps_s=stamps_s)
        np.testing.assert_array_equal(x, before)


def test_the_layout_of_the_array_does_not_matter():
    x = recorded(FS, 3.0).currents
    plain = audit(x, FS)
    for given in (np.asfortranarray(x), np.repeat(x, 2, axis=1)[:, ::2], np.repeat(x, 2, axis=0)[::2]):
        other = audit(given, FS)
        assert other.figures == pytest.approx(plain.figures, rel=1e-6, abs=1e-6, nan_ok=True)


def test_the_audit_of_a_part_starts_its_time_anew():
    mechanics = Mechanics(step_share=0.3, step_at_s=4.0)
    x = simulated(FS, 6.0, load_share=0.6, mechanics=mechanics).currents
    assert audit(x[:, 10_000:], FS).stretch_s[0] == pytest.approx(0.0, abs=0.2)


def test_what_was_done_to_gaps_is_the_first_limit():
    x = recorded(FS, 3.0).currents.copy()
    x[0, 5000:5002] = np.nan
    repaired = repair(x, FS)
    quality = audit(repaired.currents, FS, repair_note=repaired.note)
    assert [(reason.code, reason.text) for reason in quality.reasons] == [("gaps", "2 missing samples were bridged")]


def test_the_band_in_which_the_supply_is_searched_may_be_chosen():
    x = recorded(FS, 4.0, current=replace(CURRENT, line_hz=150.0, lines=[Line(140.0, -40.0)])).currents
    assert audit(x, FS).verdict == QualityVerdict.UNUSABLE
    assert codes(audit(x, FS, line_low_hz=100.0, line_high_hz=300.0, rated_hz=150.0)) == []


def test_figures_are_named_with_their_unit():
    assert set(audit(recorded(FS, 2.0).currents, FS).figures) == {
        "duration_s", "line_hz", "floor_dbc", "line_drift_hz", "repeat_pct", "phase_steps", "jitter_us",
        "phase_over_amplitude_noise_db", "stamp_step_us", "stamp_jitter_us", "clipped_pct", "offset_pct", "range_bits",
        "i0_over_i1_pct", "gain_error_s_pct", "gain_error_t_pct", "skew_s_us", "skew_t_us", "i2_floor_pct",
        "load_range_pct", "switching_hz", "rms_over_rated",
    }  # fmt: skip
