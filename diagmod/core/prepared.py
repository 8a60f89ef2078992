"""What every analysis of a stretch of current needs, computed once and shared.

The space vector of the right wiring, its spectrum, the supply frequency and the carrier cost most of the time of
a diagnosis. The audit of the acquisition and the diagnosis both take them from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from diagmod.core.carrier import Carrier, coarse_line_hz, track_carrier
from diagmod.core.modulation import ModulationSpectrum
from diagmod.core.recording import PHASES
from diagmod.core.wideband import WidebandSpectrum, wideband_spectrum
from diagmod.core.wiring import Wiring, find_wiring, rewire

#: Rms of a phase over the largest phase's below which it is dead. A motor that runs on two phases has no current in the
#: third; the worst unbalance leaves a fifth. Pinned by test_a_dead_phase_leaves_a_single_phase_analysis.
DEAD_PHASE = 0.05

#: Length in seconds of the pieces over which phases are compared: the wander of the grid within a piece stays far
#: below its resolution of 2 Hz, and at least 20 periods keep harmonics apart. Pinned by
#: test_fundamentals_keep_their_ratio_when_the_grid_wanders.
PIECE_S = 1.0


@dataclass(frozen=True)
class Prepared:
    """One stretch of current, ready for analysis.

    Attributes
    ----------
    vector : ndarray, shape (n,)
        Space vector (complex64, peak-value scaling, positive sequence forwards) of three phases, or the one phase with
        the largest fundamental (float32); mean removed, in the unit of the currents.
    fs : float
        Sampling rate in Hz.
    spectrum : WidebandSpectrum
        Of ``vector``.
    line_hz : float
        Supply frequency in Hz; NaN where no line stands out in the search band.
    carrier : Carrier or None
        None without a supply line, with fewer than four of its periods, or beside a much stronger line.
    phases : str
        "RST" for a space vector, else the letter of the phase used.
    usable : str
        Letters of the phases that are complete and not dead.
    phasors : ndarray of complex, shape (3,)
        Peak fundamentals of the phases as recorded, in the unit of the currents, angles against the largest; NaN for a
        phase that is not usable.
    wiring : Wiring
        Wiring used for ``vector``.
    """

    vector: NDArray[np.inexact]
    fs: float
    spectrum: WidebandSpectrum
    line_hz: float
    carrier: Carrier | None
    phases: str
    usable: str
    phasors: NDArray[np.complexfloating]
    wiring: Wiring

    @cached_property
    def modulation(self) -> ModulationSpectrum:
        """Spectrum of what modulates the carrier; only where there is a carrier."""
        if self.carrier is None:
            raise ValueError("a stretch without a supply line has no modulation; check `carrier` first")
        return ModulationSpectrum(self.carrier)

    @property
    def duration_s(self) -> float:
        """Length of the stretch in seconds."""
        return len(self.vector) / self.fs

    @property
    def n_phases(self) -> int:
        """3 for a space vector, 1 for a single phase."""
        return len(self.phases)

    @property
    def note(self) -> str:
        """What was changed in the wiring for analysis; empty for nothing."""
        return self.wiring.note


def prepare(
    currents: NDArray[np.floating], fs: float, line_low_hz: float = 20.0, line_high_hz: float = 120.0
) -> Prepared:
    """Space vector, spectrum, supply line and carrier of a stretch of current.

    Parameters
    ----------
    currents : ndarray, shape (3, n_samples)
        Rows R, S, T without gaps (see :func:`diagmod.core.gaps.repair`). A row with a missing sample,
        a constant one, or one with less than a twentieth of the largest rms is not used.
    fs : float
        Sampling rate in Hz.
    line_low_hz, line_high_hz : float
        Band in which the supply line is searched, in Hz.

    Raises
    ------
    ValueError
        ``fs`` is not positive, the shape is not (3, n), or no phase is usable.

    Examples
    --------
    >>> t = np.arange(5000) / 1000
    >>> exchanged = np.stack([np.cos(2 * np.pi * 50.02 * t + k * 2 * np.pi / 3) for k in range(3)])
    >>> prepared = prepare(exchanged, 1000.0)
    >>> prepared.phases, round(prepared.line_hz, 3), prepared.wiring.order
    ('RST', 50.02, 'RTS')
    """
    if not (np.isfinite(fs) and fs > 0):
        raise ValueError(f"fs must be positive, got {fs!r}; pass the sampling rate in Hz")
    if currents.ndim != 2 or currents.shape[0] != len(PHASES):
        raise ValueError(
            f"currents must have shape (3, n_samples), got {currents.shape}; fill an absent phase with NaN"
        )
    rows = np.asarray(currents, dtype=np.float32)
    rms = phase_rms(rows)
    largest = np.max(rms, initial=0.0, where=np.isfinite(rms))
    usable = [k for k in range(3) if rms[k] > DEAD_PHASE * largest]
    if not usable:
        raise ValueError("no phase holds a complete, varying current; repair gaps first or record again")
    if len(usable) == 3:
        vector = _space_vector(rows)
        spectrum = wideband_spectrum(vector, fs)
        line_hz = coarse_line_hz(spectrum, line_low_hz, line_high_hz)
        phasors = fundamentals(rows, fs, line_hz)
        wiring = find_wiring(phasors)
        if wiring.reversed_phase:
            vector = _space_vector(rewire(rows, wiring))
            spectrum = wideband_spectrum(vector, fs)
        elif wiring.order == "RTS":
            vector = np.conj(vector)
            spectrum = WidebandSpectrum(np.conj(spectrum.backward), np.conj(spectrum.forward), spectrum.bin_hz)
        if np.isfinite(line_hz) and not wiring.alike:
            return _with_carrier(vector, fs, spectrum, line_hz, "RST", usable, phasors, wiring)
    return _single_phase(rows, fs, usable, rms, line_low_hz, line_high_hz)


def phase_rms(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    """Rms of the deviation from the mean of every phase, shape (3,); NaN for one with a gap and a constant one."""
    rms = np.full(len(rows), np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        for k, row in enumerate(rows):
            # A missing or infinite sample makes the mean so.
            mean = row.mean(dtype=np.float64) if len(row) else np.nan
            if np.isfinite(mean) and row.min() < row.max():
                deviation = row - row.dtype.type(mean)
                rms[k] = np.sqrt((deviation @ deviation) / len(row))
    return np.where(np.isfinite(rms), rms, np.nan)


def fundamentals(rows: NDArray[np.floating], fs: float, line_hz: float) -> NDArray[np.complex128]:
    """Peak phasors of the phases at the supply frequency, angles against the largest; NaN for a phase with a gap.

    Every piece of a second is compared with the same piece of the largest phase, so a wandering grid does no harm.
    """
    return line_phasors(rows, fs, [line_hz])[0]


def line_phasors(rows: NDArray[np.floating], fs: float, lines_hz: Sequence[float]) -> NDArray[np.complex128]:
    """As :func:`fundamentals`, at several frequencies in one pass; shape (n_lines, n_rows)."""
    hz = np.asarray(lines_hz, dtype=np.float64)
    n = min(rows.shape[1], max(2, round(fs * PIECE_S)))
    taper = np.hanning(n + 2)[1:-1]
    with np.errstate(invalid="ignore"):
        turned = np.exp(-2j * np.pi / fs * np.outer(np.arange(n), hz)) * (2 / taper.sum() * taper)[:, None]
        kernel = np.concatenate([turned.real, turned.imag], axis=1).astype(rows.dtype)
        pieces = rows[:, : rows.shape[1] // n * n].reshape(len(rows), -1, n) @ kernel
    phasors = pieces[..., : len(hz)].astype(np.complex128) + 1j * pieces[..., len(hz) :]
    return np.array([_against_the_largest(phasors[..., k]) for k in range(len(hz))])


def _against_the_largest(phasors: NDArray[np.complexfloating]) -> NDArray[np.complex128]:
    """Mean phasors of the rows over their pieces, shape (n_rows, n_pieces), turned against the largest row."""
    with np.errstate(invalid="ignore"):
        strength = (np.abs(phasors) ** 2).mean(axis=1)
    largest = int(np.argmax(np.nan_to_num(strength)))
    if not strength[largest] > 0:
        return np.full(len(phasors), complex("nan"))
    return (phasors * phasors[largest].conj()).mean(axis=1) / np.sqrt(strength[largest])


def _space_vector(rows: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Space vector in single precision, mean removed; see :func:`diagmod.core.symmetrical.space_vector`."""
    vector = np.empty(rows.shape[1], dtype=np.complex64)
    r, s, t = rows
    np.multiply(s + t, np.float32(-1 / 3), out=vector.real)
    vector.real += np.float32(2 / 3) * r
    np.multiply(s - t, np.float32(1 / np.sqrt(3)), out=vector.imag)
    vector -= np.complex64(vector.mean(dtype=np.complex128))
    return vector


