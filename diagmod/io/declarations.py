"""What a user says of a recording file; it goes before anything that the file itself says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diagmod.core.recording import PHASES
from diagmod.io.column_names import CURRENT_UNITS, TIME_UNITS
from diagmod.io.csv_ingest import UnreadableRecording

#: Highest sampling rate in Hz that can be declared.
MAX_FS = 1e9

#: Stands for an absent phase among declared columns.
ABSENT = "-"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """Settings of one reading; None or empty where the file is to tell.

    Parameters
    ----------
    fs : float or None
        Sampling rate in Hz.
    phase_columns : tuple of str
        Names or numbers from 1 of the columns of R, S, T; "-" for an absent phase. One to three.
    time_column : str or None
        Name or number of the column of time stamps.
    time_unit : str or None
        One of :data:`~diagmod.io.column_names.TIME_UNITS`.
    sheet : str or None
        Sheet of a workbook.
    unit : str or None
        Unit of the samples: "A", "mA", "kA" (converted to ampere), or another word where ampere is not known.
    scale : float or None
        Ampere per unit of the file; the result is ampere then.

    Raises
    ------
    UnreadableRecording
        A value is not allowed.
    """

    fs: float | None = None
    phase_columns: tuple[str, ...] = ()
    time_column: str | None = None
    time_unit: str | None = None
    sheet: str | None = None
    unit: str | None = None
    scale: float | None = None

    def __post_init__(self) -> None:
        if self.fs is not None and not 0.0 < self.fs <= MAX_FS:
            raise UnreadableRecording(
                f"--fs must be positive and at most {MAX_FS:g}, got {self.fs:g}; pass the sampling rate in Hz"
            )
        if self.scale is not None and (self.scale == 0.0 or not np.isfinite(self.scale)):
            raise UnreadableRecording(f"--scale must be finite and not zero, got {self.scale:g}; pass ampere per count")
        if self.time_unit is not None and self.time_unit not in TIME_UNITS:
            raise UnreadableRecording(f"--time-unit must be {', '.join(TIME_UNITS)}, got {self.time_unit!r}; pass one")
        named = [column for column in self.phase_columns if column != ABSENT]
        if self.phase_columns and (len(self.phase_columns) > len(PHASES) or not named or len(set(named)) < len(named)):
            raise UnreadableRecording(
                "--phase-columns must name one to three different columns in the order R,S,T "
                f"({ABSENT} for an absent phase), got {','.join(self.phase_columns)!r}"
            )
        if self.unit is not None and not self.unit.strip():
            raise UnreadableRecording("--unit must not be empty; pass A, or counts where ampere is not known")
        if self.scale is not None and self.unit is not None and self.ampere_per_unit is None:
            raise UnreadableRecording(f"--scale makes ampere, but --unit says {self.unit!r}; leave out one of the two")

    @property
    def ampere_per_unit(self) -> float | None:
        """Ampere in the declared unit; None where it is not declared or no unit of current."""
        return None if self.unit is None else CURRENT_UNITS.get(self.unit.strip().casefold())
