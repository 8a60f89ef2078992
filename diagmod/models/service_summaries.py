"""The tables of service in words and at a glance; every number comes from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from typing import Any

#: Splits that are told side by side.
_SPLITS = ("leave_group_out", "leave_load_out")


def alarms_in_words(rates: pd.DataFrame) -> str:
    """How often each model calls a sound motor, a line a model and split."""
    lines = [
        f"- {_named(row)}: {_number(row['per_motor_month'])} false alarms per motor and month "
        f"({_number(row['low_poisson'])} to {_number(row['high_poisson'])}) at a recording every "
        f"{row['cadence_days']:.0f} days; {_number(row['per_month_if_daily'])} at one a day."
        for row in rates.to_dict("records")
    ]
    return "\n".join(lines) or "No healthy recording with a time is labelled, so no false alarm can be counted."


def delays_in_words(figures: pd.DataFrame) -> str:
    """How many faults each model finds and how late, a line a model and split."""
    rows = figures[figures["condition"] == ""].to_dict("records")
    lines = [
        f"- {_named(row)}: {row['n_found']} of {row['n_faults']} faults found "
        f"({100 * row['low_found']:.0f} to {100 * row['high_found']:.0f} %), "
        + (f"half of them within {row['median_days']:.0f} days." if np.isfinite(row["median_days"])
           else "not half of them in the time watched.")
        for row in rows
    ]  # fmt: skip
    return "\n".join(lines) or "No fault with a time is labelled."


def least_in_words(table: pd.DataFrame) -> str:
    """From which severity on each model finds each fault, a line each."""
    lines = [f"- {_named(row)}: {row['sentence']}" for row in table.to_dict("records")]
    return "\n".join(lines) or "No severity is labelled."


def side_by_side(figures: pd.DataFrame, rates: pd.DataFrame, accuracy: pd.DataFrame) -> pd.DataFrame:
    """Models judged on motors not seen, and on motors and loads not seen.

    Parameters
    ----------
    figures : DataFrame
        Table ``evaluation``.
    rates : DataFrame
        Table ``alarm_rates``.
    accuracy : DataFrame
        Table ``fault_accuracy``.

    Returns
    -------
    DataFrame
        A row a model and figure: model, figure, leave_group_out, leave_load_out, difference (points).
    """
    merit = figures[
        (figures["truth"] == "recording_label") & (figures["level"] == "recording")
        & figures["figure"].isin(["auroc", "recall", "false_alarm_rate"]) & figures["feature_set"].isin(["all", ""])
    ]  # fmt: skip
    whole = accuracy[(accuracy["condition"] == "") & (accuracy["severity_range"] == "")]
    whole = whole[whole["figure"].isin(["accuracy", "balanced_accuracy"])].drop_duplicates(["model", "figure", "split"])
    daily = rates.assign(figure="false alarms a month at one recording a day", value=rates["per_month_if_daily"])
    kept = ["model", "figure", "split", "value"]
    every = pd.concat(
        [
            merit.assign(model=(merit["model"] + " " + merit["baseline"]).str.strip())[kept],
            whole.assign(model="faults: " + whole["model"])[kept], daily[kept],
        ],
        ignore_index=True,
    )  # fmt: skip
    wide = every.pivot_table(index=["model", "figure"], columns="split", values="value", sort=False, observed=True)
    wide = wide.reindex(columns=list(_SPLITS)).dropna().reset_index().rename_axis(columns=None)
    return wide.assign(difference_points=100 * (wide[_SPLITS[1]] - wide[_SPLITS[0]]))


def worst_motor(motors: pd.DataFrame) -> dict[Hashable, Any]:
    """The motor with the highest risk, as a row of table ``motor_health``; the first where none has any."""
    return motors.sort_values("risk", ascending=False, kind="stable").head(1).to_dict("records")[0]


def worst_in_words(table: pd.DataFrame, model: str) -> str:
    """Where a model finds least and where it raises most false alarms, among strata that are not small."""
    own = table[(table["model"] == model) & (table["split"] == _SPLITS[0]) & ~table["is_small"]]
    told = []
    for figure, words, is_worst_high in (
        ("recall", "least is found", False), ("false_alarm_share", "most false alarms are raised", True),
    ):  # fmt: skip
        rows = own[(own["figure"] == figure) & own["value"].notna()]
        worst = rows.sort_values("value", ascending=not is_worst_high, kind="stable").head(1)
        told += [
            f"{words} at {row['kind']} {str(row['stratum']).replace('_', ' ')}: {100 * row['value']:.0f} % of "
            f"{row['n']} recordings ({100 * row['low']:.0f} to {100 * row['high']:.0f} %)"
            for row in worst.to_dict("records")
        ]
    return f"We see that {'; '.join(told)}." if told else "Every stratum is too small to say anything of."


def shown_strata(table: pd.DataFrame, model: str) -> pd.DataFrame:
    """Recall and share of false alarms of one model in every stratum, motors not seen."""
    own = table[(table["model"] == model) & (table["split"] == _SPLITS[0])]
    own = own[own["figure"].isin(["recall", "false_alarm_share"]) & (own["n"] > 0)]
    return own[["kind", "stratum", "figure", "value", "low", "high", "n", "is_small"]].reset_index(drop=True)


def calibration_in_words(table: pd.DataFrame, model: str) -> str:
    """Brier score and calibration error of one model under both splits."""
    lines = []
    for split in _SPLITS:
        own = table[(table["model"] == model) & (table["split"] == split) & (table["condition"] == "")]
        rows = {row["figure"]: row for row in own.to_dict("records")}
        if "ece_top_label" not in rows:
            continue
        error = rows["ece_top_label"]
        lines.append(
            f"- {split.replace('_', ' ')}: expected calibration error {_with_ends(error)}, "
            f"{_number(rows['ece_by_chance']['value'])} if it were perfect; Brier score {_with_ends(rows['brier'])}, "
            f"{_number(rows['brier_of_shares']['value'])} for stating how frequent each condition is."
        )
    return "\n".join(lines) or "No model states probabilities for labelled recordings."


def drift_in_words(verdict: pd.DataFrame, streams: pd.DataFrame) -> str:
    """What drift asks for, and on which motors the score changed for good."""
    if verdict.empty:
        return "There are no earlier and later recordings of a motor to compare."
    changed = streams[streams["is_changed"]] if len(streams) else streams
    rising = ", ".join(
        f"{row['motor_id']} ({row['changed_at']:%Y-%m-%d}, {row['change']:+.1f} spreads)"
        for row in changed.to_dict("records")
    )
    watched = f" Watched motor by motor, the score changed for good on {rising}." if rising else ""
    return f"{verdict['reason'].iloc[0]}{watched}"


def most_moved(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of table ``drift``, the clearest first."""
    kept = ["kind", "name", "psi", "psi_limit", "js_distance", "js_limit", "shift", "p_value", "p_adjusted", "is_moved"]
    return table.sort_values(["p_adjusted", "p_value"], kind="stable", ignore_index=True)[kept]


def _named(row: Mapping[Hashable, Any]) -> str:
    split = "" if row["split"] == "none" else f" ({row['split'].replace('_', ' ')})"
    return f"{row['model'].replace('_', ' ')}{split}"


def _with_ends(row: Mapping[Hashable, Any]) -> str:
    return f"{_number(row['value'])} ({_number(row['low'])} to {_number(row['high'])})"


def _number(value: float) -> str:
    return f"{value:.3g}" if np.isfinite(value) else "unknown"
