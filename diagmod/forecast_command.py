"""The command ``diagmod forecast``: what is expected of a motor, and how likely a limit is exceeded.

It carries the present trend on by the stored models; nothing is trained, and the same trend gives the same answer from
what is kept. The exit code says what became of it: 0 all was forecast, 3 some quantity could not be (the answer says
why), 2 the input is wrong (one sentence on the error stream, nothing on the output).
"""

from __future__ import annotations

import json
import math
import re
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diagmod.core.recording import PHASES
from diagmod.diagnose_command import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from diagmod.models.forecast.forecasting import MotorForecast

#: Version of the form of the JSON; it rises when a key changes its meaning.
SCHEMA_VERSION = 1

#: Exit code where some quantity could not be forecast.
SOME_NOT_FORECAST = 3

#: Hours of the units of a horizon.
HOURS_OF = {"h": 1, "d": 24, "w": 168}

#: Longest horizon, hours: 30 days; the longest that is forecast hour by hour: a week.
MOST_H, MOST_HOURLY_H = 720, 168

#: Steps ahead that people are shown, by leg; the last step of a shorter horizon is shown too.
SHOWN = {"hourly": (1, 6, 12, 24, 48, 72, 120, 168), "daily": (1, 7, 14, 30)}

#: What a step ahead is called, by leg.
_STEPS = {"hourly": "hours", "daily": "days"}

#: What ``diagmod forecast --help`` says first.
FORECAST_HELP = """Forecast the trend of a motor: what is expected, how surely, and the risk that a limit is exceeded.

Hour by hour up to a week, by daily means up to 30 days. The stored models carry the present trend (data/interim) on;
nothing is trained. An interval is for a single step; the risk is that the limit is exceeded at all within the horizon.

Exit code: 0 all was forecast, 3 some quantity could not be (the answer says why), 2 wrong input.

Example: diagmod forecast --motor M07 --horizon 30d --phase R --limit 28.5 --json"""


def forecast_command(
    motor: Annotated[str, typer.Option("--motor", metavar="ID", help="motor of the register")],
    horizon: Annotated[str, typer.Option(metavar="TIME", help="how far: 48h, 14d or 2w; 1h to 30d")] = "30d",
    quantity: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="quantity of the trend, as rms_R; repeat it for more")
    ] = None,
    phase: Annotated[str | None, typer.Option(metavar="PHASE", help="R, S or T, short for rms_R ...")] = None,
    limit: Annotated[
        float | None, typer.Option(metavar="VALUE", help="limit in the unit of the trend (A), instead of the usual one")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="forecast[@VERSION]", help="stored model to ask; the one in use by default")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON (its form: data/README.md)")] = False,
) -> None:
    """Forecast a motor; see :data:`FORECAST_HELP`."""
    horizon_h = hours_of(horizon)
    wanted = _quantities(quantity or [], phase)
    if limit is not None and not math.isfinite(limit):
        raise InputError(f"--limit must be a number in the unit of the trend, got {limit}; for example 28.5")
    found = _ask(motor, wanted, horizon_h, limit, model)
    entries = entries_of(found, wanted, horizon_h)
    text = _as_json(motor, horizon_h, entries, found) if as_json else _as_text(motor, horizon, entries, found)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    typer.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)
    if not entries or not all(entry["steps"] for entry in entries):
        raise typer.Exit(SOME_NOT_FORECAST)


