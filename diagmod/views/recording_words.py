"""A sentence for every picture of a recording, with the numbers that were computed."""

from __future__ import annotations

import numpy as np

from diagmod.core.demodulation import Baseband, ModulusSpectrum
from diagmod.core.examination import Examination
from diagmod.core.examination_parts import ParkVector, SequenceTrack, ShortPiece, Sidebands
from diagmod.core.expected_lines import LineReading, is_vague
from diagmod.core.time_frequency import TimeFrequencyMap
from diagmod.core.verdicts import Diagnosis, Reason
from diagmod.io.chosen_recording import ChosenRecording
from diagmod.io.report_figures import frequency_in_words, plain
from diagmod.views.fault_marks import FAULT_STYLES, is_there
from diagmod.views.theme import condition_words


def recorded_in_words(chosen: ChosenRecording) -> str:
    """What was recorded, how long and how fast, of which motor, and what the reader noted."""
    file, motor = chosen.file, chosen.motor
    phases = [name for name, column in zip("RST", file.columns, strict=True) if column]
    many = "s" if len(phases) > 1 else ""
    pairs = f"{motor.pole_pairs} pole pair{'s' if motor.pole_pairs > 1 else ''}"
    parts = [f"{chosen.name}: phase{many} {', '.join(phases)} ({file.unit})"]
    parts.append(f"{file.currents.shape[1] / file.fs:.2f} s at {file.fs:g} Hz")
    parts.append(f"motor {motor.motor_id} with {pairs}")
    parts += [f"rated speed {motor.rated_rpm:g} rpm"] if motor.rated_rpm else []
    parts += [f"load {100 * chosen.load_share:.0f} %"] if chosen.load_share is not None else []
    parts += [f"labelled {condition_words(chosen.condition)}"] if chosen.condition else []
    return "; ".join([", ".join(parts), *file.notes]) + "."


def quality_in_words(look: Examination) -> str:
    """Verdict of the audit, the stretch that was judged, and what to change."""
    quality, (begin_s, end_s) = look.diagnosis.quality, look.stretch_s
    judged = f"; judged is the stretch from {begin_s:.2f} to {end_s:.2f} s" if look.diagnosis.is_possible else ""
    return " ".join([f"The recording is {quality.verdict}{judged}.", *quality.advice])


def course_in_words(look: Examination) -> str:
    """Size and steadiness of the current."""
    carrier = look.stretch.carrier if look.stretch is not None else None
    if carrier is None:
        return "The course is drawn as recorded; no supply line was found in it."
    return (
        f"We see a supply line of {carrier.amplitude:.4g} peak; within the shaded stretch its amplitude moves by "
        f"{100 * carrier.amplitude_range:.2f} % and its frequency by {1000 * carrier.drift_hz:.1f} mHz."
    )


def slip_in_words(look: Examination) -> str:
    """Supply frequency with its uncertainty, and the slip at which lines are drawn."""
    line = look.diagnosis.line_hz
    if line is None:
        return f"No supply line was found, so there is no slip: {look.diagnosis.slip.reason}."
    head = f"We see a supply line at {frequency_in_words(line)}"
    if look.slip is None:
        return f"{head}; the slip is {look.slip_source}. No lines are drawn; type a slip in to see where they would be."
    if is_vague(look.slip):
        low, high = 100 * look.slip.low, 100 * look.slip.high
        return (
            f"{head}; the slip may be anything from {low:.2f} to {high:.2f} % ({look.slip_source}), so that lines are "
            "drawn as ranges."
        )
    rotor_hz = line.value / look.motor.pole_pairs * (1 - look.slip.value)
    return (
        f"{head} and draw lines at a slip of {100 * look.slip.value:.3f} % ({look.slip_source}): twice the slip "
        f"frequency is {_twice_slip_hz(look):.3f} Hz, the shaft turns {rotor_hz:.3f} times a second."
    )


def park_in_words(park: ParkVector | Reason) -> str:
    """How far the Park vector departs from its circle."""
    if isinstance(park, Reason):
        return f"There is no Park vector: {park.text}."
    return (
        f"We see an ellipse that departs from the circle of {park.positive:.4g} by {100 * abs(park.ratio):.2f} %, the "
        "negative sequence; what lies beyond the ellipse is harmonics and modulation."
    )


def lines_in_words(lines: tuple[LineReading, ...]) -> str:
    """How many lines of which fault stand out."""
    if not lines:
        return "No lines are drawn, as the slip is unknown."
    if all(r.evidence is None for r in lines):
        return f"{len(lines)} lines may be anywhere in their ranges; with a slip typed in they are read."
    counts = []
    for fault in dict.fromkeys(r.fault for r in lines):
        mine = [r for r in lines if r.fault == fault]
        if n := sum(map(is_there, mine)):
            counts.append(f"{n} of {len(mine)} of {FAULT_STYLES[fault].words}")
    if not counts:
        return f"None of {len(lines)} expected lines stands out."
    n_same = sum(is_there(r) and bool(r.coincides_with) for r in lines)
    tail = f"; {n_same} of them stand where another fault has a line too" if n_same else ""
    return f"We see lines stand out: {', '.join(counts)}{tail}."


