"""Who says how fast a file was sampled, and whether they agree.

A declared rate goes before one that the format itself carries, and this before the time stamps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diagmod.io.refusals import UnreadableRecording
from diagmod.io.sampling_steps import MAX_RATE_ERROR_PCT

_RATE_WORDS = ("sampl", "rate", "fs", "hz", "частот", "abtast")


@dataclass(frozen=True, kw_only=True)
class SamplingRates:
    """Statements of one sampling rate in Hz; None where nothing is said.

    Attributes
    ----------
    declared, of_file, of_stamps : float or None
        What the user says, what the format carries, what the time stamps give.
    stamps_label : str
        The column of time stamps in words.
    hint : str
        What the heading of the file seems to say, for a person; nothing is taken from it.
    n_gaps, gap_s : int, float
        Gaps between regular time stamps, and their length together in seconds.
    n_back : int
        How often the time stamps fall back.
    jitter_s : float or None
        How far the time stamps stand from an even grid, rms in s.
    """

    declared: float | None = None
    of_file: float | None = None
    of_stamps: float | None = None
    stamps_label: str = "the time column"
    hint: str = ""
    n_gaps: int = 0
    gap_s: float = 0.0
    n_back: int = 0
    jitter_s: float | None = None

    @property
    def stated(self) -> float | None:
        """The rate that was declared, or that the format carries."""
        return self.declared if self.declared is not None else self.of_file

    @property
    def fs(self) -> float | None:
        """The rate that counts, in Hz; None where nothing tells."""
        return self.stated if self.stated is not None else self.of_stamps

    def check(self, source: str) -> None:
        """Refuse a rate that is not positive and finite.

        Raises
        ------
        UnreadableRecording
            The rate that counts is none.
        """
        if self.fs is not None and not 0.0 < self.fs < np.inf:
            where = next(iter(self._said()))
            raise UnreadableRecording(f"{where} of {source} gives a sampling rate of {self.fs:g} Hz; pass --fs HZ")

    def contradictions(self) -> list[str]:
        """A sentence for every statement that differs from the one that counts."""
        said = self._said()
        if len(said) < 2:
            return []
        (where, rate), *others = said.items()
        return [
            f"{where} says {rate:g} Hz, but {other} gives {different:g} Hz; {where} was taken"
            for other, different in others
            if abs(different / rate - 1.0) > MAX_RATE_ERROR_PCT / 100.0
        ]

    def gap_note(self) -> list[str]:
        """A sentence about gaps between the time stamps, if there are any."""
        if not self.n_gaps:
            return []
        return [f"{self.stamps_label} has {self.n_gaps} gap(s), together {self.gap_s:g} s: samples are missing there"]

    def _said(self) -> dict[str, float]:
        said = {"--fs": self.declared, "the file itself": self.of_file, self.stamps_label: self.of_stamps}
        return {who: rate for who, rate in said.items() if rate is not None}


def heading_hint(heading: Sequence[str]) -> str:
    """The line of a heading that seems to speak of the sampling rate, in brackets for a message; empty without one.

    Examples
    --------
    >>> heading_hint(("Logger 7", "Sampling: 5 kHz"))
    " (its heading says 'Sampling: 5 kHz')"
    """
    line = next((line for line in heading if any(word in line.casefold() for word in _RATE_WORDS)), "")
    return f" (its heading says {line[:60]!r})" if line else ""
