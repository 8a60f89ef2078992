"""Broken bars against pulsating loads: the same two lines beside the carrier, told apart by their phases.

A broken bar brakes and drives the rotor at twice the slip frequency, a load that pulsates there does the
same; both put lines at f(1 -+ 2s). The product of the two lines, each relative to the carrier, has an
angle that does not depend on where time starts and differs by about 180 degrees between the two. The
height of the lines grows with load, so it is divided by the rotor current of the equivalent circuit
before it is read as bars. What the recording cannot resolve or could not have shown is refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.bar_pairs import (
    ANY_BARS,
    bar_like,
    bars_of_pair,
    load_angle_deg,
    load_like,
    sideband_evidence,
    smallest_visible,
)
from diagmod.core.modulation import PRESENT_DB, Pair
from diagmod.core.observation import LEAST_LOAD, rotor_over_stator_current
from diagmod.core.verdicts import Competitor, Evidence, FaultVerdict, Interval, Reason, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diagmod.core.charts import SeverityChart
    from diagmod.core.observation import Observation

#: Half lobes of the taper from the supply line at which a pair of lines is judged: twice what just separates them, and
#: a tenth (reference section 4).
RESOLVED_LOBES = 2.2

#: Bins within which a line at a known slip must stand, and beside which a stronger one hides it.
PLACE_BINS, MASKED_BINS = 0.5, 2.5

#: Prominence in dB from which a pair is believed to be the rotor's while no other line confirms the slip, and the slip
#: that it then may mean over the one that nameplate and current make likely.
UNCONFIRMED_DB, LIKELY = 20.0, Interval(1.0, 0.6, 1.6)

#: Level in dBc that folded harmonics of high order do not exceed.
ALIAS_DBC = -45.0

#: Part of a pair that changes the amplitude, below which it is a pure modulation of phase, as a swinging supply makes.
PURE_PHASE = 0.12

#: Ratio of the ends of an interval of bars beyond which no number is printed.
UNCERTAIN = 20.0

#: Bars that a healthy cage may seem to miss by its natural asymmetry; below, a fault is not concluded.
NATURAL_BARS = 0.3


def judge_bars(
    seen: Observation, slip: Interval | None, charts: Sequence[SeverityChart], *, refusal: Reason | None = None
) -> FaultVerdict:
    """Verdict on broken bars and end rings.

    Parameters
    ----------
    seen : Observation
    slip : Interval or None
        Slip on which the witnesses agree; None where it is unknown.
    charts : sequence of SeverityChart
        Grade the sideband beside the load-normalised severity; the first one is shown.
    refusal : Reason, optional
        Why no line near the carrier can be believed, from the quality of the recording.

    References
    ----------
    Thomson & Fenger, IEEE Ind. Appl. Mag. 7(4), 2001, DOI 10.1109/2943.930988;
    Benbouzid, IEEE Trans. Ind. Electron. 47(5), 2000, DOI 10.1109/41.873206.
    """
    load = seen.load_of_slip(slip)
    searched = slip or seen.expected_slip
    window = Interval(
        2 * searched.value * seen.line_hz, 2 * searched.low * seen.line_hz, 2 * searched.high * seen.line_hz
    )
    verdict = FaultVerdict("broken_bar", Verdict.CANNOT_DECIDE, "")
    if refusal is not None:
        return _undecided(verdict, refusal)
    pair = _strongest(seen, slip, window)
    if (unresolved := _unresolved(seen, slip, window)) is not None:
        return _undecided(replace(verdict, evidence=_evidence_of(seen, pair)), unresolved)
    visible = smallest_visible(seen, load, window)
    verdict = replace(verdict, smallest_visible=_least_called_a_fault(visible), smallest_unit="broken bars")
    if pair is None or not pair.lower.is_present:
        return _nothing_seen(seen, replace(verdict, evidence=_evidence_of(seen, pair)), visible, load, window)
    if slip is not None and (masked := _masked(seen, pair, window)) is not None:
        return _undecided(replace(verdict, evidence=_pair_evidence(seen, pair)), masked)
    if slip is None:
        load = _implied_load(seen, pair)
    return _seen_pair(seen, slip, load, pair, charts, verdict)


def resolved_hz(seen: Observation) -> float:
    """Offset from the supply line in Hz from which a pair of lines is judged."""
    return RESOLVED_LOBES * seen.modulation.lowest_hz


def _unresolved(seen: Observation, slip: Interval | None, window: Interval) -> Reason | None:
    """Why the sidebands cannot be told from the carrier, or None."""
    lowest = resolved_hz(seen)
    highest = window.high if slip is None else window.value
    if highest >= lowest:
        return None
    # The filter of the carrier takes a little at either end.
    needed = lowest * seen.carrier.duration_s / max(highest, 1e-3) + 2 * seen.carrier.start_s
    return Reason(
        "not_resolved",
        f"at a slip of {'at most ' if slip is None else ''}{highest / (2 * seen.line_hz):.4f} the sidebands stand"
        f" {highest:.2f} Hz from the supply line, nearer than the {lowest:.2f} Hz from which"
        f" {seen.carrier.duration_s:.1f} s show them safely; record {_seconds(needed)} or more, or at higher load",
    )


def _tolerance_hz(seen: Observation, window: Interval) -> float:
    """How far from twice the known slip a line may stand and still be the rotor's."""
    return max(window.high - window.value, PLACE_BINS * seen.modulation.bin_hz)


