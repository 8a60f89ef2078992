"""Admin, one stored model in detail, and two beside each other: card, figures with their meaning, data, settings."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from diagmod.io.model_changes import compare
from diagmod.io.model_files import ModelError
from diagmod.io.model_metrics import figure_in_words, in_order
from diagmod.io.model_registry import Registry
from diagmod.io.model_store import StoredModel, open_model
from diagmod.views.language import Words
from diagmod.views.pages.admin_parts import note, paragraph
from diagmod.views.pages.grids import grid, source_line

#: Unit and meaning of the figures of models, by the end of their name; the longest that fits counts.
MEANINGS = {
    "precision": ("1", "share of alarms that were right"),
    "recall": ("1", "share of faults that were found"),
    "f1": ("1", "harmonic mean of precision and recall"),
    "auroc": ("1", "chance that a faulty recording ranks before a healthy one; 0.5 is chance"),
    "average_precision": ("1", "mean precision over all thresholds"),
    "false_alarm_rate": ("1", "share of healthy recordings in alarm"),
    "mase": ("1", "error of the forecast over that of the seasonal naive one"),
    "of_best_naive": ("1", "error over that of the best naive method; below 1 is better"),
    "coverage_90_pct": ("%", "share of values within the 90 % interval; 90 is right"),
    "crossing_brier": ("1", "squared error of the stated chance to cross a limit; 0 is perfect"),
    "crossing_brier_skill": ("1", "gain over always stating the usual chance; 0 is none, 1 is perfect"),
    "crossing_days_error": ("d", "median error of the day at which a limit is crossed"),
}

#: Most characters of a setting.
LONGEST_SETTING = 120


def details_html(root: Path, name: str, registry: Registry, words: Words) -> str:
    """A stored version, opened only if its files are what was registered; otherwise what is wrong with them."""
    try:
        model = open_model(root, name)
    except ModelError as exc:
        return note(words(str(exc)), "bad")
    folder = model.folder.relative_to(root).as_posix()
    events = [e for e in registry.history if e.get("family") == model.name.family]
    own = [e for e in events if model.name.version in (e.get("from"), e.get("to"), e.get("version"))]
    return (
        f"<h4>{escape(str(model.name))}</h4>"
        + paragraph(words(f"{len(model.metadata['features'])} features; every file is what was registered."))
        + _figures(model, folder, words)
        + _inputs(model, folder, words)
        + _settings(model, folder, words)
        + _card(model, folder, words)
        + _history(own, words)
    )


def comparison_html(root: Path, a: str, b: str, words: Words) -> str:
    """How version ``b`` differs from version ``a``."""
    try:
        found = compare(root, a, b)
    except ModelError as exc:
        return note(words(str(exc)), "bad")
    rows = [("figure", name, *map(_figure, found.metrics[name])) for name in in_order(found.metrics)]
    if found.model_types[0] != found.model_types[1]:
        rows.append(("type", "model type", *found.model_types))
    rows += [("setting", name, *map(_setting, pair)) for name, pair in found.parameters.items()]
    rows += [("data", name, *(digest[:12] if digest else "–" for digest in pair)) for name, pair in found.data.items()]
    rows += [("feature", name, "–", "yes") for name in found.features_added]
    rows += [("feature", name, "yes", "–") for name in found.features_removed]
    table = pd.DataFrame(rows, columns=["what", "name", found.a, found.b])
    told = "Figures of both; settings, data and features only where they differ."
    title = f"<h4>{escape(words('Comparison'))}: {escape(found.a)}, {escape(found.b)}</h4>"
    return title + paragraph(words(told)) + grid(table, words, caption="Comparison", source="data/models")


def meaning_of(figure: str) -> tuple[str, str]:
    """Unit and meaning of a figure of a model; empty where it is not known.

    Examples
    --------
    >>> meaning_of("daily_coverage_90_pct")[0], meaning_of("crossing_brier_skill")[1][:4], meaning_of("other")
    ('%', 'gain', ('', ''))
    """
    fitting = [name for name in MEANINGS if figure == name or figure.endswith(f"_{name}")]
    return MEANINGS[max(fitting, key=len)] if fitting else ("", "")


def _figures(model: StoredModel, folder: str, words: Words) -> str:
    metrics = model.metadata["metrics"]
    if not metrics:
        return paragraph(words("This family states no figures; see the evaluation below."))
    rows = [(name.replace("_", " "), _figure(metrics[name]), *meaning_of(name)) for name in in_order(metrics)]
    table = pd.DataFrame(rows, columns=["figure", "value", "unit", "meaning"])
    return grid(table, words, caption="Figures", source=f"{folder}/metadata.json")


def _inputs(model: StoredModel, folder: str, words: Words) -> str:
    rows = sorted(model.metadata["training_data_hash"].items())
    table = pd.DataFrame(rows, columns=["trained_on", "sha256"])
    return grid(table, words, caption="Trained on", source=f"{folder}/metadata.json", heads={"sha256": "SHA-256"})


def _settings(model: StoredModel, folder: str, words: Words) -> str:
    rows = [(name, _setting(value)) for name, value in model.metadata["parameters"].items()]
    table = pd.DataFrame(rows, columns=["setting", "value"])
    inside = grid(table, words, caption="Settings", source=f"{folder}/config.yaml")
    return f"<details><summary>{escape(words('Settings'))}</summary>{inside}</details>"


def _card(model: StoredModel, folder: str, words: Words) -> str:
    text = (model.folder / "model_card.md").read_text(encoding="utf-8", errors="replace")
    source = source_line(words, f"{folder}/model_card.md")
    return (
        f"<details open><summary>{escape(words('Model card'))}</summary>"
        f"<pre class='dm-admin-card' lang='en'>{escape(text)}</pre>{source}</details>"
    )


def _history(events: list[dict[str, Any]], words: Words) -> str:
    rows = [
        (e.get("at", ""), e.get("action", ""), e.get("from", ""), e.get("to", ""), e.get("reason", "")) for e in events
    ]
    table = pd.DataFrame(rows, columns=["at", "action", "from", "to", "reason"]).iloc[::-1]
    inside = grid(
        table, words, caption="History", source="data/models/registry.json", units={"at": "UTC"}, heads={"at": "when"}
    )
    return f"<details><summary>{escape(words('History'))}</summary>{inside}</details>"


def _figure(value: Any) -> str:
    return "–" if value is None else figure_in_words(value)


def _setting(value: Any) -> str:
    text = "–" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SETTING else f"{text[: LONGEST_SETTING - 1]}…"
