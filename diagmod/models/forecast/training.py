"""The stage train_forecast: from the tables of trends to forecasts, their judgement and the risk of a limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from diagmod.io.forecast_tables import FORECAST_TABLES
from diagmod.io.model_files import write_no_model
from diagmod.io.plain_text import write_json
from diagmod.io.tables import empty_table, joined, write_table
from diagmod.models.forecast.crossing_calibration import CrossingCalibration, fit_calibration
from diagmod.models.forecast.crossing_judgement import CrossingJudgement, judge_crossings
from diagmod.models.forecast.crossing_rows import crossing_rows
from diagmod.models.forecast.forecast_metrics import forecast_metrics
from diagmod.models.forecast.forecast_model import ForecastModel
from diagmod.models.forecast.forecast_rows import refused_rows
from diagmod.models.forecast.legs import Leg, make_leg
from diagmod.models.forecast.methods_by_name import MethodMaker
from diagmod.models.forecast.model_making import model_of_leg
from diagmod.models.forecast.rolling_origin import Protocol
from diagmod.models.forecast.score_rows import score_rows, summary_rows
from diagmod.models.forecast.set_forecasts import rated_currents, tell
from diagmod.models.forecast.stored_forecasts import write_forecast_model
from diagmod.models.forecast.surprises import surprises
from diagmod.models.forecast.trained_words import crossings_in_words, trained_in_words
from diagmod.models.forecast.trend_sets import TrendSets, least_steps, leg_of, sets_of, steps_ahead

if TYPE_CHECKING:
    from pathlib import Path

    from diagmod.models.forecast.settings import ForecastSettings
    from diagmod.models.forecast.trend_inputs import TrendTables

#: Told after every part: parts done, parts in all, what was done.
OnProgress = Callable[[int, int, str], None]


def _no_tables() -> dict[str, pd.DataFrame]:
    return {stem: empty_table(schema) for stem, schema in FORECAST_TABLES.items()}


@dataclass(frozen=True)
class TrainedForecast:
    """What the stage made.

    Attributes
    ----------
    tables : dict of DataFrame
        By the stem of :data:`~diagmod.io.forecast_tables.FORECAST_TABLES`.
    model : ForecastModel or None
    judgement : CrossingJudgement or None
        Of the crossings; None where nothing could be judged.
    settings : ForecastSettings or None
        By which it was trained.
    reason : str
        Why there is no model; empty where there is one.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=_no_tables)
    model: ForecastModel | None = None
    judgement: CrossingJudgement | None = None
    settings: ForecastSettings | None = None
    reason: str = ""

    def in_words(self) -> str:
        """What is forecast, by which methods, and how they compare with the naive lines."""
        return f"No forecast: {self.reason}." if self.reason else trained_in_words(self.tables)

    def crossing_words(self) -> str:
        """How good the probabilities of crossing were."""
        return crossings_in_words(self.tables["crossings"], self.judgement)

    def write(self, tables: Path, models: Path, metrics: Path, lineage: dict[str, Any]) -> None:
        """Write every table, the metrics, and the model or the reason why there is none."""
        tables.mkdir(exist_ok=True)
        for stem, schema in FORECAST_TABLES.items():
            write_table(self.tables[stem], schema, tables / f"{stem}.parquet", lineage, reason=self.reason)
        judged = forecast_metrics(self.tables["summary"], self.judgement)
        write_json(judged, metrics)
        if self.model is None or self.settings is None:
            write_no_model(models, {"model_type": "none", "reason": self.reason, "lineage": lineage})
            return
        flat = {f"{part}_{name}": value for part, row in judged.items() for name, value in row.items()}
        facts = {"features": list(self.settings.quantities), "metrics": flat, "lineage": lineage}
        write_forecast_model(models, self.model, _maker(self.settings), self.settings.ladder, facts)