def _masked(seen: Observation, pair: Pair, window: Interval) -> Reason | None:
    """A stronger line right beside twice the slip, whose skirt is all that is seen there; or None."""
    bin_hz = seen.modulation.bin_hz
    tolerance = _tolerance_hz(seen, window)
    beside = seen.modulation.pair(window.value, tolerance + MASKED_BINS * bin_hz)
    if abs(beside.offset_hz - window.value) <= tolerance + 0.25 * bin_hz or not beside.lower.is_present:
        return None
    if beside.total < pair.total:
        return None
    return Reason(
        "masked",
        f"lines {beside.offset_hz:.2f} Hz beside the supply line, which are not at twice the slip ({window.value:.2f}"
        " Hz), hide what broken bars would show there; record longer, or while load and supply are steadier",
    )


def _strongest(seen: Observation, slip: Interval | None, window: Interval) -> Pair | None:
    if slip is not None:
        return seen.modulation.pair(window.value, _tolerance_hz(seen, window))
    pairs = [p for p in seen.modulation.pairs(window.low, window.high) if p.lower.is_present]
    likely = [p for p in pairs if bar_like(p, _implied_load(seen, p))]
    return max(likely or pairs, key=lambda p: p.total, default=None)


def _implied_load(seen: Observation, pair: Pair) -> Interval:
    """Load of a pair at an unknown slip: twice the slip or not, the one that goes with it is the only one meant."""
    implied = pair.offset_hz / (2 * seen.line_hz)
    return seen.load_of_slip(Interval(implied, 0.98 * implied, 1.02 * implied))


def _least_called_a_fault(visible: Interval) -> Interval:
    """Number of bars from which a fault is concluded: lines must show, and exceed a healthy cage's for sure."""
    surely = NATURAL_BARS * visible.value / max(visible.low, 1e-9)
    return Interval(max(visible.value, surely), max(visible.low, NATURAL_BARS), max(visible.high, surely))


def _evidence_of(seen: Observation, pair: Pair | None) -> tuple[Evidence, ...]:
    return () if pair is None else _pair_evidence(seen, pair)


def _nothing_seen(
    seen: Observation, verdict: FaultVerdict, visible: Interval, load: Interval, window: Interval
) -> FaultVerdict:
    if window.low < resolved_hz(seen):
        return _undecided(
            verdict,
            Reason(
                "slip_too_low",
                f"the slip may be as low as {window.low / (2 * seen.line_hz):.4f}, where sidebands cannot be told from"
                f" the supply line in {seen.carrier.duration_s:.1f} s; record longer, at higher load, or with a known"
                " speed",
            ),
        )
    if visible.high > 1.0:
        level = 20 * np.log10(
            max(rotor_over_stator_current(load).low, 1e-3) / (2 * (seen.motor.rotor_bars or ANY_BARS.high))
        )
        return _undecided(
            verdict,
            Reason(
                "load_too_low",
                f"one broken bar may give no more than {level:.0f} dBc at this load and the recording shows lines from "
                f"{seen.modulation.floor_dbc(max(window.high, seen.modulation.lowest_hz)) + PRESENT_DB:.0f} dBc; "
                "measure again at half load or more, longer, or with less noise",
            ),
        )
    return replace(
        verdict,
        verdict=Verdict.NOT_SUPPORTED,
        sentence=f"No sign of broken bars; {visible.high:.2g} of a bar or more would have shown.",
        reasons=(Reason("no_line", "no line stands out at twice the slip below the supply line"),),
    )


