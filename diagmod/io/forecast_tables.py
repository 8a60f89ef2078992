"""Tables of the stage train_forecast: what is expected, how well each method did, and what is at risk."""

from __future__ import annotations

from diagmod.io.schemas import TIME, Column, TableSchema

#: Steps on which trends are forecast: hours ahead on hourly means, days ahead on daily means.
LEGS = ("hourly", "daily")

#: How a forecast stands to its limit.
STANDINGS = ("above_now", "may_cross", "not_expected", "cannot_tell")

#: Kinds of limit.
LIMIT_KINDS = ("sigma", "quantile", "nameplate", "user")

_MOTOR = Column("motor_id", "str", "", "motor of the register")
_QUANTITY = Column("quantity", "str", "", "quantity of the trend, as rms_R, or a figure of the feature table")
_UNIT = Column("unit", "str", "", "unit of the values; empty where none is stated")
_LEG = Column("leg", "str", "", "hourly or daily: hours ahead on hourly means, days ahead on daily means", allowed=LEGS)
_METHOD = Column("method", "str", "", "method of forecasting; chosen is what the automatic choice took at that origin")
_ORIGIN = Column("origin", TIME, "", "first moment that is not known to the forecast")
_BAND = Column("band", "str", "", "steps ahead that the figure is about, as 1-7 d, or all")

FORECASTS = TableSchema(
    "forecasts",
    1,
    (
        _MOTOR, _QUANTITY, _UNIT, _LEG, _METHOD, _ORIGIN,
        Column("time", TIME, "", "begin of the step that is forecast"),
        Column("step", "int64", "", "steps after the origin, from 1", minimum=1),
        *(
            Column(name, "float64", "", f"the mean of the step lies below it with probability {share}, in unit")
            for name, share in (("q05", 0.05), ("q25", 0.25), ("q50", 0.5), ("q75", 0.75), ("q95", 0.95))
        ),
    ),
)  # fmt: skip

FORECAST_SERIES = TableSchema(
    "forecast_series",
    1,
    (
        _MOTOR, _QUANTITY, _UNIT, _LEG,
        Column("first", TIME, "", "begin of the first step; missing without any", True),
        Column("last", TIME, "", "begin of the last step", True),
        Column("n_steps", "int64", "", "steps from first to last", minimum=0),
        Column("missing_pct", "float64", "%", "share of them without a value", True),
        Column("n_breaks", "int64", "", "repairs and the like within", minimum=0),
        Column("method", "str", "", "method chosen by back-test; empty where none is"),
        Column("mase", "float64", "1", "its mean absolute error over the scale of the series, in back-test", True),
        Column("naive_method", "str", "", "best of the naive lines on this series; empty where none could be judged"),
        Column("naive_mase", "float64", "1", "the same figure of that line", True),
        Column("n_origins", "int64", "", "origins of the back-test", minimum=0),
        Column("reason", "str", "", "why this method, or why there is no forecast"),
        Column("content", "str", "", "hash of the values, gaps and breaks that the forecast stands on"),
    ),
)  # fmt: skip

FORECAST_SCORES = TableSchema(
    "forecast_scores",
    1,
    (
        _MOTOR, _QUANTITY, _LEG, _METHOD, _ORIGIN, _BAND,
        Column("is_judged", "bool", "", "the choice and the intervals stood on earlier origins alone"),
        Column("n_steps", "int64", "", "steps with a measured value, before any repair within the horizon", minimum=0),
        Column("mase", "float64", "1", "mean absolute error of the median over the scale of the series", True),
        Column("smape_pct", "float64", "%", "symmetric mean absolute percentage error, 0 to 200", True),
        Column("pinball", "float64", "1", "mean pinball loss of the five quantiles over the scale", True),
        Column("coverage_90_pct", "float64", "%", "measured values within the 90 % interval", True),
        Column("width_90", "float64", "1", "mean width of that interval over the scale", True),
    ),
)  # fmt: skip

FORECAST_SUMMARY = TableSchema(
    "forecast_summary",
    1,
    (
        _LEG, _BAND, _METHOD,
        Column("is_naive", "bool", "", "one of the lines that everything else must beat"),
        Column("n_series", "int64", "", "series judged", minimum=0),
        Column("n_forecasts", "int64", "", "series times origins judged", minimum=0),
        Column("mase", "float64", "1", "mean over the forecasts", True),
        Column("mase_low", "float64", "1", "lower bound of its 95 % interval, bootstrap over motors", True),
        Column("mase_high", "float64", "1", "upper bound", True),
        Column("of_best_naive", "float64", "1", "mase over that of the best naive line", True),
        Column("smape_pct", "float64", "%", "mean over the forecasts", True),
        Column("pinball", "float64", "1", "mean over the forecasts", True),
        Column("coverage_90_pct", "float64", "%", "measured values within the 90 % interval", True),
        Column("coverage_low", "float64", "%", "lower bound of its 95 % interval, bootstrap over motors", True),
        Column("coverage_high", "float64", "%", "upper bound", True),
        Column("width_90", "float64", "1", "mean width of the interval over the scale of the series", True),
    ),
)  # fmt: skip

