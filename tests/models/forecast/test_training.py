"""From a table of trends to forecasts, whatever is in it; stored, read back, and asked again."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from diagmod.io.forecast_tables import FORECAST_TABLES
from diagmod.io.maintenance_events import MAINTENANCE
from diagmod.io.model_files import ModelError
from diagmod.io.schemas import MOTORS
from diagmod.io.tables import conform, empty_table, read_table, write_table
from diagmod.io.trend_tables import TREND
from diagmod.models.forecast.forecasting import ForecastError, forecast_motor
from diagmod.models.forecast.limits import LimitSettings
from diagmod.models.forecast.set_forecasts import tell
from diagmod.models.forecast.settings import ForecastSettings
from diagmod.models.forecast.stored_forecasts import read_forecast_model
from diagmod.models.forecast.training import train_forecast
from diagmod.models.forecast.trend_inputs import TrendTables
from diagmod.models.forecast.trend_sets import sets_of

DAYS = 80

SETTINGS = ForecastSettings(
    quantities=("rms_R",),
    methods=("naive", "seasonal_naive", "drift", "ets", "boosted_lags", "tcn"),
    hourly_h=24,
    daily_d=7,
    hourly_origins=2,
    daily_origins=5,
    limits=LimitSettings(kind="user", user={"M00": 30.0}),
    n_bootstrap=20,
    n_epochs=1,
    jobs=1,
)


def hours_of(motor, values, at=None):
    hours = np.arange(len(values)) if at is None else at
    when = pd.to_datetime(np.datetime64("2026-01-05T00") + hours * np.timedelta64(1, "h")).tz_localize("UTC")
    return pd.DataFrame({"motor_id": motor, "quantity": "rms_R", "unit": "A", "hour": when, "mean": values})


def usual(seed, slope=0.0):
    rng = np.random.default_rng(seed)
    t = np.arange(DAYS * 24)
    return (
        20
        + 2 * np.sin(2 * np.pi * t / 24)
        + np.sin(2 * np.pi * t / 168)
        + slope * t
        + 0.3 * rng.standard_normal(len(t))
    )


def tables_of(parts):
    trend = pd.concat(parts, ignore_index=True).assign(minimum=np.nan, maximum=np.nan, samples=np.nan, source="log")
    motors = pd.DataFrame({"motor_id": sorted(trend["motor_id"].unique()), "rated_current_a": 30.0})
    visits = pd.DataFrame(columns=["motor_id", "quantity", "unit", "time", "value"])
    return TrendTables(conform(trend, TREND), empty_table(MAINTENANCE), motors, visits)


@pytest.fixture(scope="module")
def tables():
    """Three usual motors, the first of which rises to 30 A, and every kind of odd one."""
    odd = {
        "short": usual(5)[:20],
        "stuck": np.full(DAYS * 24, 7.0),
        "negative": np.where(np.arange(DAYS * 24) == 9, -5.0, usual(6)),
    }
    jumped = np.concatenate([np.arange(DAYS * 24 - 24), 90_000 + np.arange(24)])
    parts = [hours_of(f"M0{k}", usual(k, 0.004 * (k == 0))) for k in range(3)]
    parts += [hours_of(name, values) for name, values in odd.items()]
    parts.append(hours_of("silent", usual(8)[::240], np.arange(0, DAYS * 24, 240)))
    return tables_of([*parts, hours_of("jumped", usual(7), jumped)])


@pytest.fixture(scope="module")
def trained(tables):
    return train_forecast(tables, SETTINGS)


@pytest.fixture(scope="module")
def project(trained, tables, tmp_path_factory):
    """A project with the tables of ``load`` and the trained model."""
    root = tmp_path_factory.mktemp("project")
    (root / "dvc.yaml").write_text("stages: {}\n")
    (root / "diagmod" / "models" / "forecast").mkdir(parents=True)
    for layer in ("core", "io"):
        (root / "diagmod" / layer).mkdir()
    interim = root / "data" / "interim"
    interim.mkdir(parents=True)
    write_table(tables.trend, TREND, interim / "trend.parquet", {})
    write_table(tables.maintenance, MAINTENANCE, interim / "maintenance.parquet", {})
    plain = {"int64": 2, "float64": 50.0, "str": ""}
    plate = {column.name: plain[column.dtype] for column in MOTORS.columns if column.name not in tables.motors}
    write_table(conform(tables.motors.assign(**plate), MOTORS), MOTORS, interim / "motors.parquet", {})
    processed = root / "data" / "processed"
    (processed / "models").mkdir(parents=True)
    trained.write(processed / "forecast", processed / "models" / "forecast", root / "metrics.json", {"stage": "test"})
    return root


def test_odd_series_are_refused_in_words_and_the_others_are_forecast(trained):
    series = trained.tables["series"].set_index(["motor_id", "leg"])
    forecast = trained.tables["forecasts"]
    assert set(forecast["motor_id"]) == {"M00", "M01", "M02", "jumped"}
    for motor, reason in {
        "short": "20 known hours", "stuck": "the reading is stuck", "silent": "8 known hours",
        "negative": "1 values are negative",
    }.items():  # fmt: skip
        for leg in ("hourly", "daily"):
            assert reason in series.loc[(motor, leg), "reason"]
            assert series.loc[(motor, leg), "method"] == ""


def test_every_forecast_is_whole_rising_and_follows_its_series(trained):
    forecast = trained.tables["forecasts"]
    assert (forecast.groupby(["motor_id", "leg"]).size().unstack()[["daily", "hourly"]] == [7, 24]).all().all()
    quantiles = forecast[["q05", "q25", "q50", "q75", "q95"]].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    ahead = forecast[forecast["leg"] == "daily"].groupby("motor_id")["q50"].mean()
    assert 26 < ahead["M00"] < 30
    assert 19 < ahead["M01"] < 21


def test_every_method_stands_beside_the_naive_lines(trained):
    summary = trained.tables["summary"]
    for leg in ("hourly", "daily"):
        whole = summary[(summary["leg"] == leg) & (summary["band"] == "all")]
        assert set(whole["method"]) == {*SETTINGS.methods, "chosen"}
        assert set(whole.loc[whole["is_naive"], "method"]) == {"naive", "seasonal_naive", "drift"}
        assert whole["n_forecasts"].nunique() == 1
    assert trained.in_words().startswith("Hours ahead: 4 series")


def test_the_risk_is_that_of_the_stated_limit_and_unknown_without_one(trained):
    risk = trained.tables["risk"].set_index("motor_id")
    assert risk.loc["M00", "limit"] == 30
    assert risk.loc["M00", "probability"] > 0
    assert risk.loc["M01", "standing"] == "cannot_tell"
    assert np.isnan(risk.loc["M01", "risk_pct"])
    assert risk.loc["M01", "grade"] == "unknown"


def test_a_refusal_writes_empty_tables_with_the_reason(tables, tmp_path):
    found = train_forecast(tables, SETTINGS, "the data set is not ready")
    found.write(tmp_path / "t", tmp_path / "m", tmp_path / "metrics.json", {})
    assert json.loads((tmp_path / "m" / "model.json").read_text())["reason"] == "the data set is not ready"
    assert json.loads((tmp_path / "metrics.json").read_text()) == {}
    assert read_table(tmp_path / "t" / "forecasts.parquet", FORECAST_TABLES["forecasts"]).empty
    assert found.in_words() == "No forecast: the data set is not ready."
    nothing = TrendTables(tables.trend.head(0), tables.maintenance, tables.motors, tables.visits, "no trend log")
    assert train_forecast(nothing, SETTINGS).reason == "no trend log"


def test_two_trainings_are_the_same_bytes(tables, project, tmp_path):
    again = train_forecast(tables, SETTINGS)
    again.write(tmp_path / "forecast", tmp_path / "model", tmp_path / "metrics.json", {"stage": "test"})
    for made, folder in (("forecast", "forecast"), ("model", "models/forecast")):
        names = sorted(path.name for path in (tmp_path / made).iterdir())
        assert names == sorted(path.name for path in (project / "data/processed" / folder).iterdir())
        for name in names:
            assert (tmp_path / made / name).read_bytes() == (project / "data/processed" / folder / name).read_bytes()


def test_the_stored_model_says_what_the_trained_one_said(trained, tables, project):
    model, maker, ladder = read_forecast_model(project / "data/processed/models/forecast")
    told = tell(model, sets_of(tables, SETTINGS.quantities), {}, maker, ladder)
    pd.testing.assert_frame_equal(told.forecasts, trained.tables["forecasts"])
    pd.testing.assert_frame_equal(told.risk, trained.tables["risk"])


@pytest.mark.parametrize("name", ["errors.safetensors", "prophets.json"])
def test_a_changed_file_of_a_model_is_refused(project, tmp_path, name):
    folder = tmp_path / "forecast"
    shutil.copytree(project / "data/processed/models/forecast", folder)
    content = bytearray((folder / name).read_bytes())
    content[-1] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=r"is not the file that model\.json describes"):
        read_forecast_model(folder)


def test_a_motor_is_forecast_anew_without_training_and_answered_from_the_store(project, trained):
    first = forecast_motor(project, "M00", None, 7 * 24)
    again = forecast_motor(project, "M00", None, 7 * 24)
    assert (first.from_cache, again.from_cache) == (False, True)
    pd.testing.assert_frame_equal(first.forecasts, again.forecasts)
    own = trained.tables["forecasts"].query("motor_id == 'M00'").reset_index(drop=True)
    pd.testing.assert_frame_equal(first.forecasts, own)


def test_a_shorter_horizon_and_another_limit_are_other_answers(project):
    short = forecast_motor(project, "M00", ["rms_R"], 48, limit=1.0)
    assert not short.from_cache
    assert (short.forecasts["leg"] == "hourly").sum() == 24
    assert (short.forecasts["leg"] == "daily").sum() == 2
    assert short.risk["standing"].item() == "above_now"
    assert short.risk["limit"].item() == 1.0
    assert short.risk["horizon_d"].item() == 2


def test_a_trend_that_grew_is_forecast_from_its_new_end(project, tables, tmp_path):
    root = tmp_path / "grown"
    shutil.copytree(project, root)
    more = hours_of("M01", usual(1)[-48:], DAYS * 24 + np.arange(48))
    more = more.assign(minimum=np.nan, maximum=np.nan, samples=np.nan, source="log")
    grown = conform(pd.concat([tables.trend, conform(more, TREND)], ignore_index=True), TREND)
    write_table(grown, TREND, root / "data/interim/trend.parquet", {})
    found = forecast_motor(root, "M01", None, 24)
    assert not found.from_cache
    assert (
        found.forecasts["origin"] - forecast_motor(project, "M01", None, 24).forecasts["origin"]
    ).min() == pd.Timedelta(days=2)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"motor_id": "M99"}, "there is no trend of motor 'M99'; motors with a trend are M00, M01"),
        ({"motor_id": "M00", "quantities": ["rms_X"]}, "has no quantity 'rms_X'; it has rms_R"),
        ({"motor_id": "M00", "model": "forecast@9.9.9"}, "."),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(project, asked, sentence):
    with pytest.raises(ForecastError, match=sentence):
        forecast_motor(project, **asked)


def test_a_figure_of_the_feature_table_is_forecast_on_the_grid_of_its_recordings(tables):
    """A recording every second day: 15 steps make 30 days; only methods of one series are asked."""
    rng = np.random.default_rng(4)
    when = pd.Timestamp("2026-01-05T08", tz="UTC") + pd.to_timedelta(48 * np.arange(60), unit="h")
    parts = [
        pd.DataFrame(
            {"motor_id": m, "quantity": "thd", "unit": "%", "time": when, "value": 3 + slope * np.arange(60) + noise}
        )
        for m, slope in (("M00", 0.02), ("M01", 0.0))
        for noise in [0.05 * rng.standard_normal(60)]
    ]
    rare = parts[0].assign(motor_id="M02").head(12)
    visits = pd.concat([*parts, rare], ignore_index=True)
    found = train_forecast(
        TrendTables(tables.trend.head(0), tables.maintenance, tables.motors, visits), replace(SETTINGS, daily_d=30)
    )
    forecast = found.tables["forecasts"]
    assert set(found.model.legs) == {"visits_48"}
    assert (forecast.groupby("motor_id").size() == 15).all()
    assert (forecast["time"].diff().dropna().dt.total_seconds() / 3600).mode().item() == 48
    last = forecast.groupby("motor_id")["q50"].last()
    assert last["M00"] > 4.0
    assert last["M01"] == pytest.approx(3.0, abs=0.15)
    assert set(found.tables["scores"]["method"]) == {"naive", "seasonal_naive", "drift", "ets", "chosen"}
    refused = found.tables["series"].set_index("motor_id").loc["M02", "reason"]
    assert "12 recordings with a value, at least 24 are needed" in refused
