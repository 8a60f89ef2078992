"""How the lines of faults are marked: a colour, a symbol and a dash a fault, labels that do not cover each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from diagmod.core.expected_lines import LineReading, OffsetMark, Standing
from diagmod.views.panes import log_ticks
from diagmod.views.theme import CONDITION_COLOURS, CONDITION_SYMBOLS, CONDITION_WORDS


@dataclass(frozen=True)
class FaultStyle:
    """How one fault is drawn."""

    words: str
    colour: str
    symbol: str
    dash: str


def _of_condition(name: str, dash: str) -> FaultStyle:
    return FaultStyle(CONDITION_WORDS[name], CONDITION_COLOURS[name], CONDITION_SYMBOLS[name], dash)


#: Every fault that has lines, in the order in which they are shown. Bearings share a colour and differ in symbol.
FAULT_STYLES = {
    "broken_bar": _of_condition("broken_bar", "solid"),
    "eccentricity": _of_condition("eccentricity", "dash"),
    "stator_short": _of_condition("stator_short", "dashdot"),
    "slot_harmonics": FaultStyle("slot harmonics", "#56B4E9", "hexagon", "longdash"),
    "bearing_outer": _of_condition("bearing_outer", "dot"),
    "bearing_inner": FaultStyle("bearing, inner race", "#E69F00", "star-diamond", "longdashdot"),
    "bearing_ball": FaultStyle("bearing, ball", "#E69F00", "pentagon", "dot"),
    "bearing_cage": FaultStyle("bearing, cage", "#E69F00", "star-square", "dash"),
}

#: How each standing changes the symbol of a fault: open, a tick, a cross.
_SUFFIX = {Standing.STANDS_OUT: "", Standing.COINCIDES: "-open"}
_PLAIN = {Standing.ABSENT: "line-ns-open", Standing.UNRESOLVED: "x-thin-open", Standing.RANGE: "line-ns-open"}

#: Labels in one picture at most, and the share of its width between two.
MOST_LABELS, LABEL_WIDTH = 26, 0.0165

#: Width and height of the name of a mark, over those of the picture.
NAME_WIDTH, NAME_HEIGHT = 0.06, 0.075

#: Standings of a line that is there.
_THERE = (Standing.STANDS_OUT, Standing.COINCIDES)


def symbol_of(fault: str, standing: Standing) -> str:
    """Marker of a line: its fault's shape, filled, open, or only a tick or a cross."""
    return _PLAIN.get(standing) or FAULT_STYLES[fault].symbol + _SUFFIX[standing]


def is_there(reading: LineReading) -> bool:
    """Whether a line stands out, of one fault or of several."""
    return reading.standing in _THERE


def hover_of(reading: LineReading, line_hz: float) -> str:
    """What is shown under the pointer for one line."""
    head = f"<b>{FAULT_STYLES[reading.fault].words}: {reading.name}</b>"
    e = reading.evidence
    if e is None:
        return f"{head}<br>{reading.low_hz:.2f} to {reading.high_hz:.2f} Hz<br>{reading.standing}"
    parts = [head, f"{e.hz:.3f} Hz = {e.hz / line_hz:.3f} f"]
    if np.isfinite(e.level):
        parts.append(f"{e.level:.1f} dBc, {e.prominence_db:.0f} dB above its floor")
    parts.append(e.note or str(reading.standing))
    if reading.coincides_with:
        parts.append("with " + ", ".join(name.replace("_", " ") for name in reading.coincides_with[:4]))
    return "<br>".join(parts)


def labelled(
    readings: Iterable[LineReading], supported: Collection[str], low_hz: float, high_hz: float
) -> list[LineReading]:
    """Lines that get a label: those that stand out, supported faults first, as many as fit beside each other."""
    shown = [r for r in readings if is_there(r) and low_hz <= r.hz <= high_hz]
    shown.sort(key=lambda r: (r.fault in supported, r.evidence.prominence_db if r.evidence else 0.0), reverse=True)
    chosen: list[LineReading] = []
    for reading in shown:
        if all(abs(reading.hz - other.hz) >= LABEL_WIDTH * (high_hz - low_hz) for other in chosen):
            chosen.append(reading)
    return chosen[:MOST_LABELS]


