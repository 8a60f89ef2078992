"""Spectra of one recording with the places of the faults in them: computed data in, plotly figure out.

The labels of sixty expected lines would cover the spectrum. Only lines that stand out are labelled; all of them stand
in rows below it, a row a fault, and the pointer tells the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from diagmod.core.expected_lines import LineReading, Standing
from diagmod.core.verdicts import Reason
from diagmod.core.wideband import WidebandSpectrum
from diagmod.views.fault_marks import FAULT_STYLES, hover_of, is_there, labelled, symbol_of
from diagmod.views.panes import ABOVE, GREY, MEASURED, nothing, panes
from diagmod.views.theme import INK
from diagmod.views.thinning import columns

#: Lowest level that is drawn, dBc: below it single precision says nothing.
LEAST_DBC = -150.0


def spectrum_lines_figure(
    spectrum: WidebandSpectrum | Reason,
    carrier_amplitude: float,
    line_hz: float,
    lines: Sequence[LineReading],
    supported: Collection[str] = (),
    low_hz: float = 0.0,
    high_hz: float = 0.0,
) -> go.Figure:
    """Spectrum in dBc with every expected line of every fault.

    The bins are drawn as they are: a line between two of them reads up to 1.4 dB low, its mark stands at its level.

    Parameters
    ----------
    spectrum : WidebandSpectrum or Reason
    carrier_amplitude : float
        Peak amplitude of the supply line in the unit of the spectrum: 0 dBc.
    line_hz : float
        Supply frequency in Hz.
    lines : sequence of LineReading
    supported : collection of str
        Faults whose lines are labelled first.
    low_hz, high_hz : float
        Range drawn in Hz; a ``high_hz`` of 0 goes to the Nyquist frequency.
    """
    title = "Spectrum with the lines of the faults"
    if isinstance(spectrum, Reason):
        return nothing(title, spectrum)
    high_hz = min(high_hz or spectrum.nyquist_hz, spectrum.nyquist_hz)
    inside = [r for r in lines if r.low_hz <= high_hz and r.high_hz >= low_hz]
    faults = [name for name in FAULT_STYLES if any(r.fault == name for r in inside)]
    rug = 24 * max(1, len(faults)) + 10
    height = 380 + rug + 150
    chart = panes(
        title, ("", "frequency (Hz)"), ("level (dBc)", ""), height, row_heights=(380 / (380 + rug), rug / (380 + rug))
    )
    bottom, width_hz = _add_spectrum(chart, spectrum, carrier_amplitude, low_hz, high_hz)
    if width_hz > spectrum.bin_hz:
        chart.update_layout(title={"text": f"{title}; the highest line of every {width_hz:.2g} Hz is drawn"})
    for fault in faults:
        _add_fault(chart, fault, [r for r in inside if r.fault == fault], line_hz)
    for reading in labelled(inside, supported, low_hz, high_hz):
        _add_label(chart, reading, is_strong=reading.fault in supported)
    for standing in [one for one in Standing if any(r.standing == one for r in inside)]:
        _explain(chart, standing)
    words = [FAULT_STYLES[name].words for name in faults]
    chart.update_yaxes(range=[bottom, 14], row=1, col=1)
    chart.update_yaxes(
        type="category", categoryorder="array", categoryarray=words[::-1], range=[-0.6, len(words) - 0.4], row=2, col=1
    )
    # A margin, so that a line at 0 Hz stands clear of the names of the rows.
    chart.update_xaxes(range=[low_hz - 0.015 * (high_hz - low_hz), high_hz])
    return chart


def _add_spectrum(
    chart: go.Figure, spectrum: WidebandSpectrum, amplitude: float, low_hz: float, high_hz: float
) -> tuple[float, float]:
    """Draw the spectrum, thinned; gives the lower end of its axis and the width of a column in Hz."""
    first, last = int(low_hz / spectrum.bin_hz), int(high_hz / spectrum.bin_hz) + 1
    first = max(first, 1)
    hz = np.arange(first, min(last, len(spectrum.power))) * spectrum.bin_hz
    level = _dbc(spectrum.power[first:last], amplitude)
    thin = columns(hz, level)
    _add_level(chart, thin.at, thin.highest, "spectrum", MEASURED, "solid")
    if thin.width > 4 * spectrum.bin_hz:
        _add_level(chart, thin.at, thin.median, "median", GREY, "dot")
    backward = spectrum.backward[first:last]
    if backward.any():
        other = columns(hz, _dbc(backward.real**2 + backward.imag**2, amplitude))
        _add_level(chart, other.at, other.highest, "what turns backwards", ABOVE, "dot", is_hidden=True)
    return max(LEAST_DBC, float(np.percentile(thin.median, 2)) - 12), thin.width


def _add_level(
    chart: go.Figure,
    hz: NDArray[np.float64],
    level: NDArray[np.floating],
    name: str,
    colour: str,
    dash: str,
    *,
    is_hidden: bool = False,
) -> None:
    chart.add_scatter(
        x=hz.astype(np.float32),
        y=level.astype(np.float32),
        name=name,
        mode="lines",
        line={"color": colour, "width": 1, "dash": dash},
        visible="legendonly" if is_hidden else True,
        row=1,
        col=1,
    )


def _add_fault(chart: go.Figure, fault: str, readings: Sequence[LineReading], line_hz: float) -> None:
    """Lines of one fault: those that are there on the spectrum, all of them in the fault's row."""
    style = FAULT_STYLES[fault]
    there = [r for r in readings if is_there(r)]
    placed = [r for r in readings if np.isfinite(r.hz)]
    for shown, y, row, size in (
        (there, [r.evidence.level if r.evidence else None for r in there], 1, 9),
        (placed, [style.words] * len(placed), 2, 10),
    ):
        chart.add_scatter(
            x=[r.hz for r in shown],
            y=y,
            name=style.words,
            mode="markers",
            marker={
                "symbol": [symbol_of(fault, r.standing) for r in shown],
                "color": style.colour,
                "size": size,
                "line": {"width": 1.6, "color": style.colour},
            },
            hovertext=[hover_of(r, line_hz) for r in shown],
            hoverinfo="text",
            showlegend=False,
            cliponaxis=False,
            row=row,
            col=1,
        )
    vague = [r for r in readings if r.standing == Standing.RANGE]
    chart.add_scatter(
        x=[x for r in vague for x in (r.low_hz, r.high_hz, None)],
        y=[y for _ in vague for y in (style.words, style.words, None)],
        mode="lines",
        line={"color": style.colour, "width": 5},
        opacity=0.55,
        hovertext=[text for r in vague for text in (hover_of(r, line_hz), hover_of(r, line_hz), "")],
        hoverinfo="text",
        showlegend=False,
        row=2,
        col=1,
    )


