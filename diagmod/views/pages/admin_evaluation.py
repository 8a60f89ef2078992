"""Admin, part "Evaluation": every model beside the trivial ones, each figure with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import ipywidgets as widgets
import pandas as pd

from diagmod.views.admin_figures import trivial_figure
from diagmod.views.pages.admin_parts import Part, paragraph
from diagmod.views.pages.anomaly_methods import BASELINE_WORDS, DETECTOR_WORDS
from diagmod.views.pages.grids import grid
from diagmod.views.panels import FigureSlot, HtmlSlot, heading

#: Rows that know nothing: a model that is no better than they has learned nothing.
TRIVIAL = ("flag_all", "flag_none", "random", "shuffled_labels")

#: Figures shown, in this order; all are shares or areas, 0 to 1.
FIGURES = ("auroc", "average_precision", "f1", "precision", "recall", "false_alarm_rate")

#: What makes a row of the table.
_KEYS = ("level", "split", "feature_set", "model", "baseline")

#: Columns beside the figures, in the order of the table.
_SHOWN = ("model", "baseline", "feature_set", "split", "level")

#: What every row is called; detectors have their own words.
MODEL_WORDS = DETECTOR_WORDS | {
    "faults": "model of faults",
    "health_index": "health index",
    "health_state": "health state",
    "diagnosis": "rules of the diagnosis",
    "change_since_baseline": "change since the baseline",
    "flag_all": "flag all",
    "flag_none": "flag none",
    "random": "random",
    "shuffled_labels": "shuffled labels",
}

#: Words for what is judged, on what, and by which features.
LEVEL_WORDS = {
    "recording": "recordings",
    "segment": "segments",
    "strangest_segments": "recordings, by their strangest segments",
}
SPLIT_WORDS = {"leave_group_out": "motors not seen", "leave_load_out": "loads not seen", "none": "nothing was fitted"}
FEATURE_WORDS = {"all": "all", "without_i2": "without I2"}

#: Words for how far forecasts look.
LEGS = {"hourly": "hours ahead", "daily": "days ahead"}

_WORDS = {
    "model": MODEL_WORDS,
    "baseline": BASELINE_WORDS,
    "level": LEVEL_WORDS,
    "split": SPLIT_WORDS,
    "feature_set": FEATURE_WORDS,
}

_TOLD = (
    "Every figure with its 95 % interval, on motors or loads that the model had not seen. A model whose interval "
    "reaches that of a trivial row (random, shuffled labels, flag all, flag none) has not shown that it learned."
)

_HEADS = {"feature_set": "features", "n_positive": "faulty", "n": "judged", "baseline": "compared with"}


class EvaluationPart(Part):
    """Models against trivial rows."""

    name: ClassVar[str] = "evaluation"
    title: ClassVar[str] = "Evaluation against trivial models"

    def make(self) -> Sequence[widgets.Widget]:
        self.told, self.chart, self.rows, self.forecasts = HtmlSlot(), FigureSlot(self.words), HtmlSlot(), HtmlSlot()
        title = heading(self.words, "Forecasts against naive ones", 3)
        return [self.told, self.chart, self.rows, title, self.forecasts]

    def draw(self) -> None:
        table, source = self.results.table("evaluation"), self.results.source("evaluation")
        self.told.show(paragraph(self.words(_TOLD)))
        ranked = ranking(table)
        if len(ranked):
            self.chart.show(trivial_figure(ranked), source)
        else:
            self.chart.say("No recording has a label, so that no model can be judged by it.")
        heads = _HEADS | {name: name.replace("_", " ") for name in FIGURES} | {"auroc": "AUROC", "f1": "F1"}
        units = dict.fromkeys(FIGURES, "1")
        self.rows.show(
            grid(beside(table), self.words, caption="Models and trivial rows", source=source, heads=heads, units=units)
        )
        self.forecasts.show(self._forecasts())

    def tables(self) -> Mapping[str, pd.DataFrame]:
        return {name: self.results.table(name) for name in ("evaluation", "forecast_summary")}

    def _forecasts(self) -> str:
        columns = ["leg", "band", "method", "is_naive", "n_series", "n_forecasts", "mase", "mase_low", "mase_high",
                   "of_best_naive", "coverage_90_pct"]  # fmt: skip
        table = self.results.table("forecast_summary", columns)
        table = table.sort_values(["leg", "band", "mase"], kind="stable")
        whole = table[table["band"] == "all"]
        legs = whole["leg"].map(LEGS).fillna(whole["leg"])
        shown = whole.assign(leg=legs, mase=[told(*row) for row in whole[["mase", "mase_low", "mase_high"]].to_numpy()])
        text = "The error (MASE) of forecasts with its 95 % interval; of best naive: below 1 beats every naive method."
        kept = ["leg", "method", "is_naive", "mase", "of_best_naive", "coverage_90_pct", "n_series", "n_forecasts"]
        return paragraph(self.words(text)) + grid(
            shown, self.words, kept, caption="Forecasts against naive ones", as_is=("method",),
            source=self.results.source("forecast_summary"), units={"mase": "1", "of_best_naive": "1"},
            heads={"mase": "MASE", "is_naive": "naive", "n_series": "series", "n_forecasts": "forecasts"},
        )  # fmt: skip


def told(value: float, low: float, high: float) -> str:
    """A figure with its interval, kept on one line, as ``0.74 (0.57–0.89)``.

    Examples
    --------
    >>> told(0.739, 0.573, 0.889).replace("\u00a0", " "), told(float("nan"), 0.0, 1.0), told(0.5, float("nan"), 1.0)
    ('0.74 (0.57–0.89)', '–', '0.50')
    """
    if value != value:
        return "–"
    return f"{value:.2f}\u00a0({low:.2f}–{high:.2f})" if low == low and high == high else f"{value:.2f}"


def beside(table: pd.DataFrame) -> pd.DataFrame:
    """Table ``evaluation`` with a row a model and a column a figure; trivial rows first, then the best."""
    keys = list(_KEYS)
    wide = table[table["figure"].isin(FIGURES)].assign(
        told=[told(*row) for row in table.loc[table["figure"].isin(FIGURES), ["value", "low", "high"]].to_numpy()]
    )
    texts = wide.pivot_table(index=keys, columns="figure", values="told", aggfunc="first", sort=False)
    about = wide.groupby(keys, sort=False).agg(n=("n", "first"), n_positive=("n_positive", "first"))
    rank = wide[wide["figure"] == "auroc"].groupby(keys, sort=False)["value"].first().rename("rank")
    rows = texts.reindex(columns=list(FIGURES)).join([about, rank]).reset_index()
    rows = rows.assign(kind=["trivial" if model in TRIVIAL else "model" for model in rows["model"]])
    order = ["level", "split", "kind", "rank"]
    rows = rows.sort_values(order, ascending=[True, True, False, False], kind="stable")
    names = {name: [known.get(value, value) for value in rows[name]] for name, known in _WORDS.items()}
    return rows.assign(**names)[["kind", *_SHOWN, *FIGURES, "n", "n_positive"]]


def ranking(table: pd.DataFrame) -> pd.DataFrame:
    """AUROC of recordings against their label, motors not seen, all features: rows for the figure."""
    rows = table[
        (table["truth"] == "recording_label") & (table["level"] == "recording") & (table["figure"] == "auroc")
        & (table["split"] == "leave_group_out") & table["feature_set"].isin(["all", ""]) & table["value"].notna()
        & ~table["model"].str.startswith("flag_")
    ]  # fmt: skip
    words = [_words(*row) for row in rows[["model", "baseline"]].itertuples(index=False, name=None)]
    return rows.assign(words=words, is_trivial=rows["model"].isin(TRIVIAL))


def _words(model: str, baseline: str) -> str:
    name = MODEL_WORDS.get(model, model)
    return f"{name}, against {BASELINE_WORDS.get(baseline, baseline)}" if baseline else name
