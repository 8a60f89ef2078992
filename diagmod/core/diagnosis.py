"""From three currents and a nameplate to verdicts with evidence.

The order is that of a careful engineer: can this recording carry a diagnosis at all; what is the supply
frequency; what is the slip, and do the witnesses agree; which lines of which faults would coincide here;
then fault by fault what stands out, what else would explain it, and what could not have been seen. The
result depends on the recording, its nameplate and the parameters only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.acquisition import audit
from diagmod.core.bearing_faults import TONES, judge_bearing
from diagmod.core.bearings import tones_of
from diagmod.core.carrier import track_carrier
from diagmod.core.charts import DEFAULT_CHARTS
from diagmod.core.diagnosis_words import in_words
from diagmod.core.eccentricity import judge_eccentricity
from diagmod.core.expected_lines import expected_lines, read_lines
from diagmod.core.gaps import repair
from diagmod.core.observation import Observation
from diagmod.core.order_tracking import track_orders
from diagmod.core.prepared import prepare
from diagmod.core.pulsating_load import judge_load_oscillation
from diagmod.core.rotor_bars import judge_bars
from diagmod.core.signatures import collisions
from diagmod.core.slip import estimate_slip
from diagmod.core.unbalance import judge_short, judge_unbalance, negative_sequence, one_state
from diagmod.core.verdicts import (
    Diagnosis,
    FaultVerdict,
    Interval,
    Quality,
    QualityVerdict,
    Reason,
    SlipEstimate,
    Verdict,
)
from diagmod.core.wideband import wideband_spectrum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diagmod.core.charts import SeverityChart
    from diagmod.core.motor import Motor
    from diagmod.core.prepared import Prepared
    from diagmod.core.signatures import FaultLine

#: Band in which the supply frequency is searched, Hz.
LINE_BAND_HZ = (20.0, 120.0)

#: Everything a diagnosis speaks of.
FAULTS = ("broken_bar", "eccentricity", "stator_short", *TONES)
CONDITIONS = ("unbalance", "load_oscillation", "inverter_supply")


def diagnose(
    currents: NDArray[np.floating],
    fs: float,
    motor: Motor,
    *,
    stamps_s: NDArray[np.float64] | None = None,
    load_share: float | None = None,
    unit_is_ampere: bool = True,
    charts: Sequence[SeverityChart] = DEFAULT_CHARTS,
    line_band_hz: tuple[float, float] = LINE_BAND_HZ,
) -> Diagnosis:
    """What one recording of one motor shows, and what it cannot show.

    The acquisition is held against the limits that the verdicts are calibrated with
    (:data:`diagmod.core.audit_limits.CALIBRATED`), whatever a plant sets for the loading of its files.

    Parameters
    ----------
    currents : ndarray, shape (3, n)
        Rows R, S, T; an absent phase is NaN.
    fs : float
        Sampling rate in Hz.
    motor : Motor
        Nameplate.
    stamps_s : ndarray, shape (n,), optional
        Time stamps in seconds as the recorder wrote them.
    load_share : float, optional
        Load over rated load (1) where it is known.
    unit_is_ampere : bool
        False where the unit is unknown; nothing is then concluded from the size of the current.
    charts : sequence of SeverityChart
        Severity charts for bars; the first one grades.
    line_band_hz : (float, float)
        Band in which the supply frequency is searched, Hz.

    Raises
    ------
    ValueError
        ``currents`` or ``fs`` are no recording, or ``load_share`` is not a share.
    """
    _check(currents, fs, load_share)
    rated = motor.rated_current_a if unit_is_ampere else None
    low, high = line_band_hz
    repaired = repair(currents, fs)
    whole = repaired.currents
    if stamps_s is not None:
        stamps_s = stamps_s[repaired.first : repaired.first + whole.shape[1]]
    try:
        prepared = prepare(whole, fs, low, high)
    except ValueError as exc:
        return _without_carrier(_no_quality(str(exc)), Reason("no_usable_phase", str(exc)))
    quality = audit(
        whole, fs, line_low_hz=low, line_high_hz=high, rated_hz=motor.line_hz, stamps_s=stamps_s,
        unit_is_ampere=unit_is_ampere, rated_current_a=rated, prepared=prepared, repair_note=repaired.note,
    )  # fmt: skip
    refusal = _refusal(quality)
    if any(reason.code == "unit_doubtful" for reason in quality.reasons):
        # A current that no motor draws says nothing of its load.
        rated = None
    begin_s = repaired.first / fs
    if prepared.carrier is None:
        return _without_carrier(quality, refusal or Reason("no_supply_line", "no supply line stands out"))
    return _judge(prepared, begin_s, motor, quality, refusal, rated, load_share, charts)


def _judge(
    prepared: Prepared,
    begin_s: float,
    motor: Motor,
    quality: Quality,
    refusal: Reason | None,
    rated_current_a: float | None,
    load_share: float | None,
    charts: Sequence[SeverityChart],
) -> Diagnosis:
    # Switching is looked for in the whole recording, not only where the load is steady.
    found = negative_sequence(prepared.vector, prepared.spectrum, prepared.fs, prepared.line_hz)
    judged_s = one_state(found, quality.stretch_s)
    stretch = _cut(prepared, *judged_s)
    # For people, times count from the first sample of the file.
    found = found.later_by(begin_s)
    quality = replace(quality, stretch_s=(begin_s + judged_s[0], begin_s + judged_s[1]))
    carrier = stretch.carrier
    assert carrier is not None  # noqa: S101 - the caller has one
    inverter = _inverter_verdict(quality)
    seen = Observation(
        motor=motor,
        line_hz=carrier.line_hz,
        carrier=carrier,
        modulation=stretch.modulation,
        spectrum=track_orders(stretch.spectrum, carrier),
        rms_share=carrier.amplitude / np.sqrt(2) / rated_current_a if rated_current_a else float("nan"),
        declared_load=load_share,
        is_clipped=any(reason.code == "clipped" for reason in quality.reasons),
        is_switching=found.is_switched,
        is_inverter_fed=inverter.verdict != Verdict.NOT_SUPPORTED,
    )
    line = Interval(carrier.line_hz, carrier.line_hz - carrier.uncertainty_hz, carrier.line_hz + carrier.uncertainty_hz)
    if refusal is None:
        combined, each = estimate_slip(seen)
    else:
        combined, each = SlipEstimate("combined", None, refusal.text), ()
    slip = combined.interval
    bearing = tones_of(motor.bearing)
    i2_pct, floor_pct = found.peak_pct, quality.figures.get("i2_floor_pct", float("nan"))
    faults = (
        judge_bars(seen, slip, charts, refusal=refusal),
        judge_eccentricity(seen, slip, i2_pct, refusal=refusal),
        judge_short(
            found, floor_pct=floor_pct, refusal=refusal if quality.verdict == QualityVerdict.UNUSABLE else None
        ),
        *judge_bearing(seen, slip, bearing, refusal=refusal),
    )
    conditions = (judge_unbalance(found, floor_pct), judge_load_oscillation(seen, slip, refusal=refusal), inverter)
    expected = () if slip is None else expected_lines(carrier.line_hz, motor, bearing)
    found_tones = {verdict.name: verdict.evidence for verdict in faults if verdict.name in TONES}
    return Diagnosis(
        quality=quality,
        line_hz=line,
        slip=combined,
        slip_estimates=each,
        load_share=seen.load_of_slip(slip) if refusal is None else None,
        faults=faults,
        conditions=conditions,
        collisions=() if slip is None else _collisions(seen, slip.value, expected),
        sentence=in_words(quality, refusal, faults, conditions),
        lines=() if slip is None else read_lines(expected, slip, carrier, seen.modulation, seen.spectrum, found_tones),
    )


def _cut(prepared: Prepared, begin_s: float, end_s: float) -> Prepared:
    """The part of a recording that was found fit to be judged."""
    first, last = round(begin_s * prepared.fs), round(end_s * prepared.fs)
    if last <= first or last - first >= 0.99 * len(prepared.vector):
        return prepared
    vector = prepared.vector[first:last]
    vector = vector - vector.mean()
    carrier = track_carrier(vector, prepared.fs, prepared.line_hz)
    return replace(
        prepared,
        vector=vector,
        spectrum=wideband_spectrum(vector, prepared.fs),
        carrier=carrier,
        line_hz=carrier.line_hz,
    )


def _check(currents: NDArray[np.floating], fs: float, load_share: float | None) -> None:
    if currents.ndim != 2 or currents.shape[0] != 3 or currents.shape[1] == 0:
        raise ValueError(
            f"currents must have shape (3, n_samples) with rows R, S, T, got {currents.shape}; fill an absent phase"
            " with NaN"
        )
    if not (np.isfinite(fs) and fs > 0):
        raise ValueError(f"fs must be positive, got {fs!r}; pass the sampling rate in Hz")
    if load_share is not None and not 0 <= load_share <= 2:
        raise ValueError(f"load_share must be 0 to 2 times rated, got {load_share!r}; 0.75 is 75 % of rated load")


def _no_quality(text: str) -> Quality:
    """Quality of a recording without a usable phase."""
    return Quality(QualityVerdict.UNUSABLE, (Reason("no_usable_phase", text),), is_clock_reliable=False)


def _refusal(quality: Quality) -> Reason | None:
    """Why no line of this recording can be believed, or None."""
    if quality.verdict != QualityVerdict.UNUSABLE and quality.is_clock_reliable:
        return None
    first = quality.reasons[0].text if quality.reasons else "the recording is unusable"
    return Reason("unusable_recording", first)


def _without_carrier(quality: Quality, refusal: Reason) -> Diagnosis:
    silent = [
        FaultVerdict(name, Verdict.CANNOT_DECIDE, f"This recording cannot tell: {refusal.text}.", reasons=(refusal,))
        for name in (*FAULTS, *CONDITIONS)
    ]
    faults, conditions = tuple(silent[: len(FAULTS)]), tuple(silent[len(FAULTS) :])
    return Diagnosis(
        quality=quality,
        line_hz=None,
        slip=SlipEstimate("combined", None, refusal.text),
        slip_estimates=(),
        load_share=None,
        faults=faults,
        conditions=conditions,
        collisions=(),
        sentence=in_words(quality, refusal, faults, conditions),
    )


def _inverter_verdict(quality: Quality) -> FaultVerdict:
    name = "inverter_supply"
    reasons = {r.code: r for r in quality.reasons}
    if reason := reasons.get("inverter_supply"):
        return FaultVerdict(name, Verdict.SUPPORTED, f"{_capital(reason.text)}.", reasons=(reason,))
    if reason := reasons.get("no_mains_frequency"):
        return FaultVerdict(name, Verdict.CANNOT_DECIDE, f"{_capital(reason.text)}.", reasons=(reason,))
    return FaultVerdict(
        name, Verdict.NOT_SUPPORTED, "The motor seems to be fed by the mains.",
        reasons=(Reason("mains", "no switching lines stand out and the frequency is one of the mains"),),
    )  # fmt: skip


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _collisions(seen: Observation, slip: float, expected: Sequence[FaultLine]) -> tuple[str, ...]:
    lines = [line for line in expected if 0 < line.hz(slip) < seen.spectrum.nyquist_hz]
    return tuple(
        f"{a.fault} {a.name} and {b.fault} {b.name} at {_both_hz(a.hz(slip), b.hz(slip))}"
        for a, b in collisions(lines, slip, seen.modulation.lowest_hz)
    )


def _both_hz(one: float, other: float) -> str:
    return f"{one:.2f} Hz" if f"{one:.2f}" == f"{other:.2f}" else f"{one:.2f} and {other:.2f} Hz"
