"""One acquisition of three phase currents, with what is known about it.

A recording keeps its true start, its true length and its true sampling rate. None of them has a
default: the data must tell, or the recording is not one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Order of the rows of every ``currents`` array.
PHASES = ("R", "S", "T")


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Three phase currents of one motor.

    Parameters
    ----------
    currents : ndarray of float32, shape (3, n_samples)
        Rows R, S, T in ``unit``; an absent phase is a row of NaN.
    fs : float
        Sampling rate in Hz, positive.
    motor_id : str
        The motor it was taken from.
    started_at : datetime or None
        Time of the first sample, with time zone UTC; None only where the data set declares that it has no times.
    sha256 : str
        Hash of the file it came from.
    unit : str
        Unit of the currents; "A" unless the data set declares another.
    load_pct : float or None
        Shaft load in percent of rated, where known.

    Raises
    ------
    ValueError
        The shape is not (3, n), ``fs`` is not positive, or ``started_at`` has no time zone.
    """

    currents: NDArray[np.float32]
    fs: float
    motor_id: str
    started_at: datetime | None
    sha256: str = ""
    unit: str = "A"
    load_pct: float | None = None

    def __post_init__(self) -> None:
        if self.currents.ndim != 2 or self.currents.shape[0] != len(PHASES) or self.currents.shape[1] == 0:
            raise ValueError(
                f"currents must have shape (3, n_samples) with rows R, S, T, got {self.currents.shape}; "
                "fill an absent phase with NaN"
            )
        if not (np.isfinite(self.fs) and self.fs > 0):
            raise ValueError(f"fs must be positive, got {self.fs!r}; pass the sampling rate in Hz")
        if self.started_at is not None and self.started_at.utcoffset() != timedelta(0):
            raise ValueError(f"started_at must be in UTC, got {self.started_at.isoformat()}; add +00:00 or convert")

    @property
    def duration_s(self) -> float:
        """Length in seconds, n_samples / fs."""
        return self.currents.shape[1] / self.fs

    @property
    def phases(self) -> str:
        """Letters of the phases that hold at least one finite sample, for example "RST" or "R"."""
        return "".join(letter for letter, row in zip(PHASES, self.currents, strict=True) if np.isfinite(row).any())
