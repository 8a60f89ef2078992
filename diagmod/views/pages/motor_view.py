"""What is read of one motor, when it is asked for: its health, its recordings, and what stands behind one of them.

Every table is read with the motor and the recording as a condition, so that the size of the fleet does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from diagmod.core.verdicts import QualityVerdict

if TYPE_CHECKING:
    from datetime import date

    from diagmod.io.results import Results

#: Columns of the catalogue that the page shows.
RECORDING_COLUMNS = (
    "recording_id", "motor_id", "file", "sha256", "reading", "started_at", "fs_hz", "duration_s", "load_pct",
    "condition", "severity", "rms_R", "rms_S", "rms_T", "acquisition",
)  # fmt: skip

#: Nameplate: column of table ``motors``, words, unit.
PLATE = (
    ("name", "Name", ""), ("type", "Type", ""), ("rated_power_kw", "Rated power", "kW"),
    ("rated_voltage_v", "Rated voltage", "V"), ("rated_current_a", "Rated current", "A"),
    ("rated_rpm", "Rated speed", "1/min"), ("line_hz", "Supply frequency", "Hz"), ("pole_pairs", "Pole pairs", ""),
    ("rotor_bars", "Rotor bars", ""), ("bearing", "Bearing", ""), ("status", "Service", ""),
)  # fmt: skip


@dataclass(frozen=True)
class MotorView:
    """One motor under a choice.

    Attributes
    ----------
    results : Results
    motor_id : str
    row : dict
        Row of table ``motor_health``; empty where the motor has none.
    plate : dict
        Row of table ``motors``; empty where it is not in the register.
    since, until : date or None
        First and last day (UTC) of the recordings that are looked at.
    chosen : str or None
        Recording whose evidence is shown; the newest judged one by default.
    """

    results: Results
    motor_id: str
    row: dict[str, Any]
    plate: dict[str, Any]
    since: date | None = None
    until: date | None = None
    chosen: str | None = None

    @cached_property
    def recordings(self) -> pd.DataFrame:
        """Recordings of the days, the newest first; one without a time counts as old and belongs to every day."""
        table = self.results.table("recordings", RECORDING_COLUMNS, motor_id=self.motor_id)
        return self._of_days(table, "started_at").sort_values("started_at", ascending=False, na_position="last")

    @cached_property
    def recording(self) -> dict[str, Any] | None:
        """The recording whose evidence is shown: the chosen one, else the newest that can tell, else the newest."""
        table = self.recordings
        if self.chosen:
            table = table[table["recording_id"] == self.chosen]
        elif (usable := table["acquisition"] != str(QualityVerdict.UNUSABLE)).any():
            table = table[usable]
        return {str(k): v for k, v in table.iloc[0].to_dict().items()} if len(table) else None

    @property
    def recording_id(self) -> str:
        """Its id; empty where there is no recording."""
        return str(self.recording["recording_id"]) if self.recording else ""

    @cached_property
    def health(self) -> pd.DataFrame:
        """Rows of table ``health`` of the days, in order of time."""
        return self._of_days(self.results.table("health", None, motor_id=self.motor_id), "started_at")

    @cached_property
    def maintenance(self) -> pd.DataFrame:
        """Maintenance events of the days."""
        return self._of_days(self.results.table("maintenance", None, motor_id=self.motor_id), "start")

    @cached_property
    def forecast(self) -> pd.DataFrame:
        """Rows of table ``forecast_risk``."""
        return self.results.table("forecast_risk", None, motor_id=self.motor_id)

    @cached_property
    def state(self) -> dict[str, Any]:
        """Row of table ``recording_states`` of the recording; empty where there is none."""
        found = self.of_recording("recording_states")
        return {str(k): v for k, v in found.iloc[0].to_dict().items()} if len(found) else {}

    @cached_property
    def judged(self) -> dict[str, Any]:
        """Row of table ``health`` of the recording; empty where there is none."""
        found = self.of_recording("health")
        return {str(k): v for k, v in found.iloc[0].to_dict().items()} if len(found) else {}

    def of_recording(self, table: str) -> pd.DataFrame:
        """Rows of a table that belong to the recording."""
        if self.recording is None:
            raise ValueError(f"there is no recording of {self.motor_id} in these days; choose others")
        return self.results.table(table, None, motor_id=self.motor_id, recording_id=self.recording["recording_id"])

    def _of_days(self, table: pd.DataFrame, column: str) -> pd.DataFrame:
        inside = pd.Series(True, index=table.index)
        if self.since is not None:
            inside &= ~(table[column] < pd.Timestamp(self.since, tz="UTC"))
        if self.until is not None:
            inside &= ~(table[column] >= pd.Timestamp(self.until, tz="UTC") + pd.Timedelta(days=1))
        return table[inside]
