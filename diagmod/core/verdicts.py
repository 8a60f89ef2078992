"""What a diagnosis says: verdicts with evidence, never bare labels.

A fault is *supported*, *not supported*, or the recording *cannot decide*; the third is an answer, with
its reasons and with what to measure next. Every verdict carries the lines it rests on, the other
causes that would look the same, and the smallest fault that this recording could have shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagmod.core.expected_lines import LineReading


class Verdict(StrEnum):
    """Answer to "does this recording show that fault?"."""

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"
    CANNOT_DECIDE = "cannot_decide"


class QualityVerdict(StrEnum):
    """Answer to "can this recording carry a diagnosis?"."""

    GOOD = "good"
    LIMITED = "limited"
    UNUSABLE = "unusable"


@dataclass(frozen=True)
class Interval:
    """A value between two bounds; ``value`` is NaN where only the bounds are known."""

    value: float
    low: float
    high: float

    def overlaps(self, other: Interval) -> bool:
        """Whether the two intervals have a point in common."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True)
class Reason:
    """Why: a stable code for programs and one sentence for people (what, how much, what to do).

    Attributes
    ----------
    code, text : str
    what : str
        The sentence without what to do; empty where it is not told apart.
    value, limit : float or None
        What was measured and what it was held against; None where there is no number.
    rule : str
        Finer name among the rules of validation where one code stands for two limits; empty where it is the code.
    """

    code: str
    text: str
    what: str = ""
    value: float | None = None
    limit: float | None = None
    rule: str = ""

    @classmethod
    def of(
        cls, code: str, what: str, to_do: str = "", *, value: float | None = None, limit: float | None = None,
        rule: str = "",
    ) -> Reason:  # fmt: skip
        """A reason whose sentence says what, and then what to do."""
        return cls(code, f"{what}; {to_do}" if to_do else what, what, value, limit, rule)


@dataclass(frozen=True)
class Evidence:
    """One measured line or figure that a verdict rests on.

    Attributes
    ----------
    name : str
        For example "f(1-2s)".
    hz : float
        Frequency in the current in Hz; NaN for a figure that is no line.
    level : float
        Level in ``unit``.
    floor : float
        Floor beside it in ``unit``; NaN where there is none.
    prominence_db : float
        Level over floor in dB; NaN where there is no floor.
    unit : str
        "dBc" (relative to the supply line of the same recording) or the unit of the figure.
    is_resolved : bool
        Whether record length and taper separate it from its neighbours.
    is_present : bool
        Whether it stands out of its floor.
    note : str
        What it coincides with, or how it is to be read; may be empty.
    """

    name: str
    hz: float
    level: float
    floor: float
    prominence_db: float
    unit: str = "dBc"
    is_resolved: bool = True
    is_present: bool = False
    note: str = ""


@dataclass(frozen=True)
class Competitor:
    """Another cause of the same picture: what it is, how it was tested, and how it stands."""

    name: str
    verdict: Verdict
    text: str


@dataclass(frozen=True)
class Severity:
    """How strong a fault is, as an interval.

    Attributes
    ----------
    interval : Interval
        In ``unit``.
    unit : str
        For example "broken bars" or "% of I1".
    normalised_by : str
        What the load normalisation used, in words.
    chart, chart_source, chart_band : str
        Chart that grades it, where it comes from, and the band it gives; empty without a chart.
    """

    interval: Interval
    unit: str
    normalised_by: str = ""
    chart: str = ""
    chart_source: str = ""
    chart_band: str = ""


@dataclass(frozen=True)
class FaultVerdict:
    """Everything said about one fault or one operating condition.

    Attributes
    ----------
    name : str
        "broken_bar", "eccentricity", "stator_short", "bearing_outer", ... or a condition.
    verdict : Verdict
    sentence : str
        One plain sentence for a maintenance engineer.
    evidence, competing, reasons : tuples
    severity : Severity or None
        None unless lines were measured.
    smallest_visible : Interval or None
        Smallest fault this recording could have shown, in the unit of ``smallest_unit``.
    smallest_unit : str
    """

    name: str
    verdict: Verdict
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    competing: tuple[Competitor, ...] = ()
    reasons: tuple[Reason, ...] = ()
    severity: Severity | None = None
    smallest_visible: Interval | None = None
    smallest_unit: str = ""


@dataclass(frozen=True)
class SlipEstimate:
    """One estimate of the slip, and what it rests on.

    Attributes
    ----------
    method : str
        "slot harmonics", "eccentricity pair", "bar sidebands", "nameplate and load" or "combined".
    interval : Interval or None
        Slip 0..1; None where the method gives none.
    reason : str
        Why there is none, or how it was found.
    """

    method: str
    interval: Interval | None
    reason: str = ""


@dataclass(frozen=True)
class Quality:
    """Whether the recording can carry a diagnosis, measured on it.

    Attributes
    ----------
    verdict : QualityVerdict
    reasons : tuple of Reason
        Empty for a good recording.
    advice : tuple of str
        What to change in the acquisition.
    figures : dict of float
        Measured figures by name with the unit as suffix, for example ``floor_dbc``.
    is_clock_reliable : bool
        False where samples are not evenly spaced in time; then no statement about lines is made.
    stretch_s : tuple of float
        Begin and end, in seconds after the first sample, of the stretch that was judged: the motor runs, the load is
        steady, and the unbalance does not switch.
    """

    verdict: QualityVerdict
    reasons: tuple[Reason, ...] = ()
    advice: tuple[str, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)
    is_clock_reliable: bool = True
    stretch_s: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Diagnosis:
    """All that one recording says about one motor.

    Attributes
    ----------
    quality : Quality
    line_hz : Interval or None
        Supply frequency in Hz; None where no supply line was found.
    slip : SlipEstimate
        The combined estimate; its interval is None where the estimators disagree or say nothing.
    slip_estimates : tuple of SlipEstimate
        Every estimator's own answer.
    load_share : Interval or None
        Load over rated load (1), where it can be told.
    faults, conditions : tuple of FaultVerdict
        Faults of the machine; conditions (unbalance, load oscillation, inverter supply) are no faults of it.
    collisions : tuple of str
        Pairs of lines that this recording cannot tell apart.
    sentence : str
        The whole in one or two plain sentences.
    lines : tuple of LineReading
        Every line that any fault would have at this slip, and what is there; empty where the slip is not known.
    """

    quality: Quality
    line_hz: Interval | None
    slip: SlipEstimate
    slip_estimates: tuple[SlipEstimate, ...]
    load_share: Interval | None
    faults: tuple[FaultVerdict, ...]
    conditions: tuple[FaultVerdict, ...]
    collisions: tuple[str, ...]
    sentence: str
    lines: tuple[LineReading, ...] = ()

    def fault(self, name: str) -> FaultVerdict:
        """The verdict of one fault or condition by name.

        Raises
        ------
        KeyError
            There is none of that name.
        """
        by_name = {verdict.name: verdict for verdict in (*self.faults, *self.conditions)}
        if name not in by_name:
            raise KeyError(f"there is no verdict {name!r}; there are {', '.join(by_name)}")
        return by_name[name]

    @property
    def is_possible(self) -> bool:
        """Whether the recording supports any diagnosis at all."""
        return self.quality.verdict != QualityVerdict.UNUSABLE