def _seen_pair(
    seen: Observation,
    slip: Interval | None,
    load: Interval,
    pair: Pair,
    charts: Sequence[SeverityChart],
    verdict: FaultVerdict,
) -> FaultVerdict:
    bars = bars_of_pair(pair, load, seen.motor.rotor_bars)
    severity = _severity(seen, pair, bars, load, charts)
    competing = _competitors(seen, slip, load, pair)
    verdict = replace(verdict, evidence=_pair_evidence(seen, pair), competing=competing, severity=severity)
    where = f"lines {pair.offset_hz:.2f} Hz beside the supply line"
    if bars.high < NATURAL_BARS:
        return replace(
            verdict,
            verdict=Verdict.NOT_SUPPORTED,
            sentence=f"The rotor shows no more than its natural asymmetry ({bars.high:.2g} of a bar at most).",
            reasons=(
                Reason(
                    "natural_asymmetry",
                    f"{where} stand for {bars.low:.2g} to {bars.high:.2g} of a bar, a healthy cage's natural asymmetry",
                ),
            ),
        )
    if not bar_like(pair, load):
        angle = load_angle_deg(load)
        text = (
            f"{where} have an angle of {pair.phase_sum_deg:.0f} degrees; at this load a pulsating load gives about"
            f" {angle:.0f}, broken bars about {(angle + 180) % 360:.0f}"
        )
        return _undecided(verdict, Reason("load_oscillation", text))
    if pair.mean_dbc < ALIAS_DBC and seen.is_alias(pair.offset_hz, 3 * seen.modulation.bin_hz):
        text = (
            f"{where} stand where harmonics of the supply fold back at this sampling rate; record with an anti-alias"
            " filter"
        )
        return _undecided(verdict, Reason("alias", text))
    if slip is None and (doubt := _unconfirmed(seen, pair)):
        return _undecided(verdict, Reason("slip_unknown", f"{where} look like a rotor fault, but {doubt}"))
    if seen.is_inverter_fed:
        text = (
            f"{where} look like a rotor fault, but the motor is fed by an inverter, whose control can make such lines"
            " itself; record again on the mains, or in open loop, or compare with a healthy recording"
        )
        return _undecided(verdict, Reason("inverter_control", text))
    if bars.low < NATURAL_BARS:
        return _undecided(
            verdict,
            Reason(
                "small",
                f"{where} stand for {bars.low:.2g} to {bars.high:.2g} broken bars, which may still be natural"
                " asymmetry; compare with an earlier recording, or measure at higher load",
            ),
        )
    return replace(
        verdict,
        verdict=Verdict.SUPPORTED,
        sentence=f"The rotor cage is damaged: the current shows {_bars_in_words(bars)}.",
        reasons=(Reason("rotor_modulation", f"{where} stand out and their phases are those of a rotor fault"),),
    )


def _unconfirmed(seen: Observation, pair: Pair) -> str:
    """Why a pair that looks like a rotor fault cannot be one for sure while the slip is unknown; empty for none."""
    rated, likely = seen.motor.rated_slip, seen.expected_slip.value
    if not rated:
        return "nothing says that they stand at twice the slip; give the rated speed or measure the speed"
    implied = pair.offset_hz / (2 * seen.line_hz)
    low, high = (LIKELY.low * likely, LIKELY.high * likely) if likely > 0 else (0.1 * rated, LIKELY.high * rated)
    if not low <= implied <= high:
        return f"the slip of {implied:.4f} that they would mean does not fit the load; measure the speed"
    second = seen.modulation.pair(2 * pair.offset_hz, seen.modulation.bin_hz)
    is_clear = pair.lower.prominence_db >= UNCONFIRMED_DB and pair.amplitude_share >= PURE_PHASE
    if not (is_clear and second.lower.is_present):
        return "no other line confirms the slip, and a swinging or flickering supply may make them; measure the speed"
    return ""


