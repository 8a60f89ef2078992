"""Bearing tones in the current: weak, and believed only as a family.

A damaged race or ball pulsates the torque a little at its characteristic frequency. One pair of lines
there may be anything that turns or beats; a family (the tone and its double, on both sides of the
carrier, at one common frequency inside the tolerance of the geometry) is rare by chance. The absence of
lines excludes nothing: current shows advanced damage at best, and vibration is the better witness.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.modulation import PRESENT_DB
from diagmod.core.signatures import FaultLine, bin_floor, measure_line
from diagmod.core.verdicts import Competitor, Evidence, FaultVerdict, Interval, Reason, Severity, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.bearings import BearingTones, Tone
    from diagmod.core.observation import Observation

#: Lines of a family that must stand out, of the four f -+ fv, f -+ 2 fv; both of the first pair among them.
FAMILY = 3

#: Tones this near to a whole multiple of the shaft frequency cannot be told from shaft harmonics (share of fr); the
#: second where the slip is unknown.
SHAFT_GUARD, UNKNOWN_SLIP_GUARD = 0.01, 0.05

#: Multiples of twice the slip frequency that a rotor fault puts beside every line of the shaft.
BAR_MULTIPLES = 6

#: Power of a line over what stands five bins to either side of it.
PEAK_RATIO = 4.0

#: Level in dBc below which lines are the rounding of the numbers, not of the machine.
FAINTEST_DBC = -115.0

#: Level in dBc above which a family is no bearing's: published lines of damaged bearings lie between -60 and -90 dBc.
STRONGEST_DBC = -50.0

#: Fault name to the attribute of the kinematics and the usual name of its tone.
TONES = {
    "bearing_outer": ("bpfo", "BPFO", "outer race"),
    "bearing_inner": ("bpfi", "BPFI", "inner race"),
    "bearing_ball": ("bsf", "BSF", "ball"),
    "bearing_cage": ("ftf", "FTF", "cage"),
}


def judge_bearing(
    seen: Observation, slip: Interval | None, bearing: BearingTones | None, *, refusal: Reason | None = None
) -> tuple[FaultVerdict, ...]:
    """Verdicts on outer race, inner race, ball and cage.

    Parameters
    ----------
    seen : Observation
    slip : Interval or None
    bearing : BearingTones or None
        None where the bearing is unknown.
    refusal : Reason, optional
        Why no line can be believed.

    References
    ----------
    Schoen et al., IEEE Trans. Ind. Appl. 31(6), 1995, DOI 10.1109/28.475697;
    Bloedt et al., IEEE Trans. Ind. Electron. 55(4), 2008, DOI 10.1109/TIE.2008.917108.
    """
    named = seen.motor.bearing
    unknown = Reason(
        "bearing_unknown",
        (
            f"bearing {named!r} is not in the table; give its balls and diameters, for example 9 x 7.94 / 39.04"
            if named
            else "the bearing is not known; give its designation"
        ),
    )
    if refusal is not None or bearing is None:
        why = refusal or unknown
        return tuple(
            FaultVerdict(
                name, Verdict.CANNOT_DECIDE, f"This recording cannot tell about the {part}: {why.text}.", reasons=(why,)
            )
            for name, (_, _, part) in TONES.items()
        )
    return tuple(
        _judge_tone(seen, slip, name, tone, part, getattr(bearing, attribute), bearing)
        for name, (attribute, tone, part) in TONES.items()
    )


def _judge_tone(
    seen: Observation,
    slip: Interval | None,
    name: str,
    tone: str,
    part: str,
    turns: Tone,
    bearing: BearingTones,
) -> FaultVerdict:
    near = slip or seen.expected_slip
    fr0 = seen.line_hz / seen.motor.pole_pairs
    low, high = (
        turns.low * fr0 * (1 - near.high),
        turns.high * fr0 * (1 - max(0.0, near.low)),
    )
    if seen.line_hz + high > 0.95 * seen.spectrum.nyquist_hz:
        why = Reason(
            "rate_too_low",
            f"{tone} is expected at {low:.0f} to {high:.0f} Hz, and its lines about {seen.line_hz:.0f} Hz lie beyond"
            f" what the sampling rate shows; sample at {_rate_for(seen.line_hz + 2 * high)} kHz or more",
        )
        sentence = f"This recording cannot tell about the {part}: {why.text}."
        return FaultVerdict(name, Verdict.CANNOT_DECIDE, sentence, reasons=(why,))
    fv, stands_out, has_pair = _family(seen, low, high, slip)
    n_lines = int(stands_out.sum())
    at = Interval(fv, fv, fv)
    lines = [
        FaultLine(name, f"f{'-' if s < 0 else '+'}{'' if m == 1 else m}{tone}", seen.line_hz, s * m)
        for m in (1, 2)
        for s in (-1, 1)
    ]
    measured = [measure_line(seen.spectrum, line, at, seen.carrier.amplitude, seen.line_hz) for line in lines]
    evidence = tuple(
        _as_counted(one, is_counted) for one, is_counted in zip(measured, stands_out, strict=True) if one is not None
    )
    least = _least_dbc(seen, fv)
    verdict = FaultVerdict(
        name,
        Verdict.NOT_SUPPORTED,
        "",
        evidence,
        smallest_visible=Interval(least, least, least),
        smallest_unit="dBc of a line",
    )
    shown = [e for e in evidence if e.is_present]
    where = f"{tone} {fv:.2f} Hz (expected {low:.1f} to {high:.1f} Hz, {bearing.source})"
    if has_pair and n_lines >= FAMILY:
        level = float(np.mean([e.level for e in shown])) if shown else float("nan")
        severity = Severity(Interval(level, level - 3, level + 3), "dBc, mean of the lines", "not normalised by load")
        family = f"{n_lines} of 4 lines of {where} stand out"
        rival = Competitor(
            "a load or a supply that pulsates at this very frequency", Verdict.CANNOT_DECIDE, "gives the same family"
        )
        if doubt := _doubt(seen, slip, name, level):
            return _with(
                verdict,
                Verdict.CANNOT_DECIDE,
                f"This recording cannot tell about the {part}: lines stand where its tone would, but {doubt}.",
                Reason("family_doubted", f"{family}, but {doubt}"),
                severity=severity,
                competing=(rival,),
            )
        return _with(
            verdict,
            Verdict.SUPPORTED,
            f"The bearing's {part} looks damaged: {n_lines} lines of its tone stand out; confirm by vibration.",
            Reason("family", family),
            severity=severity,
            competing=(rival,),
        )
    if has_pair:
        return _with(
            verdict,
            Verdict.CANNOT_DECIDE,
            f"This recording cannot tell about the {part}: one pair of lines stands where its tone would, without the"
            " double.",
            Reason("one_pair", f"one pair stands out at {where}; a pulsating load gives the same"),
            competing=(
                Competitor("a load that pulsates at this frequency", Verdict.CANNOT_DECIDE, "gives the same pair"),
            ),
        )
    return _with(
        verdict,
        Verdict.NOT_SUPPORTED,
        f"No sign of the {part}; current shows advanced damage only, lines from {least:.0f} dBc would have shown.",
        Reason("no_family", f"no pair of lines stands out at {where}"),
    )


def _doubt(seen: Observation, slip: Interval | None, name: str, level_dbc: float) -> str:
    """Why a family of lines is not believed to be a bearing's; empty for none."""
    if slip is None:
        return "the speed is not known well enough to tell them from lines of the shaft"
    if seen.is_clipped:
        return "the recording is clipped, which makes lines of its own"
    if level_dbc > STRONGEST_DBC:
        return (
            f"{level_dbc:.0f} dBc is more than bearings give (up to {STRONGEST_DBC:.0f} dBc); a load that pulsates is"
            " likelier"
        )
    if name == "bearing_cage":
        return "a cage seldom shows alone; a load or a supply that pulsates slowly is likelier"
    return ""


