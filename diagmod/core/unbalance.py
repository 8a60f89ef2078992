"""Unbalance, and why current alone does not say where it comes from.

An inter-turn short and an unbalanced supply both raise the negative sequence, and a recorder with unequal
channels imitates them. Without the voltage, or a healthy baseline of the same motor, the two stay two
hypotheses. What one recording can show is how large the negative sequence is, whether it switches within
the recording, and how large a short it would have missed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.carrier import sequence_tracks
from diagmod.core.spectrum import Spectrum, line_phasor
from diagmod.core.verdicts import Competitor, Evidence, FaultVerdict, Interval, Reason, Severity, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.wideband import WidebandSpectrum

#: Negative over positive sequence from which a current is called unbalanced, percent. NEMA MG 1 calls up to 1 % voltage
#: unbalance fine, which gives 6 to 10 % in the current (reference section 3).
UNBALANCED_PCT = 8.0

#: Below this a short of 10 % of the turns of a phase, which gives 5 to 12 %, would have shown, percent.
SHORT_EXCLUDED_PCT = 3.0

#: Negative sequence per turn shorted: 5 to 12 % for 10 % of the turns of one phase.
SHORT_GAIN = Interval(0.85, 0.5, 1.2)

#: Negative sequence of the current per voltage unbalance: 6 to 10 times (reference section 3).
SUPPLY_GAIN = Interval(8.0, 6.0, 10.0)

#: Change of the negative sequence within a recording that counts as switching, percent, and how many times its spread.
SWITCH_PCT, SWITCH_SPREADS = 4.0, 5.0

#: Time left out on either side of a switching, and the shortest state that is judged alone, in seconds.
SWITCH_MARGIN_S, LEAST_STATE_S = 0.1, 1.0

#: Window of the track of the negative sequence, in periods of the supply.
TRACK_PERIODS = 8


@dataclass(frozen=True)
class NegativeSequence:
    """Negative over positive sequence of a stretch.

    Attributes
    ----------
    ratio : complex
        ``I2 / I1`` over the whole stretch; NaN for a single phase.
    calm_pct, peak_pct : float
        Its magnitude in the calmer and in the stronger of two states, percent; equal where it does not switch.
    change_pct : float
        Distance of the two states, percent; 0 where it does not switch.
    stretches_s : tuple of (float, float)
        Where the stronger state holds, in seconds of the stretch.
    """

    ratio: complex
    calm_pct: float
    peak_pct: float
    change_pct: float = 0.0
    stretches_s: tuple[tuple[float, float], ...] = ()

    def later_by(self, begin_s: float) -> NegativeSequence:
        """The same, of a stretch that begins later by so many seconds."""
        moved = tuple((round(a + begin_s, 2), round(b + begin_s, 2)) for a, b in self.stretches_s)
        return replace(self, stretches_s=moved)

    @property
    def is_switched(self) -> bool:
        """Whether it takes two values within the stretch."""
        return self.change_pct > 0


def negative_sequence(
    vector: NDArray[np.inexact], spectrum: WidebandSpectrum, fs: float, line_hz: float
) -> NegativeSequence:
    """Negative sequence of a stretch, as a whole and followed in time.

    Parameters
    ----------
    vector : ndarray, shape (n,)
        Space vector; a real vector (one phase) has no sequences.
    spectrum : WidebandSpectrum
        Its spectrum.
    fs, line_hz : float
        In Hz.
    """
    if not np.iscomplexobj(vector):
        nan = float("nan")
        return NegativeSequence(complex(nan), nan, nan)
    n = 2 * (len(spectrum.forward) - 1)
    # The conjugate of the backward side is the spectrum of the conjugate vector: its phasor is I2 itself.
    sides = Spectrum(np.stack([spectrum.forward, np.conj(spectrum.backward)]), spectrum.bin_hz, n)
    positive, negative = line_phasor(sides, line_hz)
    whole = complex(negative / positive)
    time_s, track = sequence_tracks(
        np.asarray(vector, dtype=np.result_type(vector.dtype, np.complex64)), fs, line_hz, TRACK_PERIODS
    )
    if len(track) < 8:
        return NegativeSequence(whole, 100 * abs(whole), 100 * abs(whole))
    labels, centres, spread = _two_states(track)
    change = 100 * float(abs(centres[1] - centres[0]))
    if change < SWITCH_PCT or change < SWITCH_SPREADS * 100 * spread:
        return NegativeSequence(whole, 100 * abs(whole), 100 * abs(whole))
    strong = int(np.argmax(np.abs(centres)))
    calm = 100 * float(abs(centres[1 - strong]))
    return NegativeSequence(
        whole, calm, 100 * float(abs(centres[strong])), change, _stretches(time_s, labels == strong)
    )


def one_state(found: NegativeSequence, stretch_s: tuple[float, float]) -> tuple[float, float]:
    """Longest part of a stretch in which the negative sequence does not switch; the stretch itself if none is long.

    Parameters
    ----------
    found : NegativeSequence
    stretch_s : (float, float)
        Begin and end in seconds.
    """
    if not found.is_switched:
        return stretch_s
    begin, end = stretch_s
    edges = sorted({t for pair in found.stretches_s for t in pair if begin < t < end})
    # A switching takes as long as the window that found it.
    parts = [(a + SWITCH_MARGIN_S, b - SWITCH_MARGIN_S) for a, b in zip([begin, *edges], [*edges, end], strict=True)]
    longest = max(parts, key=lambda part: part[1] - part[0])
    return longest if longest[1] - longest[0] >= LEAST_STATE_S else stretch_s


def judge_unbalance(found: NegativeSequence, floor_pct: float = float("nan")) -> FaultVerdict:
    """Verdict on the condition "unbalanced currents", whatever the cause.

    Parameters
    ----------
    found : NegativeSequence
    floor_pct : float
        Negative over positive sequence that unequal channels may cause, percent; NaN for unknown.
    """
    if not np.isfinite(found.peak_pct):
        return FaultVerdict(
            "unbalance",
            Verdict.CANNOT_DECIDE,
            "Unbalance cannot be seen in a single phase.",
            reasons=(Reason("single_phase", "the symmetrical components need all three phases; record R, S and T"),),
        )
    evidence = _evidence(found)
    severity = Severity(Interval(found.peak_pct, found.calm_pct, found.peak_pct), "% of I1")
    if found.peak_pct >= UNBALANCED_PCT or found.is_switched:
        switched = "" if not found.is_switched else f", switched within the recording ({_times(found)})"
        return FaultVerdict(
            "unbalance",
            Verdict.SUPPORTED,
            f"The currents are unbalanced: the negative sequence reaches {found.peak_pct:.1f} % of the"
            f" positive{switched}.",
            evidence,
            _causes(found, floor_pct),
            (Reason("negative_sequence", _why_unbalanced(found)),),
            severity,
        )
    return FaultVerdict(
        "unbalance",
        Verdict.NOT_SUPPORTED,
        f"The currents are balanced within what is usual: the negative sequence is {found.peak_pct:.1f} % of the"
        " positive.",
        evidence,
        (),
        (Reason("usual", f"I2 / I1 is {found.peak_pct:.1f} %, up to {UNBALANCED_PCT:g} % is usual"),),
        severity,
    )


def _why_unbalanced(found: NegativeSequence) -> str:
    if found.peak_pct >= UNBALANCED_PCT:
        return f"I2 / I1 reaches {found.peak_pct:.1f} %, up to {UNBALANCED_PCT:g} % is usual"
    return (
        f"I2 / I1 changes by {found.change_pct:.1f} % within the recording; a sound motor on a steady supply keeps it"
    )


def judge_short(
    found: NegativeSequence, *, floor_pct: float = float("nan"), refusal: Reason | None = None
) -> FaultVerdict:
    """Verdict on an inter-turn short from one recording, without voltage and without baseline.

    Parameters
    ----------
    found : NegativeSequence
    floor_pct : float
        Negative over positive sequence that unequal channels may cause or hide, percent; NaN for unknown.
    refusal : Reason, optional
        Why nothing can be believed.

    References
    ----------
    Thomson, W. T., IEEE IEMDC 2001, DOI 10.1109/IEMDC.2001.939365; Cruz & Cardoso, IEEE Trans. Ind.
    Appl. 37(5), 2001, DOI 10.1109/28.952496.
    """
    verdict = FaultVerdict("stator_short", Verdict.CANNOT_DECIDE, "")
    single = Reason("single_phase", "an inter-turn short shows in the negative sequence, which needs all three phases")
    if refusal is not None or not np.isfinite(found.peak_pct):
        return _undecided(verdict, refusal or single)
    least = max(found.peak_pct, 1.0) / np.array([SHORT_GAIN.value, SHORT_GAIN.high, SHORT_GAIN.low])
    visible = Interval(float(least[0]), float(least[1]), float(least[2]))
    verdict = replace(
        verdict, evidence=_evidence(found), smallest_visible=visible, smallest_unit="% of the turns of one phase"
    )
    if found.peak_pct < SHORT_EXCLUDED_PCT <= floor_pct:
        text = (
            f"the negative sequence is {found.peak_pct:.1f} %, but the channels are unequal and may hide or make up to "
            f"{floor_pct:.1f} %; calibrate them against one another, or watch the change against a healthy recording"
        )
        return _undecided(verdict, Reason("unequal_channels", text))
    if found.peak_pct < SHORT_EXCLUDED_PCT:
        return replace(
            verdict,
            verdict=Verdict.NOT_SUPPORTED,
            sentence=(
                f"No sign of an inter-turn short; one of {visible.high:.0f} % of the turns of a phase would have shown."
            ),
            reasons=(Reason("balanced", f"the negative sequence is {found.peak_pct:.1f} % of the positive"),),
        )
    turns = Interval(*(found.peak_pct / gain for gain in (SHORT_GAIN.value, SHORT_GAIN.high, SHORT_GAIN.low)))
    severity = Severity(turns, "% of the turns of one phase, if it is a short", "not normalised by load")
    text = (
        f"a negative sequence of {found.peak_pct:.1f} % comes from a short or from an unbalanced supply, and current"
        " alone does not tell which; measure the voltages, or compare with a healthy recording of this motor"
    )
    if found.is_switched:
        text = (
            f"the negative sequence changes by {found.change_pct:.1f} % of I1 within the recording ({_times(found)}),"
            " as a short or a switched single-phase consumer would do; measure the voltages at the same time"
        )
    return replace(
        _undecided(verdict, Reason("short_or_supply", text)), severity=severity, competing=_causes(found, floor_pct)[1:]
    )


def _two_states(track: NDArray[np.complexfloating]) -> tuple[NDArray[np.int64], NDArray[np.complexfloating], float]:
    """Two clusters of a complex track: labels, centres (medians), and the spread within them."""
    far = np.abs(track - np.median(track.real) - 1j * np.median(track.imag))
    centres = np.array([track[np.argmax(far)], track[np.argmax(np.abs(track - track[np.argmax(far)]))]])
    labels = np.zeros(len(track), dtype=np.int64)
    for _ in range(12):
        before, labels = labels, np.argmin(np.abs(track[:, None] - centres[None]), axis=1)
        if not 0 < labels.sum() < len(labels) or (labels == before).all():
            break
        centres = np.array(
            [np.median(track[labels == k].real) + 1j * np.median(track[labels == k].imag) for k in (0, 1)]
        )
    distance = np.abs(track - centres[labels])
    is_rare = min(labels.sum(), len(labels) - labels.sum()) < 3
    return labels, centres, float("inf") if is_rare else float(np.median(distance))


def _stretches(time_s: NDArray[np.float64], is_in: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_in.astype(np.int8), [0]])))
    step = float(time_s[1] - time_s[0])
    return tuple(
        (round(float(time_s[a]) - step / 2, 2), round(float(time_s[b - 1]) + step / 2, 2))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    )


def _causes(found: NegativeSequence, floor_pct: float) -> tuple[Competitor, ...]:
    """What raises the negative sequence: a short, the supply, the instruments."""
    peak = found.peak_pct
    turns = f"{peak / SHORT_GAIN.high:.0f} to {peak / SHORT_GAIN.low:.0f} % of the turns would do it"
    supply = f"{peak / SUPPLY_GAIN.high:.1f} to {peak / SUPPLY_GAIN.low:.1f} % of voltage unbalance would do it"
    causes = [
        Competitor("inter-turn short", Verdict.CANNOT_DECIDE, turns),
        Competitor("unbalanced supply voltage", Verdict.CANNOT_DECIDE, f"{supply}; measure the voltages"),
    ]
    if not found.is_switched:
        causes.append(_channels(found, floor_pct))
    return tuple(causes)


def _channels(found: NegativeSequence, floor_pct: float) -> Competitor:
    name = "unequal current channels"
    if floor_pct < found.peak_pct / 4:
        text = f"the three currents add up to zero within {floor_pct:.1f} %, so the channels explain no more than that"
        return Competitor(name, Verdict.NOT_SUPPORTED, text)
    text = f"a gain error of {3 * found.peak_pct:.0f} % in one phase would do it; exchange two sensors and record again"
    return Competitor(name, Verdict.CANNOT_DECIDE, text)


def _evidence(found: NegativeSequence) -> tuple[Evidence, ...]:
    nan = float("nan")
    figures = [
        Evidence(
            "I2 / I1", nan, 100 * abs(found.ratio), nan, nan, unit="%", is_present=found.peak_pct >= SHORT_EXCLUDED_PCT
        )
    ]
    figures.append(
        Evidence("angle of I2 / I1", nan, float(np.degrees(np.angle(found.ratio)) % 360), nan, nan, unit="deg")
    )
    if found.is_switched:
        figures.append(
            Evidence(
                "change of I2 / I1", nan, found.change_pct, nan, nan, unit="%", is_present=True, note=_times(found)
            )
        )
    return tuple(figures)


def _times(found: NegativeSequence) -> str:
    shown = [f"{a:.1f} to {b:.1f} s" for a, b in found.stretches_s[:3]]
    more = len(found.stretches_s) - len(shown)
    return "at " + ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _undecided(verdict: FaultVerdict, reason: Reason) -> FaultVerdict:
    return replace(
        verdict, sentence=f"This recording cannot tell whether turns are shorted: {reason.text}.", reasons=(reason,)
    )
