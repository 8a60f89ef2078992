"""A batch of equally long segments, and what several groups of features need of it, computed once.

Segments that are whole recordings are batches of one. A gap is NaN and makes the figures of its own phase and segment
NaN, no other; what NaN means stands in the table of features.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from diagmod.core.array_namespaces import Array, namespace
from diagmod.core.short_time import short_time_power
from diagmod.core.spectrum import Spectrum, fundamental_hz, hann_spectrum, line_phasor
from diagmod.core.symmetrical import park_modulus, space_vector


@dataclass(frozen=True, eq=False)
class SegmentBatch:
    """Segments of three phases.

    Attributes
    ----------
    currents : array, shape (n_segments, 3, n)
        Rows R, S, T; an absent phase is NaN, so is a sample that is missing or infinite.
    fs : float
        Sampling rate in Hz.
    line_low_hz, line_high_hz : float
        Band in which the supply frequency is searched, Hz.
    """

    currents: Array
    fs: float
    line_low_hz: float
    line_high_hz: float

    @classmethod
    def of(cls, currents: Array, fs: float, line_low_hz: float, line_high_hz: float) -> SegmentBatch:
        """A batch in which infinite samples are gaps."""
        xp = namespace(currents)
        is_infinite = xp.isinf(currents)
        cleaned = xp.where(is_infinite, xp.nan, currents) if xp.any(is_infinite) else currents
        return cls(cleaned, fs, line_low_hz, line_high_hz)

    def forget(self, *names: str) -> None:
        """Give back the memory of intermediate results; they are made again where they are asked for."""
        for name in names:
            self.__dict__.pop(name, None)

    @property
    def n(self) -> int:
        """Samples of a segment."""
        return int(self.currents.shape[-1])

    @cached_property
    def spectrum(self) -> Spectrum:
        """Hann spectrum of every phase, lines of shape (n_segments, 3, n_bins)."""
        return hann_spectrum(self.currents, self.fs, keep_precision=True)

    @cached_property
    def power(self) -> Array:
        """Mean square per bin, shape (n_segments, 3, n_bins)."""
        return self.spectrum.power

    @cached_property
    def line_hz(self) -> Array:
        """Supply frequency of every segment in Hz, over all phases, shape (n_segments,)."""
        return fundamental_hz(self.spectrum, self.line_low_hz, self.line_high_hz)

    @cached_property
    def moves(self) -> Array:
        """Whether a phase is finite and no constant, whose spectrum would be rounding; shape (n_segments, 3)."""
        xp = namespace(self.currents)
        return xp.max(self.currents, axis=-1) > xp.min(self.currents, axis=-1)

    @cached_property
    def short_time_power(self) -> Array:
        """Power of frames of about 0.1 s, shape (n_segments, 3, n_frames, n_bins)."""
        return short_time_power(self.currents, self.fs)

    @cached_property
    def phasors(self) -> Array:
        """Peak phasors of the supply line, shape (n_segments, 3)."""
        return line_phasor(self.spectrum, self.line_hz[:, None])

    @cached_property
    def vector(self) -> Array:
        """Complex space vector, shape (n_segments, n); NaN where a phase is absent or has a gap."""
        return space_vector(self.currents)

    @cached_property
    def modulus(self) -> Array:
        """Modulus of the space vector, shape (n_segments, n)."""
        return park_modulus(self.currents)


def split_by_phase(figures: dict[str, Array], letters: str = "RST") -> dict[str, Array]:
    """Columns of shape (n_segments, 3) as one column a phase, the letter behind the name."""
    return {f"{name}_{letter}": column[:, k] for k, letter in enumerate(letters) for name, column in figures.items()}


def in_percent(part: Array, whole: Array) -> Array:
    """100 part / whole; NaN where the whole is nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        xp = namespace(part, whole)
        return xp.where(whole > 0, 100 * part / whole, xp.nan)