def _rate_for(highest_hz: float) -> int:
    """Sampling rate in whole kHz that shows lines up to a frequency."""
    return int(np.ceil(2.5 * highest_hz / 1000))


def _as_counted(one: Evidence, is_counted: bool) -> Evidence:
    """A line of evidence that is present only where it counts for the family."""
    if is_counted == one.is_present:
        return one
    note = "" if is_counted else "belongs to the shaft or the rotor, or is the skirt of a stronger line"
    return replace(one, is_present=bool(is_counted), note=note or one.note)


def _family(
    seen: Observation, low_hz: float, high_hz: float, slip: Interval | None
) -> tuple[float, NDArray[np.bool_], bool]:
    """Frequency at which most lines of a family stand out, which do, and whether the first pair does."""
    spectrum, f = seen.spectrum, seen.line_hz
    grid = np.arange(low_hz, high_hz + spectrum.bin_hz, spectrum.bin_hz / 2)
    allowed = ~_beside_rotor_lines(seen, grid, slip)
    allowed &= (np.abs(2 * grid - f) > 4 * spectrum.bin_hz) & (grid > 4 * spectrum.bin_hz)
    presence = np.array([_stands_out(seen, np.abs(f + s * m * grid)) for m in (1, 2) for s in (-1, 1)])
    presence &= allowed
    first = presence[0] & presence[1]
    score = presence.sum(axis=0) + 2 * first
    at = len(grid) // 2
    if score.max() > 0:
        # A line is present in the bins beside it too: of all places with as many lines the strongest counts.
        best = np.flatnonzero(score == score.max())
        at = int(best[np.argmax(_power_of_lines(seen, grid[best]))])
    return float(grid[at]), presence[:, at], bool(first[at])


