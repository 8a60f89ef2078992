"""The views of one recording: for each the figures, and a sentence with what was computed below every one.

A view is made only when it is looked at. What the recording does not have is said in place of the figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from diagmod.core.examination import Examination
from diagmod.core.verdicts import Reason
from diagmod.views import explorer_figures as explorer
from diagmod.views import recording_words as said
from diagmod.views.pages.recording_choice import Part
from diagmod.views.pages.recording_look import Look
from diagmod.views.panes import nothing
from diagmod.views.recording_figures import park_vector_figure
from diagmod.views.recording_tables import supported
from diagmod.views.sideband_figures import park_modulus_figure, sideband_figure
from diagmod.views.spectrum_figures import spectrum_lines_figure
from diagmod.views.time_figures import modulation_figure, sequence_track_figure, time_frequency_figure

#: Usual end of a spectrum, over the supply frequency; and where no supply line is known, Hz.
USUAL_HARMONIC, USUAL_HZ = 6.0, 500.0

#: Reach of the distances beside the supply line, over the supply frequency.
NEAR, FAR = 1.4, 2.9


@dataclass(frozen=True)
class Shown:
    """A figure, where there is one, and the sentence below it."""

    chart: go.Figure | None
    sentence: str = ""


def waveform(look: Look, other: Look | None, part: Part) -> list[Shown]:
    """The chosen phases over time."""
    del other
    if look.missing:
        return [Shown(nothing("Waveform", Reason("no_waveform", look.missing)))]
    rows = {phase: look.phase(phase) for phase in part.phases}
    drawn = explorer.sharpened(rows, look.fs, *part.time_s)
    n_gaps = sum(int(np.isnan(row).sum()) for row in rows.values())
    gaps = f" {n_gaps} samples are missing and stay open." if n_gaps else ""
    text = (
        "Zoom with the mouse, or set the time (0 goes to the end): every extreme of what is looked at is drawn, and "
        "close enough every sample."
    )
    return [
        Shown(explorer.explorer_waveform_figure(drawn, part.time_s, look.duration_s, look.unit), text),
        *([Shown(None, gaps.strip())] if n_gaps else []),
    ]


def spectrum(look: Look, other: Look | None, part: Part) -> list[Shown]:
    """Spectrum of the space vector with every fault line, and of single phases where some were chosen."""
    del other
    found = look.examination
    if isinstance(found, Reason):
        return [Shown(nothing("Spectrum with the lines of the faults", found))]
    low_hz, high_hz = range_of(look, part)
    chart = spectrum_lines_figure(
        found.spectrum, found.carrier_amplitude, found.line_hz, found.lines, supported(found.diagnosis), low_hz, high_hz
    )
    shown = [Shown(explorer.zooming(chart, "low", "high", 0.0), said.lines_in_words(found.lines))]
    if part.phases != look.phases:
        hz, level = look.phase_levels
        shown.append(Shown(explorer.phase_spectra_figure(hz, level, part.phases, (low_hz, high_hz))))
    return [*shown, Shown(None, said.slip_in_words(found))]


def sidebands(look: Look, other: Look | None, part: Part) -> list[Shown]:
    """What stands beside the supply line."""
    del other, part
    found = look.examination
    if isinstance(found, Reason):
        return [Shown(nothing("Sidebands of the supply line", found))]
    sides = found.sidebands()
    chart = sideband_figure(sides, found.marks(NEAR * found.line_hz))
    return [Shown(chart, said.sidebands_in_words(sides, found))]


def park(look: Look, other: Look | None, part: Part) -> list[Shown]:
    """Park vector, and the spectrum of its modulus."""
    del other, part
    found = look.examination
    if isinstance(found, Reason):
        return [Shown(nothing("Park vector", found))]
    vector, modulus = found.park_vector(), found.modulus()
    return [
        Shown(park_vector_figure(vector, look.unit), said.park_in_words(vector)),
        Shown(
            park_modulus_figure(modulus, found.line_hz, found.marks(FAR * found.line_hz)),
            said.modulus_in_words(modulus, found),
        ),
    ]


def demodulation(look: Look, other: Look | None, part: Part) -> list[Shown]:
    """Amplitude and phase of the supply line over time, and their spectra."""
    del other, part
    found, spectra = look.examination, look.demodulated
    if isinstance(found, Reason):
        return [Shown(nothing("Modulation of the supply line", found))]
    if isinstance(spectra, Reason):
        return [Shown(nothing("Modulation of the supply line", spectra))]
    base = found.baseband
    reach_hz = base.cutoff_hz if not isinstance(base, Reason) else 0.0
    marks = found.marks(reach_hz)
    return [
        Shown(modulation_figure(base, found.stretch_s[0]), said.modulation_in_words(base)),
        Shown(explorer.demodulated_figure(spectra[0], "amplitude", "%", reach_hz, marks)),
        Shown(explorer.demodulated_figure(spectra[1], "phase", "deg", reach_hz, marks)),
    ]


def time_map(look: Look, other: Look | None, part: Part) -> list[Shown]:
    """Level over time and frequency, the whole and close to the supply line."""
    del other
    found = look.examination
    if isinstance(found, Reason):
        return [Shown(nothing("Level over time and frequency", found))]
    whole = found.time_frequency()
    wanted = range_of(look, part) if part.range_hz[1] else None
    near = time_frequency_figure(
        whole, found.line_hz, found.carrier_amplitude, found.near_carrier_hz, found.marks(found.line_hz)
    )
    return [
        Shown(time_frequency_figure(whole, found.line_hz, found.carrier_amplitude, wanted), said.map_in_words(whole)),
        Shown(near),
    ]


def components(look: Look, other: Look | None, part: Part) -> list[Shown]:
    """Symmetrical components over time, and the negative over the positive sequence."""
    del other, part
    found = look.examination
    if isinstance(found, Reason):
        return [Shown(nothing("Symmetrical components over time", found))]
    track = found.sequence()
    return [
        Shown(explorer.components_figure(look.components, look.unit)),
        Shown(sequence_track_figure(track), said.sequence_in_words(track)),
    ]


def comparison(look: Look, other: Look | None, part: Part) -> list[Shown]:
    """Waveforms, spectra and Park vectors beside those of the reference."""
    title = "Beside the reference"
    if other is None:
        why = "there is no healthy recording of this motor; choose a reference above"
        return [Shown(nothing(title, Reason("no_reference", why)))]
    pair = look.examination, other.examination
    for found in pair:
        if isinstance(found, Reason):
            return [Shown(nothing(title, found))]
    own, against = (found for found in pair if isinstance(found, Examination))
    names = (look.name, other.name)
    vectors = own.park_vector(), against.park_vector()
    return [
        Shown(explorer.compared_waveforms_figure(look.some_periods(), other.some_periods(), names, look.unit)),
        Shown(explorer.compared_spectra_figure(_seen(own), _seen(against), range_of(look, part))),
        Shown(explorer.compared_park_figure(*vectors, look.unit), said.park_in_words(vectors[0])),
    ]


def features(look: Look, other: Look | None, part: Part) -> list[Shown]:
    """The table of features, which the page draws, has no figure."""
    del look, other, part
    return []


#: What makes each view, by its name in a link.
MAKERS: dict[str, Callable[[Look, Look | None, Part], list[Shown]]] = {
    "waveform": waveform, "spectrum": spectrum, "sidebands": sidebands, "park": park, "demodulation": demodulation,
    "map": time_map, "components": components, "comparison": comparison, "features": features,
}  # fmt: skip


def range_of(look: Look, part: Part) -> tuple[float, float]:
    """Frequencies that are shown, Hz: the usual end is six times the supply frequency."""
    nyquist_hz = look.fs / 2
    high_hz = part.range_hz[1]
    if not high_hz:
        found = look.examination
        line_hz = float("nan") if isinstance(found, Reason) else found.line_hz
        high_hz = USUAL_HARMONIC * line_hz if np.isfinite(line_hz) else USUAL_HZ
    high_hz = min(high_hz, nyquist_hz)
    return (part.range_hz[0] if part.range_hz[0] < high_hz else 0.0), high_hz


def _seen(found: Examination) -> explorer.Seen | Reason:
    spectrum = found.spectrum
    if isinstance(spectrum, Reason):
        return spectrum
    return explorer.Seen(spectrum, found.carrier_amplitude, found.line_hz, found.lines)