def add_marks(
    chart: go.Figure, marks: Sequence[OffsetMark], x_range: tuple[float, float], y_range: tuple[float, float]
) -> None:
    """Draw distances from the carrier as upright lines, and set the axes.

    A colour and a dash a fault, the range in which a line may be as a pale band (and a bar above it where nothing
    more is known), the names above the lines in as many heights as they need.

    Parameters
    ----------
    chart : Figure
        Its horizontal axis is made logarithmic where ``x_range`` is positive; a vertical one that is logarithmic
        already stays so.
    marks : sequence of OffsetMark
    x_range, y_range : (float, float)
        Ends of the axes, in data; room for the names is added above.
    """
    is_log = x_range[0] > 0
    low, high = np.log10(x_range) if is_log else x_range
    inside = [m for m in marks if x_range[0] < _middle(m) < x_range[1]]

    def place(hz: float) -> float:
        return float(((np.log10(max(hz, x_range[0])) if is_log else hz) - low) / (high - low))

    heights = _heights({m: (place(ends[0]), place(ends[1])) for m in inside for ends in [_ends(m)]})
    y_is_log = chart.layout.yaxis.type == "log"
    bottom, top = np.log10(y_range) if y_is_log else y_range
    step = NAME_HEIGHT * (top - bottom)
    for fault, style in FAULT_STYLES.items():
        mine = [m for m in inside if m.fault == fault]
        if mine:
            tops = [float(top + heights[m] * step) for m in mine]
            _add_fault(chart, style, mine, bottom, tops, y_is_log=y_is_log)
    chart.update_xaxes(range=[low, high], type="log" if is_log else "linear")
    if is_log:
        ticks = log_ticks(*x_range)
        chart.update_xaxes(tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
    n_heights = 1 + max(heights.values(), default=-1)
    chart.update_yaxes(range=[bottom, top + n_heights * step])


def _add_fault(
    chart: go.Figure,
    style: FaultStyle,
    marks: Sequence[OffsetMark],
    bottom: float,
    tops: Sequence[float],
    *,
    y_is_log: bool,
) -> None:
    def data(y: float) -> float:
        return 10**y if y_is_log else y

    # A line where the place is known; where only the range is, a bar over it.
    ends = [_ends(m) for m in marks]
    feet = [bottom if np.isfinite(m.hz) else top for m, top in zip(marks, tops, strict=True)]
    chart.add_scatter(
        x=[x for pair in ends for x in (*pair, None)],
        y=[y for foot, top in zip(feet, tops, strict=True) for y in (data(foot), data(top), None)],
        name=style.words,
        mode="lines",
        line={"color": style.colour, "dash": style.dash, "width": 1.5},
        hovertext=[text for m in marks for text in (_where(m), _where(m), "")],
        hoverinfo="text",
    )
    chart.add_scatter(
        x=[_middle(m) for m in marks],
        y=[data(top) for top in tops],
        text=[m.name for m in marks],
        mode="text",
        textposition="top center",
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )
    for mark in marks:
        if mark.high_hz - mark.low_hz > 0.005 * abs(mark.high_hz):
            chart.add_vrect(
                x0=mark.low_hz, x1=mark.high_hz, fillcolor=style.colour, opacity=0.13, line_width=0, layer="below"
            )


def _heights(places: Mapping[OffsetMark, tuple[float, float]]) -> dict[OffsetMark, int]:
    """Lowest free height of every mark, so that names and bars at one height do not cover each other."""
    heights: dict[OffsetMark, int] = {}
    for mark, (begin, end) in sorted(places.items(), key=lambda item: item[1]):
        near = {
            heights[other]
            for other in heights
            if places[other][0] - NAME_WIDTH < end and begin < places[other][1] + NAME_WIDTH
        }
        heights[mark] = next(k for k in range(len(near) + 1) if k not in near)
    return heights


def _ends(mark: OffsetMark) -> tuple[float, float]:
    """A place, or the range where nothing more is known."""
    return (mark.hz, mark.hz) if np.isfinite(mark.hz) else (mark.low_hz, mark.high_hz)


def _middle(mark: OffsetMark) -> float:
    return mark.hz if np.isfinite(mark.hz) else (mark.low_hz + mark.high_hz) / 2


def _where(mark: OffsetMark) -> str:
    place = f"{mark.hz:.3f} Hz" if np.isfinite(mark.hz) else "somewhere in this range"
    return f"{mark.name}: {place} ({mark.low_hz:.2f} to {mark.high_hz:.2f} Hz)"
