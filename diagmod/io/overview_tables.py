"""What a data set amounts to: counts of the whole, a row a motor, and recordings counted by week.

The tables of ``data/interim`` are lists of recordings and files; here they are summed up for those who look at all of
them at once. Nothing is read here: tables in, tables out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

#: Recorded time from which it is told in hours (min).
MOST_MINUTES = 120

#: Days of a week, which begins on Monday as in ISO 8601; day 0 of the clock was a Thursday.
_WEEK, _MONDAY = 7, 3


@dataclass(frozen=True)
class Totals:
    """Counts of recordings and files.

    Attributes
    ----------
    motors, recordings, with_warning, quarantined, duplicates : int
        Motors of the register, recordings that were loaded, those among them with a warning, files that were not
        loaded and files that were there already.
    seconds : float
        Recorded time, s.
    first, last : Timestamp
        First and last start (UTC); NaT where none is known.
    """

    motors: int
    recordings: int
    with_warning: int
    quarantined: int
    duplicates: int
    seconds: float
    first: pd.Timestamp
    last: pd.Timestamp

    @property
    def lasting(self) -> tuple[str, str]:
        """Recorded time and its unit, minutes where that says more."""
        minutes = self.seconds / 60
        return (f"{minutes:.1f}", "min") if minutes < MOST_MINUTES else (f"{minutes / 60:.1f}", "h")

    @property
    def period(self) -> str:
        """First to last day; "not recorded" where no start is known."""
        return "not recorded" if pd.isna(self.first) else f"{self.first:%Y-%m-%d} – {self.last:%Y-%m-%d}"


def totals(motors: pd.DataFrame, recordings: pd.DataFrame, refused: pd.DataFrame) -> Totals:
    """Counts of a data set or of a part of it.

    Parameters
    ----------
    motors : DataFrame
        Table ``motors``.
    recordings : DataFrame
        Of table ``recordings``: started_at, duration_s, quality.
    refused : DataFrame
        Of table ``load_report``: status, of the files that were not loaded.
    """
    status = refused["status"].value_counts()
    return Totals(
        motors=len(motors),
        recordings=len(recordings),
        with_warning=int((recordings["quality"] == "warning").sum()),
        quarantined=int(status.get("quarantined", 0)),
        duplicates=int(status.get("duplicate", 0)),
        seconds=float(recordings["duration_s"].sum()),
        first=recordings["started_at"].min(),
        last=recordings["started_at"].max(),
    )


def fleet_table(
    motors: pd.DataFrame, recordings: pd.DataFrame, refused: pd.DataFrame, grades: pd.DataFrame | None = None
) -> pd.DataFrame:
    """A row a motor: nameplate, recordings, last one, how many carry a warning, files in quarantine, grade of health.

    Parameters
    ----------
    motors, recordings, refused : DataFrame
        As for :func:`totals`, with motor_id.
    grades : DataFrame, optional
        Of table ``motor_health``: motor_id, grade; None where health was not judged.
    """
    by_motor = recordings.groupby("motor_id")
    warned = recordings[recordings["quality"] == "warning"]
    counted = pd.DataFrame(
        {
            "recordings": by_motor.size(),
            "last_recorded": by_motor["started_at"].max(),
            "with_warning": warned.groupby("motor_id").size(),
            "quarantined": refused[refused["status"] == "quarantined"].groupby("motor_id").size(),
        }
    )
    joined = motors.merge(counted, left_on="motor_id", right_index=True, how="left")
    counts = ["recordings", "with_warning", "quarantined"]
    joined = joined.assign(**{name: pd.to_numeric(joined[name]).fillna(0).astype(int) for name in counts})
    if grades is None:
        return joined.assign(grade="not judged")
    return joined.assign(grade=joined["motor_id"].map(grades.set_index("motor_id")["grade"]).fillna("not judged"))


def by_week(recordings: pd.DataFrame) -> pd.DataFrame:
    """Recordings of every motor in every week.

    Parameters
    ----------
    recordings : DataFrame
        Of table ``recordings``: motor_id, started_at.

    Returns
    -------
    DataFrame
        Columns motor_id, week (its Monday, UTC), recordings; weeks without a recording of a motor have no row.
    """
    dated = recordings[recordings["started_at"].notna()]
    days = dated["started_at"].to_numpy("datetime64[D]").astype(np.int64)
    weeks = (days + _MONDAY) // _WEEK
    table = pd.DataFrame({"motor_id": dated["motor_id"].to_numpy(), "week": weeks})
    counted = table.groupby(["motor_id", "week"], sort=True).size().rename("recordings").reset_index()
    mondays = (counted["week"].to_numpy() * _WEEK - _MONDAY).astype("datetime64[D]").astype("datetime64[s]")
    return counted.assign(week=pd.to_datetime(mondays, utc=True))
