"""Hourly rms currents where there is no historian: summarised from the recordings themselves.

Some seconds of recording stand for their hour. They are told from a log by their source, and wherever a log
has the hour it wins: it has seen all of it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from diagmod.io.tables import conform, empty_table
from diagmod.io.trend_tables import KEY, RECORDINGS_SOURCE, RMS, TREND


def hourly_summary(recordings: pd.DataFrame) -> pd.DataFrame:
    """Hours of every motor and phase from table ``recordings``.

    A recording counts in the hour in which it starts. The mean of an hour is the root of the mean square over all
    its recorded time: recordings count by their duration.

    Parameters
    ----------
    recordings : DataFrame
        As :data:`diagmod.io.schemas.RECORDINGS`; rows without start time, rms or duration do not count, nor those in
        another unit than ampere of a motor that has some in ampere.

    Returns
    -------
    DataFrame
        As :data:`~diagmod.io.trend_tables.TREND`; ``samples`` counts recordings, ``minimum`` and ``maximum`` are the
        lowest and highest rms of one recording.
    """
    names = ["motor_id", "started_at", "duration_s", "unit", *RMS]
    long = recordings[names].melt(names[:4], var_name="quantity", value_name="rms").astype({"rms": float})
    in_ampere = long["unit"] == "A"
    is_foreign = ~in_ampere & long["motor_id"].isin(set(long.loc[in_ampere, "motor_id"]))
    is_usable = ~is_foreign & long["started_at"].notna() & np.isfinite(long["rms"]) & (long["duration_s"] > 0)
    if not is_usable.any():
        return empty_table(TREND)
    used = long[is_usable].assign(
        hour=lambda t: t["started_at"].dt.floor("h"), energy=lambda t: t["rms"] ** 2 * t["duration_s"]
    )
    hours = used.groupby([*KEY, "unit"], sort=True, as_index=False).agg(
        energy=("energy", "sum"), duration_s=("duration_s", "sum"), minimum=("rms", "min"), maximum=("rms", "max"),
        samples=("rms", "size"),
    )  # fmt: skip
    mean = np.sqrt(hours.pop("energy") / hours.pop("duration_s")).clip(hours["minimum"], hours["maximum"])
    table = hours.assign(mean=mean, samples=hours["samples"].astype(float), source=RECORDINGS_SOURCE)
    return conform(table, TREND)


def combine(log: pd.DataFrame, summary: pd.DataFrame) -> pd.DataFrame:
    """Log and summary in one table; a motor's hour with a current in the log takes nothing from the summary.

    Phases of one hour are never taken from two sources: their ratio would be no unbalance of the motor.

    Parameters
    ----------
    log, summary : DataFrame
        As :data:`~diagmod.io.trend_tables.TREND`.
    """
    held = pd.MultiIndex.from_frame(log.loc[log["quantity"].isin(RMS), ["motor_id", "hour"]])
    extra = summary[~pd.MultiIndex.from_frame(summary[["motor_id", "hour"]]).isin(held)]
    both = [part for part in (log, extra) if len(part)]
    if not both:
        return empty_table(TREND)
    return conform(pd.concat(both).sort_values(KEY, ignore_index=True), TREND)
