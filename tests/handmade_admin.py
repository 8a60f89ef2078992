"""A project for the page "Admin": built stages, models, and results of every kind, and how to read what it shows."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from handmade_interim import make_project_with_plant
from handmade_stages import FILES, make_built_project
from store_kills import make_model

from diagmod.io.model_store import register
from diagmod.io.readiness import READINESS
from diagmod.io.results import Results
from diagmod.io.table_registry import TABLES
from diagmod.io.tables import conform, write_table
from diagmod.views.pages.admin import PARTS, AdminPage

#: What a column holds that a test does not care about, by the beginning of its dtype.
_USUAL = {"str": "", "int": 0, "float": 0.5, "bool": False, "datetime": pd.NaT}

CHECKS = (
    {"check": "motors", "value": 2.0, "warn": 5.0, "fail": 1.0, "status": "warn", "reason": "2 motors; record more"},
    {"check": "recordings", "value": 40.0, "warn": 30.0, "fail": 4.0, "status": "pass", "reason": "40 recordings"},
)

_JUDGED = {"truth": "recording_label", "level": "recording", "split": "leave_group_out", "n": 20, "n_positive": 8}

EVALUATION: dict[str, list[dict[str, Any]]] = {
    "drift_verdict": [{"split": "leave_group_out", "model": "anomaly", "verdict": "retrain",
                       "reason": "Train again: the share of alarms rose by 12 points."}],
    "drift": [
        {"model": "anomaly", "kind": "feature", "name": "thd_R", "psi": 0.1, "is_moved": False},
        {"model": "anomaly", "kind": "alarm", "name": "alarm", "psi": 0.9, "psi_limit": 0.2, "is_moved": True},
    ],
    "drift_streams": [
        {"model": "anomaly", "name": "anomaly score", "motor_id": "M1", "n": 9, "is_judged": True},
        {"model": "anomaly", "name": "anomaly score", "motor_id": "M2", "n": 9, "is_judged": True, "is_changed": True,
         "changed_at": pd.Timestamp("2026-02-01", tz="UTC"), "change": 3.0},
    ],
    "evaluation": [
        {**_JUDGED, "model": "faults", "figure": "auroc", "value": 0.874, "low": 0.712, "high": 0.961},
        {**_JUDGED, "model": "faults", "figure": "f1", "value": 0.6, "low": 0.5, "high": 0.7},
        {**_JUDGED, "model": "random", "figure": "auroc", "value": 0.49, "low": 0.4, "high": 0.6},
        {**_JUDGED, "model": "flag_all", "figure": "f1", "value": 0.55, "low": 0.45, "high": 0.65},
    ],
    "forecast_summary": [
        {"leg": "hourly", "band": "all", "method": "ets", "mase": 0.7, "mase_low": 0.6, "mase_high": 0.8},
        {"leg": "hourly", "band": "1-24 h", "method": "ets", "mase": 0.6, "mase_low": 0.5, "mase_high": 0.7},
    ],
}  # fmt: skip


def make_admin_project(folder: Path) -> Path:
    """Three stages that are fresh, three versions of one family, findings, readiness, drift and evaluation."""
    make_project_with_plant(folder, readiness=rows_of(READINESS, *CHECKS))
    make_built_project(folder, {name: text for name, text in FILES.items() if "interim" not in name})
    for variant in range(3):
        make_model(folder, variant, metrics={"f1": 0.5 + variant / 10, "daily_mase": 1.5})
        register(folder, "anomaly")
    for name, rows in EVALUATION.items():
        path = Results(folder).path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(rows_of(TABLES[name], *rows), TABLES[name], path, {})
    return folder


def opened(root: Path, query: str = "", *names: str) -> AdminPage:
    """The page as a viewer opens it, whole or with the named parts alone, which is faster."""
    chosen = tuple(part for part in PARTS if part.name in names) or PARTS
    page = type("Some", (AdminPage,), {"part_types": chosen})(query, root)
    page.headline()
    page.body()
    return page


def rows_of(schema, *rows: dict[str, Any]) -> pd.DataFrame:
    """A table from what matters of each row."""
    kinds = {c.name: next(v for kind, v in _USUAL.items() if c.dtype.startswith(kind)) for c in schema.columns}
    usual = {c.name: np.nan if c.nullable and c.dtype == "float64" else kinds[c.name] for c in schema.columns}
    usual |= {c.name: c.allowed[0] for c in schema.columns if c.allowed}
    table = pd.DataFrame([{**usual, **row} for row in rows])
    times = {c.name: pd.to_datetime(table[c.name], utc=True) for c in schema.columns if c.dtype.startswith("datetime")}
    return conform(table.assign(**times), schema)


def part_of(page, name):
    return next(part for part in page.parts if part.name == name)


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def cells_of(html: str) -> list[dict[str, str]]:
    """Rows of the first table of some HTML."""
    table = html.partition("<table")[2].partition("</table>")[0]
    heads = [text_of(cell) for cell in re.findall(r"<th[^>]*>(.*?)</th>", table)]
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2])
    return [dict(zip(heads, map(text_of, re.findall(r"<td[^>]*>(.*?)</td>", row)), strict=True)) for row in rows]


def trouble_of(page, name) -> str:
    return text_of(part_of(page, name)._trouble.value)