def _power_of_lines(seen: Observation, hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the logarithms of the power at f -+ fv and f -+ 2 fv, for tones fv."""
    power, bin_hz = seen.spectrum.power, seen.spectrum.bin_hz
    total = np.zeros(len(hz))
    for shift in (-2, -1, 1, 2):
        bins = np.round(np.abs(seen.line_hz + shift * hz) / bin_hz).astype(np.int64)
        total += np.log(np.maximum(power[np.minimum(bins, len(power) - 1)], 1e-30))
    return total


def _beside_rotor_lines(seen: Observation, hz: NDArray[np.float64], slip: Interval | None) -> NDArray[np.bool_]:
    """Whether frequencies are those of the shaft, of rotor bars, or of both together: j fr + 2 k s f."""
    bin_hz, f = seen.spectrum.bin_hz, seen.line_hz
    fr = f / seen.motor.pole_pairs * (1 - (slip.value if slip else 0.0))
    turns = hz / fr
    beside = np.abs(turns - np.round(turns)) * fr < max(SHAFT_GUARD * fr, 3 * bin_hz)
    if slip is None:
        return np.abs(turns - np.round(turns)) < UNKNOWN_SLIP_GUARD
    for k in range(-BAR_MULTIPLES, BAR_MULTIPLES + 1):
        rest = (hz - 2 * k * slip.value * f) / fr
        spread = 2 * abs(k) * (slip.high - slip.low) / 2 * f
        beside |= np.abs(rest - np.round(rest)) * fr < 3 * bin_hz + spread
    return beside


def _stands_out(seen: Observation, hz: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether bins are peaks of their own, stand out of their surroundings and beside no supply harmonic."""
    power, bin_hz = seen.spectrum.power, seen.spectrum.bin_hz
    bins = np.round(hz / bin_hz).astype(np.int64)
    usable = (bins > 8) & (bins < len(power) - 8)
    harmonic = np.round(hz / seen.line_hz) * seen.line_hz
    usable &= np.abs(hz - harmonic) > 4 * bin_hz
    first, last = int(np.clip(bins.min() - 60, 0, None)), int(bins.max() + 60)
    band = power[first:last]
    floor = float(np.median(band)) / np.log(2) if len(band) > 20 else np.inf
    at = np.where(usable, bins, 8)
    level = np.maximum(np.maximum(power[at - 1], power[at]), power[at + 1])
    # The skirt of a strong line stands out too, but falls to one side only.
    is_peak = level > PEAK_RATIO * np.maximum(power[at - 5], power[at + 5])
    least = max(floor * 10 ** (PRESENT_DB / 10), (seen.carrier.amplitude * 10 ** (FAINTEST_DBC / 20)) ** 2)
    return usable & is_peak & (level >= least)


def _least_dbc(seen: Observation, fv: float) -> float:
    at = min(int((seen.line_hz + fv) / seen.spectrum.bin_hz), len(seen.spectrum.power) - 60)
    return float(20 * np.log10(max(bin_floor(seen.spectrum, at), 1e-15) / seen.carrier.amplitude) + PRESENT_DB)


def _with(
    verdict: FaultVerdict,
    answer: Verdict,
    sentence: str,
    reason: Reason,
    *,
    severity: Severity | None = None,
    competing: tuple[Competitor, ...] = (),
) -> FaultVerdict:
    return replace(
        verdict, verdict=answer, sentence=sentence, competing=competing, reasons=(reason,), severity=severity
    )