def _single_phase(
    rows: NDArray[np.float32],
    fs: float,
    usable: list[int],
    rms: NDArray[np.float64],
    line_low_hz: float,
    line_high_hz: float,
) -> Prepared:
    """The usable phase with the largest fundamental; the largest rms where there is no line."""
    spectra = {k: wideband_spectrum(_without_mean(rows[k]), fs) for k in usable}
    lines = {k: coarse_line_hz(spectra[k], line_low_hz, line_high_hz) for k in usable}
    phasors = np.full(3, complex("nan"))
    found = [line for line in lines.values() if np.isfinite(line)]
    if found:
        phasors[usable] = fundamentals(rows, fs, found[0])[usable]
    strength = np.where(np.isfinite(phasors), np.abs(phasors), 0.0) if found else np.nan_to_num(rms)
    best = int(np.argmax(strength))
    wiring = find_wiring(phasors)
    only = Wiring(alike=wiring.alike)
    return _with_carrier(_without_mean(rows[best]), fs, spectra[best], lines[best], PHASES[best], usable, phasors, only)


def _without_mean(row: NDArray[np.float32]) -> NDArray[np.float32]:
    return row - np.float32(row.mean(dtype=np.float64))


def _with_carrier(
    vector: NDArray[np.inexact],
    fs: float,
    spectrum: WidebandSpectrum,
    line_hz: float,
    phases: str,
    usable: list[int],
    phasors: NDArray[np.complexfloating],
    wiring: Wiring,
) -> Prepared:
    carrier = None
    if np.isfinite(line_hz) and fs > 4 * line_hz:
        try:
            carrier = track_carrier(vector, fs, line_hz)
        except ValueError:
            carrier = None
    # Beside a much stronger line the phase follows that one.
    if carrier is not None and not 0.5 * line_hz < carrier.line_hz < 2 * line_hz:
        carrier = None
    return Prepared(
        vector=vector,
        fs=fs,
        spectrum=spectrum,
        line_hz=carrier.line_hz if carrier else line_hz,
        carrier=carrier,
        phases=phases,
        usable="".join(PHASES[k] for k in usable),
        phasors=phasors,
        wiring=wiring,
    )
