"""The parts of the page "Motor status" below its answers: the same ones on the page and on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from diagmod.io.health_tables import PART_WORDS
from diagmod.models.risk_scale import grade_of
from diagmod.views.health_figures import gauge_figure
from diagmod.views.health_words import MEANING
from diagmod.views.motor_page_figures import health_history_figure, phase_figure, phase_history_figure
from diagmod.views.pages.grids import anchor, grid, source_line
from diagmod.views.pages.motor_evidence import competing, evidence_parts
from diagmod.views.pages.motor_similar import similar_part
from diagmod.views.pages.motor_view import PLATE
from diagmod.views.pages.printed import Part
from diagmod.views.panels import card_list
from diagmod.views.theme import condition_words

if TYPE_CHECKING:
    from diagmod.views.language import Words
    from diagmod.views.pages.motor_view import MotorView


@dataclass(frozen=True)
class Group:
    """Parts that are made together.

    Attributes
    ----------
    keys : tuple of str
        Of its parts.
    of : {"motor", "days", "recording"}
        What they depend on beside the motor; they are made anew only when that changed.
    make : callable
        Gets a view, the translator, and whether other pages can be reached.
    """

    keys: tuple[str, ...]
    of: str
    make: Callable[[MotorView, Words, bool], list[Part]]


def groups() -> tuple[Group, ...]:
    """Everything on one motor, in reading order."""
    return (
        Group(("gauge",), "motor", lambda view, words, _: [gauge_part(view, words)]),
        Group(("phases",), "recording", lambda view, words, _: phase_part(view, words)),
        Group(("phase_history",), "days", lambda view, words, _: [phase_history_part(view)]),
        Group(
            ("evidence", "evidence_near", "verdicts"), "recording", lambda view, words, _: evidence_parts(view, words)
        ),
        Group(("competing",), "recording", lambda view, words, _: [competing(view, words)]),
        Group(("history",), "days", lambda view, words, _: [history_part(view, words)]),
        Group(("forecast",), "motor", lambda view, words, _: [forecast_part(view, words)]),
        Group(("similar",), "motor", lambda view, words, linked: [similar_part(view, words, linked=linked)]),
        Group(("plate",), "recording", lambda view, words, linked: [plate_part(view, words, linked=linked)]),
    )


def motor_parts(view: MotorView, words: Words, *, linked: bool = True) -> list[Part]:
    """All parts on one motor, in reading order.

    Parameters
    ----------
    view : MotorView
    words : Words
    linked : bool
        Whether other pages can be reached; False on paper.
    """
    return [part for group in groups() for part in made(group, view, words, linked=linked)[0]]


def made(group: Group, view: MotorView, words: Words, *, linked: bool) -> tuple[list[Part], bool]:
    """Parts of a group, and whether they could be made; a table that cannot be read costs its own part alone."""
    try:
        return group.make(view, words, linked), True
    except ValueError as exc:
        reason = f"{words('This part cannot be shown')}: {words(str(exc))}"
        return [Part(group.keys[0], before=f"<p class='dm-note dm-bad'>{escape(reason)}</p>")], False


def gauge_part(view: MotorView, words: Words) -> Part:
    """Health index with its parts, as figure and as table."""
    title = "Health and its parts"
    meaning = f"<p class='dm-muted'>{escape(words(MEANING))}</p>"
    if not view.row:
        text = words("It is in the register, and no recording of it was judged.")
        return Part("gauge", title, f"<p class='dm-muted'>{escape(text)}</p>")
    row, source = view.row, view.results.source("motor_health")
    table = pd.DataFrame(
        {
            "part": list(PART_WORDS.values()),
            "grade": grade_of([row[f"{part}_risk"] for part in PART_WORDS]),
            "risk": [row[f"{part}_risk"] for part in PART_WORDS],
            "value": [row[f"{part}_value"] for part in PART_WORDS],
            "unit": [row[f"{part}_unit"] for part in PART_WORDS],
            "fault": [condition_words(row[f"{part}_fault"]) if row[f"{part}_fault"] else "" for part in PART_WORDS],
        }
    )
    parts = grid(table, words, caption=title, source=source, units={"risk": "%"})
    return Part("gauge", title, meaning, gauge_figure(row), source, parts)


def phase_part(view: MotorView, words: Words) -> list[Part]:
    """Currents of the phases of the recording, and how unequal they are; nothing without a recording."""
    recording, unit = view.recording, view.results.dataset().unit
    if recording is None:
        return []
    rated = float(view.plate.get("rated_current_a") or float("nan"))
    source = view.results.source("recordings")
    state, figures = view.state, {}
    for phase in "RST":
        rms = float(recording[f"rms_{phase}"])
        share = f", {100 * rms / rated:.0f} % {words('of rated')}" if unit == "A" and rated > 0 and rms == rms else ""
        name = words(f"rms of phase {phase}")
        figures[name] = (words("absent"), "") if rms != rms else (f"{rms:.4g}", f"{unit}{share}")
    if state and not pd.isna(state["i2_re"]):
        size = (state["i2_re"] ** 2 + state["i2_im"] ** 2) ** 0.5
        figures[words("Negative sequence")] = (f"{size:.2f}", words("% of I1"))
    if state and not pd.isna(state["i0_over_i1_pct"]):
        figures[words("Zero sequence")] = (f"{state['i0_over_i1_pct']:.2f}", words("% of I1"))
    if len([1 for phase in "RST" if not pd.isna(recording[f"rms_{phase}"])]) < 3:
        text = words("This recording does not hold three phases, so there is no unbalance.")
        note = f"<p class='dm-muted'>{escape(text)}</p>"
    else:
        note = ""
    cards = card_list(figures) + source_line(words, f"{source}, {view.results.source('recording_states')}") + note
    return [Part("phases", "Phases", cards, phase_figure(recording, rated, unit), source)]


def phase_history_part(view: MotorView) -> Part:
    """How the currents went over the recordings."""
    chart = phase_history_figure(view.recordings, view.results.dataset().unit)
    return Part("phase_history", chart=chart, source=view.results.source("recordings"))


def history_part(view: MotorView, words: Words) -> Part:
    """Health over time, and what was done to the motor."""
    sources = f"{view.results.source('health')}, {view.results.source('maintenance')}"
    events = view.maintenance.sort_values("start", ascending=False)
    if len(events):
        columns = ["start", "end", "kind", "defect", "action", "note", "downtime_h"]
        table = grid(
            events, words, columns, caption="Maintenance", source=view.results.source("maintenance"),
            units={"start": "UTC", "end": "UTC"},
        )  # fmt: skip
    else:
        table = f"<p class='dm-muted'>{escape(words('No maintenance is recorded in these days.'))}</p>"
    heading = f"<h3>{escape(words('Maintenance'))}</h3>"
    chart = health_history_figure(view.health, view.maintenance)
    return Part("history", "History", "", chart, sources, heading + table, on_new_page=True)


def forecast_part(view: MotorView, words: Words) -> Part:
    """Risk that the trend crosses a limit, a row a quantity."""
    title, rows = "Forecast", view.forecast
    source = view.results.source("forecast_risk")
    if rows.empty:
        text = words("There is no forecast for this motor: it has no trend log, or one that is too short.")
        return Part("forecast", title, f"<p class='dm-muted'>{escape(text)}</p>{source_line(words, source)}")
    shown = rows.assign(
        probability=100 * rows["probability"], standing=rows["standing"].str.replace("_", " ")
    ).sort_values("risk_pct", ascending=False, na_position="last", kind="stable")
    told = "".join(f"<li>{escape(words(text))}</li>" for text in shown["sentence"].head(1))
    table = grid(
        shown, words,
        ["quantity", "unit", "last_value", "limit", "horizon_d", "probability", "days_median", "standing", "grade"],
        caption=title, source=source, units={"probability": "%"},
    )  # fmt: skip
    return Part("forecast", title, f"<ul class='dm-motor-open'>{told}</ul>", after=table)


def plate_part(view: MotorView, words: Words, *, linked: bool) -> Part:
    """Nameplate, and where to look on."""
    source = view.results.source("motors")
    figures = {words(name): (_plain(view.plate[key], words), unit) for key, name, unit in PLATE if key in view.plate}
    if not figures:
        text = words("This motor is not in the register; add its nameplate to motors.yaml.")
        plate = f"<p class='dm-muted'>{escape(text)}</p>"
    else:
        plate = card_list(figures) + source_line(words, source)
    return Part("plate", "Nameplate", plate, after=_further(view, words) if linked else "")


def _further(view: MotorView, words: Words) -> str:
    """Links to the other pages, with this motor chosen."""
    motor = {"motor": view.motor_id, "lang": "" if words.language == "en" else words.language}
    recording = {"recording": view.recording["recording_id"]} if view.recording else {}
    pages = (
        ("Recording explorer", ("recording", motor | recording)), ("Trend analysis", ("trends", motor)),
        ("Anomaly detection", ("anomalies", motor)), ("Data overview", ("overview", motor)),
    )  # fmt: skip
    links = "".join(f"<li>{anchor(words(name), link)}</li>" for name, link in pages)
    return f"<h2>{escape(words('Look further'))}</h2><ul class='dm-motor-links'>{links}</ul>"


def _plain(value: object, words: Words) -> str:
    if value is None or value == "" or (isinstance(value, float) and value != value):
        return words("not stated")
    return f"{value:g}" if isinstance(value, int | float) else words(str(value))