FORECAST_RISK = TableSchema(
    "forecast_risk",
    1,
    (
        _MOTOR, _QUANTITY, _UNIT, _ORIGIN,
        Column("limit_kind", "str", "", "sigma, quantile, nameplate or user", allowed=LIMIT_KINDS),
        Column("limit", "float64", "", "the limit in unit; missing where there is none", True),
        Column("limit_reason", "str", "", "where the limit comes from, or why there is none"),
        Column("last_value", "float64", "", "last known daily mean, in unit", True),
        Column("horizon_d", "int64", "d", "days ahead that the probability is about", minimum=1),
        Column("probability", "float64", "1", "that two daily means in a row exceed the limit within it", True),
        Column("probability_raw", "float64", "1", "the same before calibration", True),
        Column("days_low", "float64", "d", "5 % of the paths have crossed; missing: not within the horizon", True),
        Column("days_median", "float64", "d", "half of the paths have; missing: not within the horizon", True),
        Column("days_high", "float64", "d", "95 % of the paths have; missing: not within the horizon", True),
        Column("standing", "str", "", "above_now, may_cross, not_expected or cannot_tell", allowed=STANDINGS),
        Column("risk_pct", "float64", "%", "place on the scale of risk; missing where it cannot be told", True),
        Column("grade", "str", "", "good, watch, plan, act or unknown"),
        Column("sentence", "str", "", "what is expected and what to do"),
    ),
)  # fmt: skip

FORECAST_CROSSINGS = TableSchema(
    "forecast_crossings",
    1,
    (
        _MOTOR, _QUANTITY, _ORIGIN,
        Column("limit_kind", "str", "", "sigma, quantile, nameplate or user", allowed=LIMIT_KINDS),
        Column("limit", "float64", "", "the limit, known at the origin, in the unit of the quantity"),
        Column("horizon_d", "int64", "d", "days ahead", minimum=1),
        Column("probability_raw", "float64", "1", "from the paths of the forecast"),
        Column("probability", "float64", "1", "calibrated on other motors"),
        Column("climatology", "float64", "1", "share of crossings among the other motors: the line to beat"),
        Column("line_crosses", "bool", "", "the straight line of the last four weeks exceeds it: a plain rival"),
        Column("crossed", "bool", "", "two measured daily means in a row exceeded the limit within the horizon"),
        Column("days", "float64", "d", "days until it did; missing where it did not", True),
        Column("days_low", "float64", "d", "forecast, 5 %; missing: not within the horizon", True),
        Column("days_median", "float64", "d", "forecast, half of the paths", True),
        Column("days_high", "float64", "d", "forecast, 95 %", True),
    ),
)  # fmt: skip

CROSSING_FIGURES = TableSchema(
    "crossing_figures",
    1,
    (
        Column("rule", "str", "", "calibrated, uncalibrated, climatology, always, never, or a plain line"),
        Column("distance", "str", "", "days from the origin to the crossing, as 1-7 d, or all"),
        Column("figure", "str", "", "brier, brier_skill, auroc, days_error, days_bias, interval_coverage or found"),
        Column("value", "float64", "", "in days for days_error and days_bias; missing where it is not defined", True),
        Column("low", "float64", "", "lower bound of its 95 % interval, bootstrap over motors", True),
        Column("high", "float64", "", "upper bound", True),
        Column("n", "int64", "", "forecasts it rests on", minimum=0),
        Column("n_crossed", "int64", "", "of them crossed", minimum=0),
        Column("n_motors", "int64", "", "motors with a crossing among them", minimum=0),
    ),
)  # fmt: skip

FORECAST_SURPRISES = TableSchema(
    "forecast_surprises",
    1,
    (
        _MOTOR, _QUANTITY, _UNIT,
        Column("begin", TIME, "", "first hour that was not as forecast"),
        Column("end", TIME, "", "end of the last one"),
        Column("n_hours", "int64", "h", "hours that were not as forecast", minimum=1),
        Column("worst", "float64", "1", "largest deviation in usual deviations, with its sign"),
        Column("value", "float64", "", "measured then, in unit"),
        Column("expected", "float64", "", "forecast for then, in unit"),
    ),
)  # fmt: skip

#: Tables by the stem of their file in ``data/processed/forecast``.
FORECAST_TABLES = {
    "forecasts": FORECASTS, "series": FORECAST_SERIES, "scores": FORECAST_SCORES, "summary": FORECAST_SUMMARY,
    "risk": FORECAST_RISK, "crossings": FORECAST_CROSSINGS, "crossing_figures": CROSSING_FIGURES,
    "surprises": FORECAST_SURPRISES,
}  # fmt: skip
