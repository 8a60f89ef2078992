"""Tables of regimes as sentences for people: what was found, whether it is motors, how far labels carry."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from diagmod.models.regimes.view_rows import HELD_AGAINST

if TYPE_CHECKING:
    import pandas as pd

#: What spreads to hidden split groups, in words.
_SPREADS = {"label": "reviewed labels", "regime": "ids of regimes (too few labels are reviewed yet)"}


def views_in_words(views: pd.DataFrame) -> str:
    """What was found in each view, a line each; from table ``regime_views``."""
    return "\n".join(f"- {_view(row)}" for row in views.to_dict("records"))


def motors_in_words(regimes: pd.DataFrame, views: pd.DataFrame) -> str:
    """How far regimes are motors, with and without taking the motor's own level away; from both tables."""
    told = views[views["motor_agreement"].notna()]
    if told.empty:
        return "Nothing can be said of motors: there is a single one, or no regime."
    lines = []
    for row in told.to_dict("records"):
        raw = f"; against the fleet instead of the motor's own level it would be {row['motor_agreement_raw']:.2f}"
        alone = regimes[(regimes["view"] == row["view"]) & (regimes["standing"] == "one_motor")]
        named = [f" {r['regime']} is motor {r['largest_motor']} and no regime." for r in alone.to_dict("records")]
        against = "" if HELD_AGAINST[row["view"]] == "fleet" else raw
        lines.append(f"- {row['view']}: {row['motor_agreement']:.2f}{against}.{''.join(named)}")
    return "Agreement of regimes and motors, 0 by chance and 1 if every motor were a regime:\n\n" + "\n".join(lines)


def spread_in_words(views: pd.DataFrame) -> str:
    """How labels spread to split groups whose own were hidden, a line a view; from table ``regime_views``."""
    told = views[views["spread_told"].notna()]
    if told.empty:
        return "Nothing can be said of how labels spread: there are fewer than two regimes with a name."
    return "\n".join(
        f"- {row['view']}: {_SPREADS[row['spread_of']]} spread to {percent(row['spread_told'])} of the hidden segments"
        + (f", {percent(row['spread_right'])} of them rightly" if np.isfinite(row["spread_right"]) else "")
        + "; the others took none."
        for row in told.to_dict("records")
    )


def percent(share: float) -> str:
    """A share in whole percent.

    Examples
    --------
    >>> percent(0.255)
    '26 %'
    """
    return f"{100 * share:.0f} %"


def _view(row: Mapping[Hashable, Any]) -> str:
    if row["reason"]:
        return f"{row['view']}: no regimes, {row['reason']}."
    counted = (
        f"{_count(row['n_regimes'], 'regime')} in {row['n_segments']} segments ({row['n_drawn']} of them clustered)"
    )
    said = [f"{row['view']}: {counted}, {percent(row['noise_share'])} in none."]
    if row["n_retrainings"]:
        bounds = f"95 % of {row['n_retrainings']} retrainings: {row['rand_low']:.2f} to {row['rand_high']:.2f}"
        said.append(f"Without a fifth of the split groups the adjusted Rand index is {row['rand']:.2f} ({bounds}).")
    reviewed, spread, none = (percent(s) for s in (row["reviewed_share"], row["spread_share"], row["unlabelled_share"]))
    said.append(f"Labels: {reviewed} of the segments by review, {spread} by spread, {none} without.")
    if row["vanished"]:
        said.append(f"Reviewed but not found again: {row['vanished']}.")
    if row["left_out"]:
        said.append(f"Not known in most segments and left out: {row['left_out']}.")
    return " ".join(said)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
