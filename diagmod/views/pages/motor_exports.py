"""Tables to take home, read when one is taken: a page that opens reads none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from diagmod.views.pages.downloads import Tables

if TYPE_CHECKING:
    from diagmod.io.results import Results
    from diagmod.views.pages.motor_view import MotorView

#: Tables on the recording that is shown.
OF_RECORDING = ("diagnoses", "evidence", "signatures", "recording_states")


def fleet_tables(results: Results, fleet: pd.DataFrame) -> Tables:
    """Motors as chosen, and the health of all their recordings."""

    def health() -> pd.DataFrame:
        table = results.table("health")
        return table[table["motor_id"].isin(fleet["motor_id"])]

    return Tables({"motor_health": lambda: fleet, "health": health})


def motor_tables(view: MotorView, now: pd.DataFrame) -> Tables:
    """Everything on one motor, and on the recording that is shown.

    Parameters
    ----------
    view : MotorView
    now : DataFrame
        Table ``motor_health``.
    """
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "motor_health": lambda: now[now["motor_id"] == view.motor_id],
        "health": lambda: view.health,
        "recordings": lambda: view.recordings,
        "maintenance": lambda: view.maintenance,
        "forecast_risk": lambda: view.forecast,
    }
    return Tables(makers | {name: lambda name=name: _of_recording(view, name) for name in OF_RECORDING})


def _of_recording(view: MotorView, name: str) -> pd.DataFrame:
    """Rows of the recording; none where there is no recording in the chosen days."""
    return view.of_recording(name) if view.recording else pd.DataFrame(columns=["recording_id", "motor_id"])
