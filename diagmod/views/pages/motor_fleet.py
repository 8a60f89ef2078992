"""The fleet on the page "Motor status": who of it comes first, all of it over time, and both on paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from diagmod.views.health_figures import fleet_figure
from diagmod.views.pages import motor_words as said
from diagmod.views.pages.grids import Link, grid, source_line
from diagmod.views.pages.motor_headline import fleet_counts
from diagmod.views.pages.printed import Part
from diagmod.views.status_light import light_with_word

if TYPE_CHECKING:
    from diagmod.io.results import Results
    from diagmod.views.language import Words

#: Recordings of the whole fleet that are drawn; of more, those of the most urgent motors.
MOST_POINTS = 4000

#: Columns of table ``health`` that the figure needs.
_COURSE = ("motor_id", "started_at", "state_risk", "state_grade")


def fleet_parts(results: Results, motors: pd.DataFrame, words: Words, *, linked: bool = True) -> list[Part]:
    """The fleet as a table and over time.

    Parameters
    ----------
    results : Results
    motors : DataFrame
        See :func:`~diagmod.views.pages.motor_headline.ranked`, as far as it was chosen.
    words : Words
    linked : bool
        Whether a motor can be reached; False on paper.
    """
    title = "All motors, the most urgent first"
    table = grid(
        fleet_rows(motors, words), words, caption=title, source=results.source("motor_health"),
        units={"health_index": "%", "knowledge": "%"}, links={"motor": _to_motor} if linked else None,
    )  # fmt: skip
    return [Part("fleet", title, after=table), course_part(results, motors, words)]


def fleet_rows(motors: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Motors as a person reads them: grade, health index, since when, likely fault, why, what to do, knowledge."""
    rows: list[dict[str, Any]] = [{str(k): v for k, v in row.items()} for row in motors.to_dict("records")]
    known = [row if not pd.isna(row["knowledge_pct"]) else {} for row in rows]
    return pd.DataFrame(
        {
            "motor": motors["motor_id"].to_numpy(),
            "name": motors["name"].to_numpy(),
            "grade": motors["grade"].to_numpy(),
            "health_index": motors["health_index"].to_numpy(float),
            "since": ["" if not row or pd.isna(row["since"]) else f"{row['since']:%Y-%m-%d}" for row in known],
            "likely_fault": [said.likely_fault(row, words) for row in known],
            "why": [said.why(row, words) for row in known],
            "what_to_do": [said.to_do(row, words) for row in known],
            "knowledge": motors["knowledge_pct"].to_numpy(float),
        }
    )


def course_part(results: Results, motors: pd.DataFrame, words: Words) -> Part:
    """Every motor over time with its maintenance; of a large fleet the most urgent."""
    title, sources = "The fleet over time", f"{results.source('health')}, {results.source('maintenance')}"
    health = results.table("health", _COURSE)
    counted = health["motor_id"].value_counts().reindex(motors["motor_id"]).fillna(0).cumsum()
    shown = list(counted.index[counted <= MOST_POINTS])
    mine = health[health["motor_id"].isin(shown)]
    if mine.empty:
        text = words("No recording of these motors was judged.")
        return Part("course", title, f"<p class='dm-muted'>{escape(text)}</p>{source_line(words, sources)}")
    left = len(motors) - len(shown)
    told = words(f"Drawn are the {len(shown)} most urgent of {len(motors)} motors; filter to see others.")
    more = f"<p class='dm-muted'>{escape(told)}</p>" if left > 0 else ""
    chart = fleet_figure(mine, results.table("maintenance"))
    return Part("course", title, more, chart, sources, on_new_page=True)


def printed_fleet(results: Results, motors: pd.DataFrame, words: Words) -> list[Part]:
    """The fleet on paper: counts, a line a motor with its light, and all of it over time."""
    counts = fleet_counts(motors, words, {}, linked=False)
    heads = ("Motor", "Grade", "Health index (%)", "Since when", "Why", "What to do", "Knowledge (%)")
    head = "".join(f"<th scope='col'>{escape(words(name))}</th>" for name in heads)
    body = "".join(_line(row, words) for row in fleet_rows(motors, words).to_dict("records"))
    table = f"<table class='dm-grid'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    source = source_line(words, results.source("motor_health"))
    return [
        Part("counts", "How many", counts + source),
        Part("fleet", "All motors, the most urgent first", table + source),
        course_part(results, motors, words),
    ]


def _line(row: dict[Any, Any], words: Words) -> str:
    fault = f"{row['likely_fault']}. " if row["likely_fault"] else ""
    index, known = ("–" if pd.isna(row[name]) else f"{row[name]:.0f}" for name in ("health_index", "knowledge"))
    since = f"<span class='dm-motor-grade'>{escape(row['since'] or '–')}</span>"
    cells = (
        f"<b>{escape(row['motor'])}</b> {escape(row['name'])}", light_with_word(row["grade"], words, 18), index,
        since, escape(fault + row["why"]), escape(row["what_to_do"]), known,
    )  # fmt: skip
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _to_motor(row: dict[str, Any]) -> Link:
    return "", {"motor": str(row["motor"])}