def sidebands_in_words(sides: Sidebands | Reason, look: Examination) -> str:
    """Resolution, and level of the pair at twice the slip."""
    modulation = look.modulation
    if isinstance(sides, Reason):
        return f"There are no sidebands: {sides.text}."
    head = f"We see what stands at least {plain(sides.lowest_hz)} Hz beside the supply line"
    offset_hz = _twice_slip_hz(look)
    if isinstance(modulation, Reason) or not np.isfinite(offset_hz):
        return f"{head}."
    if offset_hz < sides.lowest_hz:
        return f"{head}; twice the slip frequency is {offset_hz:.3f} Hz, which this length does not resolve."
    lower, upper = modulation.sideband(-offset_hz, modulation.bin_hz), modulation.sideband(offset_hz, modulation.bin_hz)
    return (
        f"{head}; at twice the slip frequency, {offset_hz:.3f} Hz, {lower.level_dbc:.1f} dBc below and "
        f"{upper.level_dbc:.1f} dBc above it, {lower.prominence_db:.0f} and {upper.prominence_db:.0f} dB over floor."
    )


def modulus_in_words(modulus: ModulusSpectrum | Reason, look: Examination) -> str:
    """What the modulus shows at twice the slip and at twice the supply frequency."""
    if isinstance(modulus, Reason):
        return f"There is no Park modulus: {modulus.text}."
    texts = [f"{_pct_at(modulus, 2 * look.line_hz):.3f} % at twice the supply frequency"]
    if np.isfinite(_twice_slip_hz(look)):
        texts.insert(0, f"{_pct_at(modulus, _twice_slip_hz(look)):.3f} % at twice the slip frequency")
    return f"We see the modulus, {modulus.mean_a:.4g} in the mean, vary by {' and '.join(texts)}."


def modulation_in_words(base: Baseband | Reason) -> str:
    """How much amplitude and phase move."""
    if isinstance(base, Reason):
        return f"The current cannot be demodulated: {base.text}."
    swing, phase = np.ptp(base.amplitude_modulation_pct), np.degrees(np.std(base.phase_rad))
    return f"We see the amplitude move over {swing:.2f} % in all, and the phase by {phase:.2f} degrees rms."


def sequence_in_words(track: SequenceTrack | Reason) -> str:
    """Size and constancy of the negative sequence."""
    if isinstance(track, Reason):
        return f"There is no negative sequence to follow: {track.text}."
    found = track.found
    if not found.is_switched:
        return f"We see a negative sequence of {100 * abs(found.ratio):.2f} % of the positive that keeps its value."
    return (
        f"We see a negative sequence that switches between {found.calm_pct:.1f} and {found.peak_pct:.1f} % of the "
        f"positive, {found.change_pct:.1f} % apart as phasors; the stronger state is shaded."
    )


def map_in_words(found: TimeFrequencyMap | Reason) -> str:
    """Resolution of the map."""
    if isinstance(found, Reason):
        return f"There is no map: {found.text}."
    resolved_hz = found.taper.half_lobe_bins * found.bin_hz
    return (
        f"We see what is steady as a level line and what moves as a curve; {len(found.time_s)} windows of "
        f"{1 / found.bin_hz:.2g} s tell {resolved_hz:.2g} Hz apart."
    )


def short_piece_in_words(piece: ShortPiece | Reason, look: Examination) -> str:
    """What ESPRIT found where the spectrum of the piece cannot resolve, and whether it is needed."""
    if isinstance(piece, Reason):
        return f"ESPRIT was not run: {piece.text}."
    many = "" if piece.lines.order == 1 else "s"
    head = (
        f"We see {piece.lines.order} line{many} in {piece.duration_s:.2f} s, where a Hann spectrum resolves "
        f"{piece.resolved_hz:.2g} Hz"
    )
    offset_hz = _twice_slip_hz(look)
    if isinstance(look.modulation, Reason) or not np.isfinite(offset_hz):
        return f"{head}; they are a hypothesis, to be read beside the spectrum."
    is_resolved = offset_hz >= look.modulation.lowest_hz
    rest = "resolves by itself: this is a cross-check" if is_resolved else "does not resolve: they are a hypothesis"
    return f"{head}; twice the slip frequency is {offset_hz:.3f} Hz, which the whole recording {rest}."


def closing_in_words(diagnosis: Diagnosis) -> str:
    """The whole in one sentence or two, and that nothing was written."""
    return f"{diagnosis.sentence} Nothing was written."


def _twice_slip_hz(look: Examination) -> float:
    """Twice the slip frequency in Hz; NaN where the slip is not known closely."""
    return float("nan") if look.slip is None or is_vague(look.slip) else 2 * look.slip.value * look.line_hz


def _pct_at(modulus: ModulusSpectrum, hz: float) -> float:
    at = int(np.searchsorted(modulus.spectrum.hz, hz))
    return float(modulus.amplitude_pct[max(0, at - 2) : at + 3].max(initial=0.0))