def _competitors(seen: Observation, slip: Interval | None, load: Interval, pair: Pair) -> tuple[Competitor, ...]:
    is_bar, is_lone = bar_like(pair, load), not pair.upper.is_present
    swing = Competitor(
        "load oscillation at twice the slip",
        Verdict.NOT_SUPPORTED if is_bar else (Verdict.SUPPORTED if load_like(pair, load) else Verdict.CANNOT_DECIDE),
        (
            "only the lower line stands out, a load moves both"
            if is_lone
            else (
                f"the angle of the two lines is {pair.phase_sum_deg:.0f} degrees; at this load a pulsating load gives"
                f" about {load_angle_deg(load):.0f}, a mixture of both cannot be excluded"
            )
        ),
    )
    found = [swing]
    if slip is None:
        found.append(
            Competitor(
                "a load oscillation elsewhere",
                Verdict.CANNOT_DECIDE,
                "the slip is not confirmed by slot harmonics or the shaft lines, so the place of the lines proves"
                " nothing",
            )
        )
    if not is_lone:
        found.append(
            Competitor(
                "a supply voltage that flickers at this very rate",
                Verdict.CANNOT_DECIDE,
                "it has the same phases; it would stand at twice the slip by chance, and show in other motors too",
            )
        )
    if pair.amplitude_share < PURE_PHASE:
        found.append(
            Competitor(
                "a supply frequency that swings at this rate",
                Verdict.CANNOT_DECIDE,
                "the lines change the phase alone, as a swinging supply does; the frequency measured elsewhere in the"
                " plant would tell",
            )
        )
    if seen.is_inverter_fed:
        found.append(
            Competitor(
                "control of the inverter",
                Verdict.CANNOT_DECIDE,
                "a speed or current controller can make such lines itself; compare with the inverter in open loop",
            )
        )
    return tuple(found)


def _severity(
    seen: Observation, pair: Pair, bars: Interval, load: Interval, charts: Sequence[SeverityChart]
) -> Severity:
    count = f"{seen.motor.rotor_bars} bars" if seen.motor.rotor_bars else "an assumed 22 to 58 bars"
    how = f"sideband sum over rotor current at {_load_in_words(load)}, {count}"
    if not charts:
        return Severity(bars, "broken bars", how)
    chart = charts[0]
    db_below = -(pair.lower.level_dbc if chart.quantity == "lower sideband" else pair.mean_dbc)
    return Severity(
        bars, "broken bars", how, chart.name, chart.source, f"{chart.grade(db_below)} ({-db_below:.1f} dBc)"
    )


def _load_in_words(load: Interval) -> str:
    low, high = (f"{100 * max(end, LEAST_LOAD):.0f}" for end in (load.low, load.high))
    both = low if low == high else f"{low} to {high}"
    return f"{both} % load" + ("" if load.low >= LEAST_LOAD else " (more bars below)")


def _pair_evidence(seen: Observation, pair: Pair) -> tuple[Evidence, ...]:
    second = seen.modulation.pair(2 * pair.offset_hz, seen.modulation.bin_hz)
    nan = float("nan")
    angle = (Evidence("angle of both lines", nan, pair.phase_sum_deg, nan, nan, unit="deg"),)
    return (
        sideband_evidence("f(1-2s)", seen.line_hz, pair.lower),
        sideband_evidence("f(1+2s)", seen.line_hz, pair.upper),
        sideband_evidence("f(1-4s)", seen.line_hz, second.lower),
        sideband_evidence("f(1+4s)", seen.line_hz, second.upper),
        *(angle if pair.is_present else ()),
    )


def _undecided(verdict: FaultVerdict, reason: Reason) -> FaultVerdict:
    sentence = f"This recording cannot tell whether bars are broken: {reason.text}."
    return replace(verdict, verdict=Verdict.CANNOT_DECIDE, sentence=sentence, reasons=(reason,))


def _bars_in_words(bars: Interval) -> str:
    if bars.high < 1.0:
        return f"the equivalent of {bars.low:.1f} to {bars.high:.1f} broken bars (a crack or a bad joint)"
    if bars.high > UNCERTAIN * bars.low:
        return f"the equivalent of {bars.low:.1f} broken bars or more; the load is too uncertain for a number"
    return f"the equivalent of {bars.low:.1f} to {bars.high:.1f} broken bars"


def _seconds(value: float) -> str:
    return f"{np.ceil(value):.0f} s" if value < 600 else f"{np.ceil(value / 60):.0f} min"
