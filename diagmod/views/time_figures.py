"""What moves within one recording: modulation of the carrier, negative sequence, and a map over time and frequency.

Computed data in, plotly figure out. What a recording does not have is given as a reason and drawn as one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from diagmod.core.demodulation import Baseband
from diagmod.core.examination_parts import SequenceTrack
from diagmod.core.expected_lines import OffsetMark
from diagmod.core.time_frequency import TimeFrequencyMap
from diagmod.core.verdicts import Reason
from diagmod.views.panes import ABOVE, BELOW, GREY, MEASURED, in_house_style, nothing, panes
from diagmod.views.theme import CONDITION_COLOURS, figure
from diagmod.views.thinning import envelope, strongest

#: Columns of a demodulated signal; up to as many samples every one is drawn.
MODULATION_COLUMNS = 4000

#: Colour of lines on a map, whose colours are dark wherever there is little.
PALE = "#F2F5F7"

#: Points of a map along either axis, and the range of its colours in dB below the carrier.
MAP_POINTS, MAP_RANGE_DB = 400, 90.0


def modulation_figure(base: Baseband | Reason, begin_s: float = 0.0) -> go.Figure:
    """Amplitude, phase and frequency of the carrier over time; ``begin_s`` is where its stretch begins."""
    title = "Modulation of the supply line"
    if isinstance(base, Reason):
        return nothing(title, base)
    chart = panes(
        f"{title}, up to {base.cutoff_hz:.3g} Hz beside it",
        ("", "", "time (s)"),
        ("amplitude (%)", "phase (deg)", "frequency (Hz)"),
        560,
    )
    phase = np.degrees(base.phase_rad)
    traces = [
        ("amplitude", base.time_s, base.amplitude_modulation_pct, BELOW),
        ("phase", base.time_s, phase - phase.mean(), ABOVE),
    ]
    try:
        traces.append(("frequency", *base.instantaneous_hz(), MEASURED))
    except ValueError:
        chart.update_yaxes(title={"text": "frequency: too short"}, row=3, col=1)
    for k, (name, time_s, values, colour) in enumerate(traces, start=1):
        thin = envelope(values, 1 / base.fs, MODULATION_COLUMNS)
        # Two points a column, the smallest and the largest, make one line that keeps both.
        both = np.stack([thin.low, thin.high], axis=1).ravel()
        chart.add_scatter(
            x=(np.repeat(thin.at, 2) + begin_s + time_s[0]).astype(np.float32),
            y=both.astype(np.float64 if name == "frequency" else np.float32),
            name=name,
            mode="lines",
            line={"color": colour, "width": 1.1},
            showlegend=False,
            row=k,
            col=1,
        )
    chart.update_layout(margin={"b": 60})
    return chart


def sequence_track_figure(track: SequenceTrack | Reason) -> go.Figure:
    """Negative over positive sequence: magnitude and angle over time, and its way through the complex plane."""
    title = "Negative sequence"
    if isinstance(track, Reason):
        return nothing(title, track)
    chart = make_subplots(
        rows=2,
        cols=2,
        specs=[[{}, {"rowspan": 2}], [{}, None]],
        column_widths=[0.58, 0.42],
        vertical_spacing=0.08,
        horizontal_spacing=0.13,
    )
    in_house_style(
        chart,
        f"{title}, in windows of {1000 * track.window_s:.0f} ms",
        470,
        ("", "real part (% of I1)", "time (s)"),
        ("I2 / I1 (%)", "imaginary part (% of I1)", "angle (deg)"),
    )
    chart.update_xaxes(matches="x", row=2, col=1)
    pct = 100 * np.abs(track.ratio)
    for values, row in ((pct, 1), (np.degrees(np.angle(track.ratio)), 2)):
        thin = track.time_s.astype(np.float32), values.astype(np.float32)
        line = {"color": MEASURED, "width": 1.2}
        chart.add_scatter(x=thin[0], y=thin[1], mode="lines", line=line, showlegend=False, row=row, col=1)
        for begin_s, end_s in track.found.stretches_s:
            chart.add_vrect(
                x0=track.begin_s + begin_s,
                x1=track.begin_s + end_s,
                fillcolor=CONDITION_COLOURS["broken_bar"],
                opacity=0.13,
                line_width=0,
                row=row,
                col=1,
            )
    chart.add_scatter(
        x=(100 * track.ratio.real).astype(np.float32),
        y=(100 * track.ratio.imag).astype(np.float32),
        mode="markers",
        marker={
            "color": track.time_s.astype(np.float32),
            "colorscale": "Cividis",
            "size": 6,
            "line": {"color": GREY, "width": 0.8},
            "colorbar": {"title": {"text": "time (s)", "side": "right"}, "thickness": 10, "x": 1.01},
        },
        name="a window each",
        showlegend=False,
        row=1,
        col=2,
    )
    whole = 100 * track.found.ratio
    chart.add_scatter(
        x=[whole.real],
        y=[whole.imag],
        mode="markers",
        marker={"symbol": "cross-thin-open", "size": 16, "color": "#D55E00", "line": {"width": 2.5}},
        name="whole recording",
        row=1,
        col=2,
    )
    if track.floor_pct > 0:
        turn = track.floor_pct * np.exp(2j * np.pi * np.linspace(0, 1, 73))
        chart.add_scatter(
            x=turn.real.astype(np.float32),
            y=turn.imag.astype(np.float32),
            mode="lines",
            line={"color": GREY, "dash": "dot", "width": 1.5},
            name=f"what the instruments may make ({track.floor_pct:.2g} %)",
            row=1,
            col=2,
        )
    chart.update_yaxes(rangemode="tozero", row=1, col=1)
    # Origin and track in a square, so that lengths and angles are true.
    places = 100 * np.append(track.ratio, [0, track.found.ratio])
    centre = [(part.min() + part.max()) / 2 for part in (places.real, places.imag)]
    reach = 0.62 * float(max(np.ptp(places.real), np.ptp(places.imag), 1e-6))
    for update, at in ((chart.update_xaxes, centre[0]), (chart.update_yaxes, centre[1])):
        update(range=[float(at - reach), float(at + reach)], constrain="domain", row=1, col=2)
    chart.update_yaxes(scaleanchor="x2", row=1, col=2)
    return chart


def time_frequency_figure(
    found: TimeFrequencyMap | Reason,
    line_hz: float,
    carrier_amplitude: float,
    range_hz: tuple[float, float] | None = None,
    marks: Sequence[OffsetMark] = (),
) -> go.Figure:
    """Level over time and frequency, dB of the supply line, a space vector with both directions of turning.

    Parameters
    ----------
    found : TimeFrequencyMap or Reason
    line_hz : float
        Supply frequency in Hz; NaN where none was found.
    carrier_amplitude : float
        0 dB; NaN where there is no supply line, then the largest value of the map.
    range_hz : (float, float), optional
        Ends of the axis in Hz; by default up to three times the supply frequency, and once and a half backwards.
    marks : sequence of OffsetMark
        Distances from the supply line that are drawn to both sides of it.
    """
    title = "Level over time and frequency"
    if isinstance(found, Reason):
        return nothing(title, found)
    ends = range_hz or ((-1.5 * line_hz, 3 * line_hz) if np.isfinite(line_hz) else (-np.inf, np.inf))
    low_hz, high_hz = max(ends[0], float(found.hz[0])), min(ends[1], float(found.hz[-1]))
    shown = (found.hz >= low_hz) & (found.hz <= high_hz)
    top = carrier_amplitude if np.isfinite(carrier_amplitude) else float(found.amplitude.max())
    level = 20 * np.log10(np.maximum(found.amplitude[:, shown] / top, 1e-10))
    level = np.nan_to_num(level, nan=-200.0)
    columns_at, level = strongest(level, MAP_POINTS)
    rows_at, level = strongest(level.T, MAP_POINTS)
    window_s = 1 / found.bin_hz
    chart = figure(
        f"{title}, in windows of {window_s:.2g} s ({found.taper.half_lobe_bins * found.bin_hz:.2g} Hz are told apart)",
        "time (s)",
        "frequency (Hz)" + (", negative: turning backwards" if low_hz < 0 else ""),
        520,
    )
    chart.add_heatmap(
        x=found.time_s[columns_at].astype(np.float32),
        y=found.hz[shown][rows_at].astype(np.float32),
        z=np.clip(np.round(level), -120, 7).astype(np.int8),
        zmin=-MAP_RANGE_DB,
        zmax=0,
        colorscale="Cividis",
        colorbar={"title": {"text": "dB of the supply line", "side": "right"}, "thickness": 14},
        hovertemplate="%{x:.2f} s, %{y:.2f} Hz: %{z} dB<extra></extra>",
    )
    for mark in marks:
        for hz, name in ((line_hz - mark.hz, f"f-{mark.name}"), (line_hz + mark.hz, f"f+{mark.name}")):
            if low_hz < hz < high_hz:
                chart.add_hline(
                    y=hz,
                    line={"color": PALE, "width": 1, "dash": "dot"},
                    annotation={"text": name, "font": {"color": PALE, "size": 12}},
                    annotation_position="top left",
                )
    chart.update_layout(margin={"b": 60})
    return chart