def _maker(settings: ForecastSettings) -> MethodMaker:
    return MethodMaker(settings.n_epochs, settings.seed, settings.device)


def train_forecast(
    tables: TrendTables,
    settings: ForecastSettings,
    refusal: str = "",
    on_progress: OnProgress = lambda done, total, text: None,
) -> TrainedForecast:
    """Back-test every method, choose one for every series, forecast, and tell the risk.

    Parameters
    ----------
    tables : TrendTables
    settings : ForecastSettings
    refusal : str
        Why nothing is to be trained; empty for no objection.
    on_progress : callable
    """
    sets = sets_of(tables, settings.quantities)
    if refusal or not sets.series:
        return _untrained(sets, refusal or tables.lack)
    maker, rated = _maker(settings), rated_currents(tables.motors)
    legs = {name: _leg(sets, name, settings, maker, on_progress) for name in sets.series}
    scores = joined([score_rows(leg) for leg in legs.values()], FORECAST_TABLES["scores"])
    crossings, calibration, judgement = _crossings(legs.get("daily"), settings, rated)
    model = ForecastModel(
        {name: model_of_leg(leg, maker, settings.jobs) for name, leg in legs.items()},
        settings.limits,
        calibration,
        settings.seed,
    )
    told = tell(model, sets, rated, maker, settings.ladder)
    found = {
        "forecasts": told.forecasts, "series": told.series, "scores": scores,
        "summary": summary_rows(scores, settings.n_bootstrap, settings.seed), "risk": told.risk,
        "crossings": crossings,
        "crossing_figures": judgement.figures if judgement else empty_table(FORECAST_TABLES["crossing_figures"]),
        "surprises": surprises(sets.series.get("hourly", [])),
    }  # fmt: skip
    return TrainedForecast(found, model, judgement, settings)


def _untrained(sets: TrendSets, refusal: str) -> TrainedForecast:
    refused = joined([refused_rows(leg, [one]) for leg, one in sets.refused], FORECAST_TABLES["series"])
    told = {**_no_tables(), "series": refused}
    reasons = "; ".join(sorted({one.reason for _, one in sets.refused}))
    return TrainedForecast(told, reason=refusal or reasons or "the trend has none of the wanted quantities")


def _leg(sets: TrendSets, name: str, settings: ForecastSettings, maker: MethodMaker, on_progress: OnProgress) -> Leg:
    series = sets.series[name]
    step_h = series[0].step_h
    horizon = steps_ahead(name, step_h, settings.hourly_h, settings.daily_d)
    n_origins = settings.hourly_origins if name == "hourly" else settings.daily_origins
    protocol = Protocol(
        horizon, n_origins, settings.first_origin_share, least_steps(name, step_h), settings.n_folds, settings.seed
    )
    return make_leg(
        leg_of(name), series, protocol, settings.methods_of(name), maker, settings.jobs,
        lambda done, total: on_progress(done, total, f"back-test, {name}"),
    )  # fmt: skip


def _crossings(
    leg: Leg | None, settings: ForecastSettings, rated_current_a: dict[str, float]
) -> tuple[pd.DataFrame, CrossingCalibration, CrossingJudgement | None]:
    """Crossings of the back-test, the map learnt from all of them, and how good they were on motors held out."""
    if leg is None:
        return empty_table(FORECAST_TABLES["crossings"]), CrossingCalibration(), None
    rows = crossing_rows(leg, settings.limits, rated_current_a, settings.seed)
    if rows.empty:
        return rows, CrossingCalibration(), None
    motors = rows["motor_id"].to_numpy(str)
    hit = rows["crossed"].to_numpy(bool)
    calibration = fit_calibration(rows["probability_raw"].to_numpy(), hit, motors)
    rivals = {"straight_line": rows["line_crosses"].to_numpy(float)}
    return rows, calibration, judge_crossings(rows, rivals, n_bootstrap=settings.n_bootstrap, seed=settings.seed)
