"""The top of the page "Motor status": five answers on one motor, or the fleet as a wall of lights."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pandas as pd

from diagmod.views.pages import motor_words as said
from diagmod.views.pages.grids import anchor
from diagmod.views.status_light import MEANINGS, URGENT_FIRST, light_with_word, status_light

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diagmod.views.language import Words

#: Tiles of a wall; the filters find the others.
MOST_TILES = 600


def motor_now(motor_id: str, row: Mapping[str, Any], plate: Mapping[str, Any], words: Words) -> str:
    """Status of one motor as HTML: light, word, health index, and an answer to each question.

    Parameters
    ----------
    motor_id : str
    row : mapping
        Row of table ``motor_health``; empty where there is none.
    plate : mapping
        Row of table ``motors``; may be empty.
    words : Words
    """
    grade, index = said.grade_of_row(row), row.get("health_index", float("nan"))
    number = words("unknown") if pd.isna(index) else f"{index:.0f}"
    of = "" if pd.isna(index) else f" <small>{escape(words('of 100'))}</small>"
    name = " · ".join(filter(None, (motor_id, str(plate.get("name") or ""), str(plate.get("type") or ""))))
    return (
        f"<section class='dm-motor-now' data-dm-grade='{grade}' aria-label='{escape(words('Status now'), quote=True)}'>"
        f"<div class='dm-motor-head'>{status_light(grade, words, 84)}<div><p class='dm-motor-name'>{escape(name)}</p>"
        f"<p class='dm-motor-word'>{escape(words(said.VERDICTS[grade]))} <small>({escape(words(grade))})</small></p>"
        f"<p class='dm-motor-index'>{escape(words('Health index'))} <b data-dm-first>{escape(number)}</b>{of}</p>"
        f"</div></div>{answers(row, words)}</section>"
    )


def answers(row: Mapping[str, Any], words: Words) -> str:
    """The answers as a list of terms."""
    fault, open_causes = said.likely_fault(row, words), said.doubts(row)
    likely = f"{escape(words('most likely'))}: <b>{escape(fault)}</b>. " if fault else ""
    doubt = words("It could also be") + ": " + "; ".join(words(text) for text in open_causes) if open_causes else ""
    told = {
        "Why": likely + escape(said.why(row, words)),
        "How sure": escape(". ".join(filter(None, (said.sure(row, words), doubt)))),
        "What to do": f"<b>{escape(said.to_do(row, words))}</b>",
        "Since when": escape(said.since_when(row, words)),
    }
    items = "".join(f"<dt>{escape(words(name))}</dt><dd>{text}</dd>" for name, text in told.items())
    return f"<dl class='dm-motor-answers'>{items}</dl>"


def fleet_counts(motors: pd.DataFrame, words: Words, chosen: Mapping[str, str], *, linked: bool = True) -> str:
    """How many motors have each grade, the most urgent first; each number narrows the wall to its grade.

    Parameters
    ----------
    motors : DataFrame
        See :func:`ranked`.
    words : Words
    chosen : mapping
        What the links keep.
    linked : bool
        Whether there are links; False on paper.
    """
    counted = motors["grade"].value_counts()
    items = []
    for k, grade in enumerate(URGENT_FIRST):
        n = int(counted.get(grade, 0))
        begins = _opening({**chosen, "grade": grade}, {"grade": grade}) if linked else "<span>"
        ends = "</a>" if linked else "</span>"
        mark = "" if k else " data-dm-first"
        of = words(f"of {len(motors)} motors")
        items.append(
            f"<li>{begins}{light_with_word(grade, words, 28)} <span class='dm-motor-count'{mark}>{n}</span> "
            f"<span class='dm-motor-of'>{escape(of)}, {escape(words(MEANINGS[grade]))}</span>{ends}</li>"
        )
    return f"<ul class='dm-motor-counts'>{''.join(items)}</ul>"


def ranked(motors: pd.DataFrame, health: pd.DataFrame) -> pd.DataFrame:
    """Every motor of the register or with a health, the most urgent first, those that cannot tell before the good.

    Parameters
    ----------
    motors : DataFrame
        Columns motor_id, name and type of table ``motors``.
    health : DataFrame
        Table ``motor_health``.

    Returns
    -------
    DataFrame
        Columns of both; ``grade`` is "unknown" where there is no health.
    """
    table = motors[["motor_id", "name", "type"]].merge(health, on="motor_id", how="outer")
    table["grade"] = table["grade"].where(table["grade"].isin(URGENT_FIRST), "unknown")
    table = table.fillna({"name": "", "type": ""})
    place = table["grade"].map({grade: k for k, grade in enumerate(URGENT_FIRST)})
    return (
        table.assign(place=place)
        .sort_values(["place", "risk", "motor_id"], ascending=[True, False, True], kind="stable")
        .drop(columns="place")
        .reset_index(drop=True)
    )


def wall(motors: pd.DataFrame, words: Words, chosen: Mapping[str, str]) -> str:
    """The fleet as tiles, in the order given; each leads to its motor."""
    if motors.empty:
        return f"<p class='dm-muted'>{escape(words('No motor fits these filters; take one away.'))}</p>"
    rows: list[dict[str, Any]] = [
        {str(k): v for k, v in row.items()} for row in motors.head(MOST_TILES).to_dict("records")
    ]
    tiles = "".join(f"<li>{_tile(row, words, chosen)}</li>" for row in rows)
    left = len(motors) - MOST_TILES
    more = words(f"{left} more motors; the filters find them.") if left > 0 else ""
    return f"<ul class='dm-motor-wall'>{tiles}</ul><p class='dm-muted'>{escape(more)}</p>"


def _tile(row: Mapping[str, Any], words: Words, chosen: Mapping[str, str]) -> str:
    known = row if not pd.isna(row.get("knowledge_pct", float("nan"))) else {}
    grade, motor = row["grade"], str(row["motor_id"])
    index = words("unknown") if not known or pd.isna(row["health_index"]) else f"{row['health_index']:.0f}"
    since = "" if not known or pd.isna(row["since"]) else f"{words('since')} {row['since']:%Y-%m-%d}"
    name = f" {row['name']}" if row["name"] else ""
    link = _opening({**chosen, "motor": motor}, {"motor": motor}, f"dm-motor-tile dm-motor-{grade}")
    return (
        f"{link}<span class='dm-motor-title'><b>{escape(motor)}</b>{escape(name)}</span>"
        f"<span class='dm-motor-line'>{light_with_word(grade, words, 30)}<span class='dm-motor-health'>{escape(index)} "
        f"<small>{escape(words('of 100'))}</small></span></span>"
        f"<span class='dm-motor-why'>{escape(said.short_why(known, words))}</span>"
        f"<span class='dm-motor-since'>{escape(since)}</span></a>"
    )


def _opening(address: Mapping[str, str], sets: Mapping[str, str], css_class: str = "") -> str:
    """The opening tag of a link that sets controls without loading the page again."""
    query = escape("?" + urlencode({name: value for name, value in address.items() if value}), quote=True)
    asks = escape(json.dumps(dict(sets)), quote=True)
    return f"<a class='{css_class}' href='{query}' data-dm-set='{asks}' data-dm-scroll='h1'>"


def way_back(words: Words) -> str:
    """The link to the whole fleet."""
    return f"<p>{anchor('← ' + words('The whole fleet'), ('', {'motor': ''}))}</p>"
