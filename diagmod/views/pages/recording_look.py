"""One recording opened to be looked at: nothing is read or computed before a picture asks for it, and then it is kept.

Samples are read a phase at a time. Diagnosis and spectra are those of the pipeline, made again from the same samples,
nameplate and parameters, because a diagnosis keeps its conclusions and not its signals. What cannot be had is a
:class:`~diagmod.core.verdicts.Reason` in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import prev_fast_len

from diagmod.core.demodulation import Baseband
from diagmod.core.diagnosis import LINE_BAND_HZ, diagnose
from diagmod.core.examination import Examination, examine
from diagmod.core.motor import Motor
from diagmod.core.recording import PHASES
from diagmod.core.spectrum import hann_spectrum, level_dbc, line_phasor
from diagmod.core.symmetrical import symmetrical_components
from diagmod.core.tapers import AmplitudeSpectrum, amplitude_spectrum
from diagmod.core.verdicts import Reason
from diagmod.core.windows import segment_starts, segments
from diagmod.io.waveforms import read_waveform

#: Windows of the symmetrical components: periods of the supply, and how many windows at most.
TRACK_PERIODS, MOST_WINDOWS = 10, 400

#: Periods of the supply that are laid beside those of a reference.
COMPARED_PERIODS = 4


class Look:
    """A recording of the catalogue.

    Parameters
    ----------
    row : mapping
        Its row of table ``recordings``.
    waveform : Path
        Its waveform file, which need not be there.
    nameplate : callable
        Gives its motor, or None where there is no nameplate; called when a picture needs it.
    line_band_hz : (float, float)
        Band in which the supply frequency was searched, Hz.
    """

    def __init__(
        self,
        row: Mapping[str, Any],
        waveform: Path,
        nameplate: Callable[[], Motor | None],
        line_band_hz: tuple[float, float] = LINE_BAND_HZ,
    ) -> None:
        self.row, self.waveform, self._nameplate, self._band_hz = row, waveform, nameplate, line_band_hz
        self._rows: dict[str, NDArray[np.float32]] = {}
        #: Views that were made of it, by name and choice.
        self.made: dict[Any, list[Any]] = {}

    @cached_property
    def motor(self) -> Motor | None:
        """Its nameplate; None where there is none."""
        return self._nameplate()

    @property
    def name(self) -> str:
        """Its file in the data set."""
        return str(self.row["file"])

    @property
    def fs(self) -> float:
        """Sampling rate in Hz."""
        return float(self.row["fs_hz"])

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return float(self.row["n_samples"]) / self.fs

    @property
    def unit(self) -> str:
        """Unit of the samples."""
        return str(self.row["unit"])

    @property
    def phases(self) -> str:
        """Letters of the phases that were recorded."""
        return str(self.row["phases"])

    @property
    def missing(self) -> str:
        """Why there are no samples; empty where there are."""
        if self.waveform.is_file():
            return ""
        return (
            f"the samples of {self.name} were not kept (load.keep_waveforms); set it to true and run `dvc repro load`, "
            "then refresh this page; tables and verdicts below are complete"
        )

    def phase(self, phase: str) -> NDArray[np.float32]:
        """Samples of one phase, shape (n,), gaps NaN.

        Raises
        ------
        ValueError
            The waveform file is missing, damaged, or of another length than the catalogue says.
        """
        if phase not in self._rows:
            if self.missing:
                raise ValueError(self.missing)
            try:
                found = read_waveform(self.waveform, phase)[0]
            except (OSError, ValueError) as exc:
                raise ValueError(f"{self.waveform.name} is damaged; rebuild it with `dvc repro load`") from exc
            if len(found) != self.row["n_samples"]:
                raise ValueError(
                    f"{self.waveform.name} has {len(found)} samples, the catalogue says {self.row['n_samples']}; "
                    "rebuild both with `dvc repro load`"
                )
            self._rows[phase] = found
        return self._rows[phase]

    @cached_property
    def currents(self) -> NDArray[np.float32]:
        """Samples of R, S, T, shape (3, n), an absent phase NaN."""
        return np.stack([self.phase(phase) for phase in PHASES])

    @cached_property
    def examination(self) -> Examination | Reason:
        """The diagnosis with the signals behind it."""
        if self.missing:
            return Reason("no_waveform", self.missing)
        if self.motor is None:
            motor = self.row["motor_id"]
            return Reason(
                "no_nameplate", f"there is no nameplate of {motor}, so nobody knows where its lines are; add it to "
                "motors.yaml of the data set and run `make repro`",
            )  # fmt: skip
        load = self.row["load_pct"]
        share = float(load) / 100 if np.isfinite(load) else None
        try:
            found = diagnose(
                self.currents, self.fs, self.motor, load_share=share, unit_is_ampere=self.unit == "A",
                line_band_hz=self._band_hz,
            )  # fmt: skip
        except ValueError as exc:
            return Reason("not_diagnosed", str(exc))
        return examine(self.currents, self.fs, self.motor, found, line_band_hz=self._band_hz)

    @cached_property
    def phase_levels(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Frequencies in Hz, shape (n_bins,), and level of R, S, T in dBc, shape (3, n_bins).

        At most some hundred samples at the end are left out, so that the length has small prime factors.
        """
        n = prev_fast_len(int(self.row["n_samples"]), real=True)
        return level_dbc(self.currents[:, :n], self.fs, *self._band_hz)

    @cached_property
    def demodulated(self) -> tuple[AmplitudeSpectrum, AmplitudeSpectrum] | Reason:
        """Spectra of amplitude (%) and phase (degrees) of the carrier."""
        base = self.baseband
        if isinstance(base, Reason):
            return base
        phase = np.degrees(base.phase_rad)
        values = base.amplitude_modulation_pct, phase - phase.mean()
        return amplitude_spectrum(values[0], base.fs), amplitude_spectrum(values[1], base.fs)

    @property
    def baseband(self) -> Baseband | Reason:
        """Current with the carrier moved to zero."""
        look = self.examination
        return look if isinstance(look, Reason) else look.baseband

    @cached_property
    def components(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | Reason:
        """Middle of windows in s, shape (m,), and peak amplitude of zero, positive, negative sequence, (m, 3)."""
        look = self.examination
        if isinstance(look, Reason):
            return look
        if not np.isfinite(look.line_hz):
            return Reason("no_supply_line", "no supply line stands out, so that there are no components of it")
        if len(self.phases) < len(PHASES):
            return Reason("single_phase", f"symmetrical components need three phases, this recording has {self.phases}")
        starts, n = segment_starts(self.currents.shape[1], self.fs, TRACK_PERIODS / look.line_hz, 0.0)
        if not len(starts):
            return Reason(
                "too_short", f"{self.duration_s:.3g} s are shorter than {TRACK_PERIODS} periods of the supply"
            )
        starts = starts[:: -(-len(starts) // MOST_WINDOWS)]
        pieces = np.where(np.isfinite(pieces := segments(self.currents, starts, n)), pieces, np.nan)
        phasors = line_phasor(hann_spectrum(pieces, self.fs), look.line_hz)
        middle_s = np.asarray((starts + n / 2) / self.fs, dtype=np.float64)
        return middle_s, np.abs(symmetrical_components(phasors))

    def some_periods(self) -> tuple[NDArray[np.float64], NDArray[np.float32]] | Reason:
        """Time in ms from a rising zero of the first phase, shape (n,), and some periods of R, S, T, shape (3, n)."""
        look = self.examination
        if isinstance(look, Reason):
            return look
        if not np.isfinite(look.line_hz):
            return Reason(
                "no_supply_line", "no supply line stands out, so that there are no periods to lay side by side"
            )
        first, period = round(sum(look.stretch_s) / 2 * self.fs), self.fs / look.line_hz
        row = self.phase(self.phases[0])[first : first + int(2 * period)]
        rising = np.flatnonzero((row[:-1] <= 0) & (row[1:] > 0))
        begin = first + (int(rising[0]) if len(rising) else 0)
        shown = self.currents[:, begin : begin + int(COMPARED_PERIODS * period) + 1]
        return 1000 * np.arange(shown.shape[1]) / self.fs, shown