def _add_label(chart: go.Figure, reading: LineReading, *, is_strong: bool) -> None:
    level = reading.evidence.level if reading.evidence else 0.0
    chart.add_annotation(
        x=reading.hz,
        y=level,
        text=f"<b>{reading.name}</b>" if is_strong else reading.name,
        textangle=-90,
        showarrow=False,
        yanchor="bottom",
        yshift=8,
        font={"size": 11, "color": INK},
        row=1,
        col=1,
    )


def _explain(chart: go.Figure, standing: Standing) -> None:
    """An entry of the legend that says what a shape means; a circle stands for the shape of any fault."""
    shapes = {Standing.STANDS_OUT: "circle", Standing.COINCIDES: "circle-open"}
    symbol = shapes.get(standing) or symbol_of("broken_bar", standing)
    marker = {"symbol": symbol, "color": GREY, "size": 9, "line": {"width": 1.6, "color": GREY}}
    mode = "lines" if standing == Standing.RANGE else "markers"
    line = {"color": GREY, "width": 5}
    chart.add_scatter(x=[None], y=[None], name=str(standing), mode=mode, marker=marker, line=line, row=1, col=1)


def _dbc(power: NDArray[np.floating], amplitude: float) -> NDArray[np.float64]:
    level = 10 * np.log10(np.maximum(power.astype(np.float64), 1e-30)) - 20 * np.log10(amplitude)
    return np.maximum(level, LEAST_DBC - 10)
