"""The modulation of the supply line as spectra, with the distances at which faults show.

Distances from a fraction of a hertz (twice the slip) to the supply frequency matter alike, so the axes are
logarithmic. Computed data in, plotly figure out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from diagmod.core.demodulation import ModulusSpectrum
from diagmod.core.examination_parts import ShortPiece, Sidebands
from diagmod.core.expected_lines import OffsetMark
from diagmod.core.modulation import PRESENT_DB
from diagmod.core.verdicts import Reason
from diagmod.views.fault_marks import add_marks
from diagmod.views.panes import ABOVE, BELOW, GREY, MEASURED, nothing
from diagmod.views.theme import figure
from diagmod.views.thinning import columns

#: Lowest level that is drawn, dBc.
LEAST_DBC = -150.0


def sideband_figure(sides: Sidebands | Reason, marks: Sequence[OffsetMark]) -> go.Figure:
    """Levels below and above the carrier over the distance from it, with the floor and the places of the faults."""
    title = "Sidebands of the supply line"
    if isinstance(sides, Reason):
        return nothing(title, sides)
    chart = figure(title, "distance from the supply line (Hz)", "level (dBc)", 520)
    first = max(1, int(np.searchsorted(sides.offset_hz, sides.lowest_hz / 2)))
    highest = max(float(sides.lower_dbc[first:].max()), float(sides.upper_dbc[first:].max()))
    for name, level, colour, dash in (
        ("below the supply line", sides.lower_dbc, BELOW, "solid"),
        ("above it", sides.upper_dbc, ABOVE, "dot"),
    ):
        thin = columns(sides.offset_hz[first:], level[first:], is_log=True)
        _add_curve(chart, thin.at, np.maximum(thin.highest, LEAST_DBC), name, colour, dash)
    for name, above, dash in (("floor", 0.0, "dot"), (f"floor + {PRESENT_DB:g} dB: a line", PRESENT_DB, "dash")):
        _add_curve(chart, sides.floor_hz, sides.floor_dbc + above, name, GREY, dash)
    bottom = max(LEAST_DBC, float(sides.floor_dbc.min()) - 12)
    add_marks(chart, marks, (sides.lowest_hz / 2, float(sides.offset_hz[-1])), (bottom, highest + 5))
    least_hz = sides.lowest_hz / 2
    chart.add_vrect(x0=least_hz, x1=sides.lowest_hz, fillcolor=GREY, opacity=0.22, line_width=0)
    # Annotations on a logarithmic axis are placed by the logarithm, shapes by the value.
    chart.add_annotation(
        x=float(np.log10(least_hz * 1.4)), y=0.5, yref="paper", text="not resolved", textangle=-90, showarrow=False
    )
    return chart


def park_modulus_figure(modulus: ModulusSpectrum | Reason, line_hz: float, marks: Sequence[OffsetMark]) -> go.Figure:
    """Spectrum of the Park modulus up to three times the supply frequency, in percent of its mean."""
    title = "Spectrum of the Park modulus"
    if isinstance(modulus, Reason):
        return nothing(title, modulus)
    chart = figure(title, "frequency (Hz)", "modulus (% of its mean)", 480)
    hz = modulus.spectrum.hz
    least_hz, most_hz = modulus.spectrum.taper.half_lobe_bins * modulus.spectrum.bin_hz, 3.2 * line_hz
    shown = (hz >= least_hz) & (hz <= most_hz)
    thin = columns(hz[shown], np.maximum(modulus.amplitude_pct[shown], 1e-7), is_log=True)
    _add_curve(chart, thin.at, thin.highest, "modulus", MEASURED, "solid")
    chart.update_yaxes(type="log", dtick=1, exponentformat="power")
    # An unbalance stands at twice the supply frequency, whatever its cause.
    double = OffsetMark("stator_short", "2f", 2 * line_hz, 2 * line_hz, 2 * line_hz)
    ends = max(1e-6, float(np.median(thin.median)) / 8), 2 * float(thin.highest.max())
    add_marks(chart, [*marks, double], (least_hz, most_hz), ends)
    return chart


def short_piece_figure(piece: ShortPiece | Reason, marks: Sequence[OffsetMark]) -> go.Figure:
    """A short piece: its Hann spectrum beside the lines that ESPRIT finds in it."""
    title = "A short piece: spectrum and ESPRIT"
    if isinstance(piece, Reason):
        return nothing(title, piece)
    about = f"{title} ({piece.duration_s:.2f} s from {piece.begin_s:.2f} s)"
    chart = figure(about, "distance from the supply line (Hz)", "level (dBc)", 450)
    level = _dbc(piece.spectrum.amplitude, piece.carrier_amplitude)
    found = _dbc(np.abs(piece.lines.phasors), piece.carrier_amplitude)
    bars = [m for m in marks if m.fault == "broken_bar"]
    reach = min(max([4 * piece.resolved_hz, *(1.2 * m.high_hz for m in bars)]), float(piece.spectrum.hz[-1]))
    inside = np.abs(piece.spectrum.hz) <= reach
    bottom = float(min(level[inside].min(), found[np.abs(piece.lines.hz) <= reach].min(initial=0.0))) - 6
    _add_curve(chart, piece.spectrum.hz, level, "Hann spectrum of the piece", MEASURED, "solid", "lines+markers")
    chart.add_scatter(
        x=np.repeat(piece.lines.hz, 3),
        y=[y for dbc in found for y in (bottom, float(dbc), None)],
        name="line found by ESPRIT",
        mode="lines+markers",
        line={"color": ABOVE, "width": 2, "dash": "dot"},
        marker={"symbol": "diamond", "size": [0, 10, 0] * len(found)},
        hovertext=[
            text
            for hz, dbc, rate in zip(piece.lines.hz, found, piece.lines.damping_per_s, strict=True)
            for text in ("", f"{hz:+.3f} Hz, {dbc:.1f} dBc<br>decays by {rate:.2g} per second", "")
        ],
        hoverinfo="text",
    )
    both = [_mirrored(m, sign) for m in bars for sign in (-1, 1)]
    add_marks(chart, both, (-reach, reach), (bottom, 4.0))
    return chart


def _mirrored(mark: OffsetMark, sign: int) -> OffsetMark:
    low, high = sorted((sign * mark.low_hz, sign * mark.high_hz))
    return OffsetMark(mark.fault, f"{'-+'[sign > 0]}{mark.name}", sign * mark.hz, low, high)


def _add_curve(
    chart: go.Figure,
    x: NDArray[np.floating],
    y: NDArray[np.floating],
    name: str,
    colour: str,
    dash: str,
    mode: str = "lines",
) -> None:
    line = {"color": colour, "width": 1.3, "dash": dash}
    chart.add_scatter(
        x=x.astype(np.float32), y=y.astype(np.float32), name=name, mode=mode, line=line, marker={"size": 4}
    )


def _dbc(amplitude: NDArray[np.floating], carrier: float) -> NDArray[np.float64]:
    return 20 * np.log10(np.maximum(amplitude, 1e-12 * carrier) / carrier)
