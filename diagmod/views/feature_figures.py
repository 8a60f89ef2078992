"""One figure a group of features: what it sees of a healthy and of a faulty recording.

Computed data in, plotly figure out. Both recordings are drawn alike, the healthy one in its colour and solid, the
other in the colour of its fault and dashed; lines of faults are marked where this recording has them. What a recording
does not have is drawn as the reason why.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from diagmod.core.feature_definitions import Feature
from diagmod.core.features import features_at
from diagmod.core.signature_features import LINES
from diagmod.core.verdicts import Reason
from diagmod.io.feature_examples import Example, ExamplePair
from diagmod.views.fault_marks import LABEL_WIDTH, add_marks
from diagmod.views.panes import nothing
from diagmod.views.theme import CONDITION_SYMBOLS, condition_colour, condition_words, figure
from diagmod.views.thinning import columns

#: Periods of the supply in the picture of the wave, seconds of the envelope, and reach of the spectrum in Hz over f.
PERIODS, ENVELOPE_S, SPECTRUM_OVER_LINE = 3, 4.0, 3.2

#: Lowest level drawn in a spectrum, dBc.
LEAST_DBC = -120.0

_NONE = Reason("no_recording", "there is no recording to show")
_DASHES = ("solid", "dash")


def wave_figure(pair: ExamplePair) -> go.Figure:
    """Group ``time``: some periods of a phase over its rms, each from a rise through its middle."""
    title = f"{PERIODS} periods of a phase"
    if not pair.examples:
        return nothing(title, _NONE)
    chart = figure(title, "time (ms)", "current over its rms (1)")
    for example, dash in zip(pair.examples, _DASHES, strict=False):
        row = next((row for row in example.currents if np.isfinite(row).all() and len(row)), None)
        if row is None:
            continue
        n = round(PERIODS * example.fs / (example.seen.line_hz if np.isfinite(example.seen.line_hz) else 50.0))
        rises = np.flatnonzero((row[:-1] < row.mean()) & (row[1:] >= row.mean()))
        first = int(rises[0]) if len(rises) else 0
        part = row[first : first + n] / max(float(np.sqrt(np.mean(np.square(row, dtype=np.float64)))), 1e-30)
        _add_line(chart, example, 1000 * np.arange(len(part)) / example.fs, part, dash)
    return chart


def pair_spectrum_figure(pair: ExamplePair) -> go.Figure:
    """Group ``spectrum``: level over frequency, marked where lines stand out in the last recording.

    Of lines in one place the first is named; the figure of the signatures has them all.
    """
    title = "Spectrum of the current"
    found = [(example, example.seen.spectrum) for example in pair.examples]
    drawn = [(example, spectrum) for example, spectrum in found if not isinstance(spectrum, Reason)]
    if not drawn:
        return nothing(title, next((s for _, s in found if isinstance(s, Reason)), _NONE))
    chart = figure(title, "frequency (Hz)", "level (dBc)", 460)
    for (example, spectrum), dash in zip(drawn, _DASHES, strict=False):
        n = int(SPECTRUM_OVER_LINE * example.seen.line_hz / spectrum.bin_hz)
        power = spectrum.power[1 : n + 1]
        level = 10 * np.log10(np.maximum(power, 1e-30)) - 20 * np.log10(example.seen.carrier_amplitude)
        thin = columns(np.arange(1, len(power) + 1) * spectrum.bin_hz, level)
        _add_line(chart, example, thin.at, thin.highest, dash)
    last = drawn[-1][0]
    reach = SPECTRUM_OVER_LINE * last.seen.line_hz
    named: list[float] = []
    for line in last.seen.lines:
        is_near = any(abs(line.hz - hz) < LABEL_WIDTH * reach for hz in named)
        if line.evidence is None or not line.evidence.is_present or line.hz > reach or is_near:
            continue
        named.append(line.hz)
        chart.add_annotation(
            x=line.hz, y=max(line.evidence.level, LEAST_DBC), text=line.name, showarrow=True, arrowhead=0, ax=0, ay=-24,
            textangle=-90, font={"size": 10},
        )  # fmt: skip
    chart.update_yaxes(range=[LEAST_DBC, 15])
    return chart


def pair_modulus_figure(pair: ExamplePair) -> go.Figure:
    """Group ``interphase``: spectrum of the modulus of the space vector, with what would make lines in it."""
    title = "Modulus of the space vector"
    found = [(example, example.seen.modulus()) for example in pair.examples]
    drawn = [(example, modulus) for example, modulus in found if not isinstance(modulus, Reason)]
    if not drawn:
        return nothing(title, next((m for _, m in found if isinstance(m, Reason)), _NONE))
    chart = figure(title, "frequency (Hz)", "modulus (% of its mean)", 460)
    lows, highs = [], []
    for (example, modulus), dash in zip(drawn, _DASHES, strict=False):
        hz, reach = modulus.spectrum.hz, 2.4 * example.seen.line_hz
        least = modulus.spectrum.taper.half_lobe_bins * modulus.spectrum.bin_hz
        inside = (hz >= least) & (hz <= reach)
        thin = columns(hz[inside], np.maximum(modulus.amplitude_pct[inside], 1e-6))
        _add_line(chart, example, thin.at, thin.highest, dash)
        lows.append(float(np.median(thin.median)) / 4)
        highs.append(float(thin.highest.max(initial=1e-5)))
    chart.update_yaxes(type="log", dtick=1, exponentformat="power")
    last, reach = drawn[-1][0], 2.4 * drawn[-1][0].seen.line_hz
    add_marks(chart, last.seen.marks(reach), (0.0, reach), (max(1e-6, min(lows)), 2 * max(highs)))
    return chart


def signature_figure(recordings: pd.DataFrame, pair: ExamplePair) -> go.Figure:
    """Group ``signatures``: height over its floor of every line that a fault would have, both recordings.

    Parameters
    ----------
    recordings : DataFrame
        Table ``recording_features``.
    pair : ExamplePair
    """
    title = "Lines of the faults over their floor"
    table = recordings.set_index("recording_id")
    ids = [example.recording_id for example in pair.examples]
    names = [line.stem for line in LINES if table.loc[ids, f"{line.stem}_prominence_db"].notna().any()]
    if not names:
        why = "the slip of what is shown is not known, so that no line has a place"
        return nothing(title, Reason("no_slip", why))
    chart = figure(title, "height over the floor (dB)", "", 150 + 17 * len(names))
    for example in pair.examples:
        heights = table.loc[example.recording_id, [f"{name}_prominence_db" for name in names]]
        marker = {
            "color": condition_colour(example.condition),
            "symbol": CONDITION_SYMBOLS.get(example.condition, "circle-open"),
            "size": 8,
        }
        chart.add_scatter(
            x=heights.to_numpy(dtype=float), y=names, mode="markers", name=_name(example), marker=marker,
        )  # fmt: skip
    chart.update_yaxes(type="category", categoryorder="array", categoryarray=names[::-1], dtick=1)
    return chart


def envelope_figure(pair: ExamplePair) -> go.Figure:
    """Group ``envelope``: amplitude of the supply line over time, in percent of its mean."""
    title = "Envelope of the current"
    found = [(example, example.seen.baseband) for example in pair.examples]
    drawn = [(example, base) for example, base in found if not isinstance(base, Reason)]
    if not drawn:
        return nothing(title, next((b for _, b in found if isinstance(b, Reason)), _NONE))
    chart = figure(title, "time (s)", "amplitude modulation (%)")
    for (example, base), dash in zip(drawn, _DASHES, strict=False):
        n = max(2, round(ENVELOPE_S * base.fs))
        _add_line(chart, example, base.time_s[:n], base.amplitude_modulation_pct[:n], dash)
    return chart


def profile_figure(segments: pd.DataFrame, pair: ExamplePair, group: str, unit: str) -> go.Figure:
    """Groups ``wavelet`` and ``cepstral``: the features of one unit on phase R, median over the segments.

    Parameters
    ----------
    segments : DataFrame
        Table ``segments``.
    pair : ExamplePair
    group, unit : str
        Features drawn, in the order of the table of features.
    """
    features = [f for f in features_at("segment", (group,)) if f.unit == unit and _is_of_one_phase(f)]
    names = [f.name for f in features]
    title = f"Group {group}: median over the segments"
    of_each = [segments.loc[segments["recording_id"] == example.recording_id, names] for example in pair.examples]
    if not names or not any(part.notna().any(axis=None) for part in of_each):
        why = f"the group {group} is switched off, or undefined in what is shown"
        return nothing(title, Reason("no_group", why))
    chart = figure(title, "feature", f"value ({unit})" if unit != "1" else "value (1)")
    for (example, part), pattern in zip(zip(pair.examples, of_each, strict=True), ("", "/"), strict=False):
        chart.add_bar(
            x=names, y=part.median().to_numpy(dtype=float), name=_name(example),
            marker={"color": condition_colour(example.condition), "pattern": {"shape": pattern}},
        )  # fmt: skip
    return chart


def _is_of_one_phase(feature: Feature) -> bool:
    return feature.name.endswith("_R")


def _add_line(chart: go.Figure, example: Example, x: NDArray[np.floating], y: NDArray[np.floating], dash: str) -> None:
    line = {"color": condition_colour(example.condition), "width": 1.4, "dash": dash}
    chart.add_scatter(
        x=x.astype(np.float32), y=np.asarray(y).astype(np.float32), name=_name(example), mode="lines", line=line
    )


def _name(example: Example) -> str:
    return f"{condition_words(example.condition)} ({example.file.rpartition('/')[2]})"