def hours_of(horizon: str) -> int:
    """Hours of a horizon as people write it.

    Raises
    ------
    InputError
        It is no number with a unit, or out of range.

    Examples
    --------
    >>> hours_of("48h"), hours_of("30d"), hours_of("2w")
    (48, 720, 336)
    """
    match = re.fullmatch(r"([0-9]{1,6})\s?([hdw])", horizon.strip())
    if not match:
        raise InputError(
            f"--horizon must be a whole number with h, d or w, got {horizon!r}; for example 48h, 14d or 2w"
        )
    hours = int(match[1]) * HOURS_OF[match[2]]
    if not 1 <= hours <= MOST_H:
        raise InputError(
            f"--horizon must be 1h to 30d, got {horizon!r}; no trend of a motor tells of more than 30 days"
        )
    if hours > MOST_HOURLY_H and hours % HOURS_OF["d"]:
        days = -(-hours // HOURS_OF["d"])
        raise InputError(f"--horizon beyond 168h is told in whole days, got {horizon!r}; write {days}d")
    return hours


def _quantities(named: list[str], phase: str | None) -> tuple[str, ...] | None:
    """Quantities that were asked for; None for all that the model knows."""
    if phase is not None and (phase not in PHASES or named):
        raise InputError(f"--phase must be {', '.join(PHASES)} and without --quantity beside it, got {phase!r}")
    asked = [f"rms_{phase}"] if phase else named
    return tuple(dict.fromkeys(f"rms_{name}" if name in PHASES else name for name in asked)) or None


def _ask(
    motor: str, quantities: tuple[str, ...] | None, horizon_h: int, limit: float | None, model: str | None
) -> MotorForecast:
    from diagmod.io.paths import project_root
    from diagmod.io.tables import TableError
    from diagmod.models.forecast.forecasting import ForecastError, forecast_motor

    try:
        return forecast_motor(project_root(), motor, quantities, horizon_h, limit, model)
    except (ForecastError, TableError) as exc:
        raise InputError(str(exc)) from exc


def entries_of(found: MotorForecast, wanted: Sequence[str] | None, horizon_h: int) -> list[dict[str, Any]]:
    """What is said of every quantity, in plain values: one that has no forecast stands with its reason.

    Parameters
    ----------
    found : MotorForecast
    wanted : sequence of str, optional
        Quantities in the order in which they were asked for; those of the answer by default.
    horizon_h : int
        Whole hours; it decides whether hours or days are told.
    """
    leg = "hourly" if horizon_h <= MOST_HOURLY_H and _has_leg(found, "hourly") else "daily"
    tables = (found.series, found.forecasts, found.risk)
    names = wanted or list(dict.fromkeys(name for table in tables for name in table["quantity"]))
    return [_entry(found, name, leg) for name in names]


def _has_leg(found: MotorForecast, leg: str) -> bool:
    return bool((found.forecasts["leg"] == leg).any() or (found.series["leg"] == leg).any())


def _entry(found: MotorForecast, quantity: str, leg: str) -> dict[str, Any]:
    steps = found.forecasts[(found.forecasts["quantity"] == quantity) & (found.forecasts["leg"] == leg)]
    series = _last(found.series[(found.series["quantity"] == quantity) & (found.series["leg"] == leg)])
    risk = _last(found.risk[found.risk["quantity"] == quantity])
    first = _last(steps.head(1))
    about = {name: series.get(name) for name in ("mase", "naive_method", "naive_mase", "n_origins")}
    known = {name: series.get(name) for name in ("first", "last", "n_steps", "missing_pct", "n_breaks", "content")}
    not_of_risk = ("motor_id", "quantity", "unit", "origin")
    return {
        "quantity": quantity,
        "unit": next((row["unit"] for row in (first, series, risk) if row), ""),
        "leg": leg,
        "method": first.get("method") or series.get("method") or None,
        "reason": series.get("reason") or ("" if first else "the stored model knows no such quantity of this motor"),
        "origin": first.get("origin"),
        "back_test": about,
        "history": known,
        "risk": {name: value for name, value in risk.items() if name not in not_of_risk} or None,
        "steps": [
            {str(name): _plain(row[name]) for name in ("step", "time", "q05", "q25", "q50", "q75", "q95")}
            for row in steps.sort_values("step").to_dict("records")
        ],
    }


def _last(rows: pd.DataFrame) -> dict[str, Any]:
    """The last row in plain values; empty where there is none."""
    return {str(name): _plain(value) for row in rows.tail(1).to_dict("records") for name, value in row.items()}


def _as_json(motor: str, horizon_h: int, entries: list[dict[str, Any]], found: MotorForecast) -> str:
    content = {
        "schema_version": SCHEMA_VERSION, "motor_id": motor, "horizon_h": horizon_h, "quantities": entries,
        "from_cache": bool(found.from_cache), "lineage": found.lineage,
    }  # fmt: skip
    return json.dumps(content, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _as_text(motor: str, horizon: str, entries: list[dict[str, Any]], found: MotorForecast) -> str:
    origin = next((entry["origin"] for entry in entries if entry["origin"]), None)
    since = f", from {origin[:16].replace('T', ' ')} UTC on" if origin else ""
    kept = "from what is kept" if found.from_cache else "computed now"
    about = f" by {found.lineage['model']}" if found.lineage.get("model") else ""
    head = f"Motor {motor}: {horizon.strip()} ahead{since} ({kept}{about})"
    return "\n\n".join([head, *map(_paragraph, entries)]) + "\n"


def _paragraph(entry: Mapping[str, Any]) -> str:
    """The sentence of a quantity, where forecast and limit come from, and a small table."""
    if not entry["steps"]:
        return f"{entry['quantity']}: no forecast. {entry['reason'].rstrip('.')}."
    risk = entry["risk"]
    said = risk["sentence"] if risk else "no limit was judged"
    lines = [f"{entry['quantity']}: {said}", f"  Method: {entry['reason'] or entry['method']}."]
    if risk:
        lines.append(f"  {_limit(risk, entry['unit'])}.")
    return "\n".join([*lines, *(f"  {line}" for line in _table(entry))])


def _limit(risk: Mapping[str, Any], unit: str) -> str:
    if risk["limit"] is None:
        return f"No limit: {risk['limit_reason']}"
    return f"Limit {risk['limit']:.4g} {unit} ({risk['limit_kind']}): {risk['limit_reason']}"


def _table(entry: Mapping[str, Any]) -> list[str]:
    """Median and 90 % interval at a few steps ahead."""
    unit = f" ({entry['unit']})" if entry["unit"] else ""
    last = entry["steps"][-1]["step"]
    shown = [row for row in entry["steps"] if row["step"] in (*SHOWN[entry["leg"]], last)]
    head = (f"{_STEPS[entry['leg']]} ahead", f"median{unit}", f"90 % interval{unit}")
    rows = [(str(row["step"]), _figure(row["q50"]), f"{_figure(row['q05'])} to {_figure(row['q95'])}") for row in shown]
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(3)]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows)]


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4g}"


def _plain(value: Any) -> Any:
    """A value as JSON has it: times as text, no NaN, no numpy type."""
    if hasattr(value, "isoformat"):
        return None if value != value else value.isoformat()
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
