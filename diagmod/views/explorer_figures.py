"""Figures of the recording explorer: a waveform that stays sharp at every zoom, and two recordings side by side.

A minute of three phases has millions of samples. What is looked at is drawn with every extreme, what lies beside it
roughly (:func:`diagmod.views.thinning.sharp_part`); the page sends what a new zoom needs. Computed data in, plotly
figure out.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from diagmod.core.examination_parts import ParkVector
from diagmod.core.expected_lines import LineReading, OffsetMark
from diagmod.core.recording import PHASES
from diagmod.core.tapers import AmplitudeSpectrum
from diagmod.core.verdicts import Reason
from diagmod.core.wideband import WidebandSpectrum
from diagmod.views.fault_marks import FAULT_STYLES, add_marks, hover_of, is_there, symbol_of
from diagmod.views.panes import MEASURED, nothing, panes
from diagmod.views.theme import PHASE_COLOURS, figure
from diagmod.views.thinning import columns, extremes, sharp_part

#: Dash of each phase: colour is not the only carrier of meaning.
PHASE_DASHES = {"R": "solid", "S": "dash", "T": "dot"}

#: Colours of a recording and of its reference, and the dash of the reference.
OWN, OTHER, OTHER_DASH = MEASURED, "#B4652A", "dot"

#: Lowest level that is drawn, dBc.
LEAST_DBC = -150.0

#: Points of a Park vector at most, and how many turns of it are compared.
PARK_POINTS, COMPARED_TURNS = 3000, 5


@dataclass(frozen=True)
class Sharp:
    """What is drawn of one phase: times in s and samples, each of shape (n,)."""

    phase: str
    time_s: NDArray[np.float64]
    values: NDArray[np.float32]


def sharpened(rows: Mapping[str, NDArray[np.float32]], fs: float, begin_s: float, end_s: float) -> list[Sharp]:
    """Samples to draw of phases of which ``begin_s`` to ``end_s`` is looked at.

    Parameters
    ----------
    rows : mapping of phase to ndarray, shape (n,)
    fs : float
        Sampling rate in Hz.
    begin_s, end_s : float
    """
    first, last = int(begin_s * fs), int(np.ceil(end_s * fs)) + 1
    found = {phase: sharp_part(row, first, min(last, len(row))) for phase, row in rows.items()}
    return [Sharp(phase, np.round(at / fs, 7), rows[phase][at]) for phase, at in found.items()]


def explorer_waveform_figure(
    drawn: Sequence[Sharp], view_s: tuple[float, float], whole_s: float, unit: str = "A"
) -> go.Figure:
    """Phases over time; ``layout.meta`` tells the page which controls a zoom sets.

    Parameters
    ----------
    drawn : sequence of Sharp
    view_s : (float, float)
        Ends of the axis in s.
    whole_s : float
        Length of the recording in s.
    unit : str
    """
    chart = figure("Waveform", "time (s)", f"current ({unit})", 440)
    for one in drawn:
        chart.add_scatter(
            x=one.time_s,
            y=one.values,
            name=one.phase,
            mode="lines",
            line={"color": PHASE_COLOURS[one.phase], "width": 1.3, "dash": PHASE_DASHES[one.phase]},
            connectgaps=False,
        )
    chart.update_xaxes(range=list(view_s))
    return zooming(chart, "begin", "end", whole_s)


def zooming(chart: go.Figure, low: str, high: str, whole: float) -> go.Figure:
    """Let the page set two controls to the ends of the horizontal axis when a viewer zooms (``zoom.js``)."""
    chart.update_layout(meta={"zoom": [low, high], "whole": whole}, dragmode="zoom")
    return chart


def traces_of(drawn: Sequence[Sharp]) -> list[dict[str, Any]]:
    """The same samples for a figure that is already there: 64-bit times and 32-bit values, packed as base 64."""
    return [
        {"x": _packed(one.time_s.astype("<f8")), "y": _packed(one.values.astype("<f4")), "name": one.phase}
        for one in drawn
    ]


def phase_spectra_figure(
    hz: NDArray[np.floating], level: NDArray[np.floating], phases: str, range_hz: tuple[float, float]
) -> go.Figure:
    """Level of single phases in dBc, the highest line of every column; ``level`` has shape (3, n_bins)."""
    chart = figure("Spectrum of single phases", "frequency (Hz)", "level (dBc)", 420)
    shown = (hz >= range_hz[0]) & (hz <= range_hz[1])
    for phase, row in zip(PHASES, level, strict=True):
        if phase in phases and np.isfinite(row).any():
            thin = columns(hz[shown], np.maximum(row[shown], LEAST_DBC))
            _add_line(chart, thin.at, thin.highest, phase, PHASE_COLOURS[phase], PHASE_DASHES[phase])
    chart.update_xaxes(range=list(range_hz))
    return chart


def demodulated_figure(
    spectrum: AmplitudeSpectrum | Reason, what: str, unit: str, reach_hz: float, marks: Sequence[OffsetMark]
) -> go.Figure:
    """Spectrum of the amplitude or of the phase of the carrier, with the distances at which faults show.

    Parameters
    ----------
    spectrum : AmplitudeSpectrum or Reason
        One-sided, mean removed.
    what : str
        "amplitude" or "phase".
    unit : str
    reach_hz : float
        End of the axis in Hz.
    marks : sequence of OffsetMark
    """
    title = f"Spectrum of the {what} of the supply line"
    if isinstance(spectrum, Reason):
        return nothing(title, spectrum)
    chart = figure(title, "distance from the supply line (Hz)", f"{what} ({unit})", 430)
    least_hz = spectrum.taper.half_lobe_bins * spectrum.bin_hz
    shown = (spectrum.hz >= least_hz) & (spectrum.hz <= reach_hz)
    if shown.sum() < 2:
        return nothing(title, Reason("too_short", "the recording is too short to tell anything beside the supply line"))
    thin = columns(spectrum.hz[shown], np.maximum(spectrum.amplitude[shown], 1e-9), is_log=True)
    _add_line(chart, thin.at, thin.highest, what, MEASURED, "solid")
    chart.update_yaxes(type="log", dtick=1, exponentformat="power")
    ends = max(1e-7, float(np.median(thin.median)) / 8), 2 * float(thin.highest.max())
    add_marks(chart, marks, (least_hz, reach_hz), ends)
    return chart


def components_figure(found: tuple[NDArray[np.floating], NDArray[np.floating]] | Reason, unit: str = "A") -> go.Figure:
    """Positive, negative and zero sequence over time, a pane each; times (m,) and amplitudes (m, 3) of zero, 1, 2."""
    title = "Symmetrical components over time"
    if isinstance(found, Reason):
        return nothing(title, found)
    time_s, components = found
    names = ("positive, I1", "negative, I2", "zero, I0")
    chart = panes(title, ("", "", "time (s)"), [f"{name.split(', ')[1]} ({unit})" for name in names], 520)
    for k, (name, column, dash) in enumerate(zip(names, (1, 2, 0), ("solid", "dash", "dot"), strict=True), start=1):
        y = components[:, column].astype(np.float32)
        line = {"color": MEASURED, "width": 1.4, "dash": dash}
        chart.add_scatter(x=time_s.astype(np.float32), y=y, name=name, mode="lines", line=line, row=k, col=1)
        chart.update_yaxes(rangemode="tozero", row=k, col=1)
    return chart


def compared_waveforms_figure(
    own: tuple[NDArray[np.floating], NDArray[np.floating]] | Reason,
    other: tuple[NDArray[np.floating], NDArray[np.floating]] | Reason,
    names: tuple[str, str],
    unit: str = "A",
) -> go.Figure:
    """Some periods of two recordings, a pane each with the same axes; time in ms (n,), currents (3, n)."""
    title = "Some periods, side by side"
    if isinstance(own, Reason):
        return nothing(title, own)
    if isinstance(other, Reason):
        return nothing(title, other)
    chart = panes(
        title, ("", "time from a rising zero (ms)"), [f"{name} ({unit})" for name in ("this", "reference")], 560
    )
    reach = 0.0
    for k, (part, name) in enumerate(zip((own, other), names, strict=True), start=1):
        time_ms, currents = part
        for phase, row in zip(PHASES, currents, strict=True):
            if not np.isfinite(row).any():
                continue
            at = extremes(np.asarray(row), PARK_POINTS)
            line = {"color": PHASE_COLOURS[phase], "width": 1.4, "dash": PHASE_DASHES[phase]}
            chart.add_scatter(
                x=time_ms[at].astype(np.float32), y=row[at].astype(np.float32), name=phase, mode="lines", line=line,
                showlegend=k == 1, legendgroup=phase, hovertext=name, row=k, col=1,
            )  # fmt: skip
            reach = max(reach, float(np.nanmax(np.abs(row))))
    chart.update_yaxes(range=[-1.1 * reach, 1.1 * reach])
    return chart


@dataclass(frozen=True)
class Seen:
    """A spectrum with what was read in it, for a comparison."""

    spectrum: WidebandSpectrum
    carrier_amplitude: float
    line_hz: float
    lines: Sequence[LineReading]


def compared_spectra_figure(own: Seen | Reason, other: Seen | Reason, range_hz: tuple[float, float]) -> go.Figure:
    """Spectra of two recordings in dBc, a pane each with the same axes, lines that stand out marked in both."""
    title = "Spectra, side by side"
    if isinstance(own, Reason):
        return nothing(title, own)
    if isinstance(other, Reason):
        return nothing(title, other)
    chart = panes(title, ("", "frequency (Hz)"), ("this (dBc)", "reference (dBc)"), 640)
    lowest, named = 0.0, set()
    for k, (part, colour, dash) in enumerate(((own, OWN, "solid"), (other, OTHER, "solid")), start=1):
        lowest = min(lowest, _add_level(chart, part, range_hz, ("this", "reference")[k - 1], colour, dash, k))
        for fault, style in FAULT_STYLES.items():
            there = [r for r in part.lines if r.fault == fault and is_there(r) and range_hz[0] <= r.hz <= range_hz[1]]
            if there:
                marker = {"symbol": [symbol_of(fault, r.standing) for r in there], "color": style.colour, "size": 9}
                chart.add_scatter(
                    x=[r.hz for r in there], y=[r.evidence.level if r.evidence else None for r in there],
                    name=style.words, mode="markers", marker=marker, hoverinfo="text",
                    hovertext=[hover_of(r, part.line_hz) for r in there],
                    showlegend=fault not in named, legendgroup=fault, row=k, col=1,
                )  # fmt: skip
                named.add(fault)
    chart.update_yaxes(range=[lowest, 12])
    chart.update_xaxes(range=list(range_hz))
    return zooming(chart, "low", "high", 0.0)


def compared_park_figure(own: ParkVector | Reason, other: ParkVector | Reason, unit: str = "A") -> go.Figure:
    """Extremes of two Park vectors in one plane: the reference dotted."""
    title = "Park vectors, one over the other"
    if isinstance(own, Reason):
        return nothing(title, own)
    if isinstance(other, Reason):
        return nothing(title, other)
    chart = figure(title, f"alpha ({unit})", f"beta ({unit})", 560)
    reach = 0.0
    for part, name, colour, dash in ((other, "reference", OTHER, OTHER_DASH), (own, "this", OWN, "solid")):
        n = min(len(part.values), round(COMPARED_TURNS * part.fs / part.line_hz))
        first = (len(part.values) - n) // 2
        values = part.values[first : first + n : max(1, n // PARK_POINTS)]
        _add_line(chart, values.real, values.imag, name, colour, dash)
        reach = max(reach, float(np.abs(values).max()))
    chart.update_xaxes(range=[-1.08 * reach, 1.08 * reach], constrain="domain")
    chart.update_yaxes(range=[-1.08 * reach, 1.08 * reach], scaleanchor="x", constrain="domain")
    return chart


def _add_level(
    chart: go.Figure, seen: Seen, range_hz: tuple[float, float], name: str, colour: str, dash: str, row: int
) -> float:
    """Draw a spectrum in a pane; gives the lower end that its axis needs."""
    spectrum = seen.spectrum
    first = max(1, int(range_hz[0] / spectrum.bin_hz))
    power = spectrum.power[first : int(range_hz[1] / spectrum.bin_hz) + 2].astype(np.float64)
    level = 10 * np.log10(np.maximum(power, 1e-30)) - 20 * np.log10(seen.carrier_amplitude)
    thin = columns((first + np.arange(len(level))) * spectrum.bin_hz, np.maximum(level, LEAST_DBC))
    _add_line(chart, thin.at, thin.highest, name, colour, dash, row=row, col=1)
    return max(LEAST_DBC, float(np.percentile(thin.median, 2)) - 12) if len(thin.median) else 0.0


def _add_line(
    chart: go.Figure, x: NDArray[Any], y: NDArray[Any], name: str, colour: str, dash: str, **place: int
) -> None:
    line = {"color": colour, "width": 1.2, "dash": dash}
    chart.add_scatter(x=x.astype(np.float32), y=y.astype(np.float32), name=name, mode="lines", line=line, **place)


def _packed(values: NDArray[Any]) -> str:
    return b64encode(values.tobytes()).decode()
