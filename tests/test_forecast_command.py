"""``diagmod forecast``: horizons are read strictly, people and programs are told the same, and the exit code counts."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from types import ModuleType

import handmade_forecast as made
import numpy as np
import pandas as pd
import pytest

from diagmod import cli
from diagmod.diagnose_command import InputError
from diagmod.forecast_command import hours_of
from diagmod.io.tables import TableError

ENGINE = "diagmod.models.forecast.forecasting"


class ForecastError(ValueError):
    """As of the engine."""


@dataclass
class Answer:
    """What the engine answers: both phases of M1 by days, T refused."""

    forecasts: pd.DataFrame = field(default_factory=lambda: made.forecasts(("M1",), ("rms_R", "rms_S")))
    risk: pd.DataFrame = field(default_factory=lambda: made.risk(("M1",), ("rms_R", "rms_S")))
    series: pd.DataFrame = field(default_factory=lambda: made.series(("M1",), ("rms_R", "rms_S")))
    from_cache: bool = False
    lineage: dict[str, object] = field(default_factory=lambda: {"model": "forecast@1.0.0"})


@pytest.fixture
def engine(monkeypatch, tmp_path):
    """A project, entered, whose engine gives ``answer`` (or raises it) and keeps what it was asked."""
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_text("{}\n")
    monkeypatch.chdir(tmp_path)
    fake = ModuleType(ENGINE)
    fake.ForecastError, fake.asked, fake.answer = ForecastError, [], Answer()

    def forecast_motor(root, *arguments):
        fake.asked.append(arguments)
        if isinstance(fake.answer, Exception):
            raise fake.answer
        return fake.answer

    fake.forecast_motor = forecast_motor
    monkeypatch.setitem(sys.modules, ENGINE, fake)
    return fake


@pytest.fixture
def forecast(monkeypatch, capsys):
    """The command, run; gives exit code, output and error stream."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["diagmod", "forecast", *arguments])
        try:
            code = cli.main()
        except SystemExit as exc:
            code = int(exc.code or 0)
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("text", "hours"), [("1h", 1), ("48h", 48), (" 168h", 168), ("9d", 216), ("30 d", 720), ("4w", 672), ("240h", 240)]
)
def test_horizons_are_hours_days_or_weeks(text, hours):
    assert hours_of(text) == hours


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("30", "must be a whole number with h, d or w, got '30'; for example 48h, 14d or 2w"),
        ("1.5d", "must be a whole number"),
        ("-2d", "must be a whole number"),
        ("١d", "must be a whole number"),
        ("2m", "must be a whole number"),
        ("", "must be a whole number"),
        ("0h", "must be 1h to 30d, got '0h'"),
        ("31d", "no trend of a motor tells of more than 30 days"),
        ("999999w", "must be 1h to 30d"),
        ("169h", "beyond 168h is told in whole days, got '169h'; write 8d"),
    ],
)
def test_any_other_horizon_is_refused_with_what_to_write(text, sentence):
    with pytest.raises(InputError, match="--horizon") as caught:
        hours_of(text)
    assert sentence in str(caught.value)


def test_the_engine_is_asked_for_what_was_written(engine, forecast):
    forecast("--motor", "M1")
    forecast("--motor", "M1", "--phase", "R", "--horizon", "48h", "--limit", "28.5", "--model", "forecast@1.0.0")
    forecast("--motor", "M1", "--quantity", "temperature", "--quantity", "S", "--horizon", "2w")
    assert engine.asked == [
        ("M1", None, 720, None, None),
        ("M1", ("rms_R",), 48, 28.5, "forecast@1.0.0"),
        ("M1", ("temperature", "rms_S"), 336, None, None),
    ]


def test_people_read_the_risk_the_method_the_limit_and_a_small_table(engine, forecast):
    """The median is 26 A and 0.1 A a day; the 90 % interval reaches 2 A to each side."""
    code, out, _ = forecast("--motor", "M1", "--phase", "R")
    assert code == 0
    assert out.splitlines() == [
        "Motor M1: 30d ahead, from 2026-06-01 00:00 UTC on (computed now by forecast@1.0.0)",
        "",
        "rms_R: rms_R of M1 may exceed 28.5 A.",
        f"  Method: {made.WHY_ETS}.",
        "  Limit 28.5 A (sigma): mean and 4 standard deviations of the first 28 days.",
        "  days ahead  median (A)  90 % interval (A)",
        "           1        26.1       24.1 to 28.1",
        "           7        26.7       24.7 to 28.7",
        "          14        27.4       25.4 to 29.4",
        "          30          29           27 to 31",
    ]


def test_a_short_horizon_is_told_in_hours_and_its_end_is_shown(engine, forecast):
    engine.answer = Answer(
        made.forecasts(("M1",), ("rms_R",), "hourly", 36), made.risk(("M1",), ("rms_R",)),
        pd.concat([made.series(("M1",), ("rms_R",), leg) for leg in ("daily", "hourly")]), from_cache=True,
    )  # fmt: skip
    code, out, _ = forecast("--motor", "M1", "--horizon", "36h")
    assert code == 0
    assert "(from what is kept by forecast@1.0.0)" in out
    assert [line.split()[0] for line in out.splitlines()[-6:]] == ["hours", "1", "6", "12", "24", "36"]


def test_a_quantity_without_a_forecast_is_told_with_its_reason_and_ends_with_3(engine, forecast):
    engine.answer.series = pd.concat([engine.answer.series, made.refused_series("rms_T")])
    code, out, _ = forecast("--motor", "M1")
    assert code == 3
    assert out.splitlines()[-1] == ("rms_T: no forecast. 20 known hours, at least 336 are needed: give a longer log.")
    code, out, _ = forecast("--motor", "M1", "--quantity", "oil", "--json")
    assert code == 3
    (entry,) = json.loads(out)["quantities"]
    assert entry["reason"] == "the stored model knows no such quantity of this motor"
    assert entry["steps"] == [] and entry["risk"] is None and entry["method"] is None


def test_a_motor_without_any_quantity_ends_with_3(engine, forecast):
    engine.answer = Answer(made.empty("forecasts"), made.empty("risk"), made.empty("series"))
    code, out, _ = forecast("--motor", "M1", "--json")
    assert (code, json.loads(out)["quantities"]) == (3, [])


def test_json_holds_everything_with_units_and_what_is_unknown_is_null(engine, forecast):
    engine.answer.risk = made.risk(
        ("M1",), ("rms_R", "rms_S"), limit=np.nan, probability=np.nan, standing="cannot_tell"
    )
    code, out, _ = forecast("--motor", "M1", "--json")
    assert code == 0
    assert "NaN" not in out and out.isascii()
    found = json.loads(out)
    assert {"schema_version": 1, "motor_id": "M1", "horizon_h": 720, "from_cache": False}.items() <= found.items()
    assert found["lineage"] == {"model": "forecast@1.0.0"}
    first, second = found["quantities"]
    assert (first["quantity"], second["quantity"]) == ("rms_R", "rms_S")
    assert (first["unit"], first["leg"], first["method"]) == ("A", "daily", "ets")
    assert first["origin"] == "2026-06-01T00:00:00+00:00"
    assert first["back_test"] == {"mase": 0.7, "naive_method": "drift", "naive_mase": 1.0, "n_origins": 12}
    assert first["history"]["n_steps"] == 60 and first["history"]["first"] == "2026-04-02T00:00:00+00:00"
    assert first["risk"]["limit"] is None and first["risk"]["probability"] is None
    assert first["risk"]["days_median"] == 24.0 and first["risk"]["days_high"] is None
    assert [step["step"] for step in first["steps"]] == list(range(1, 31))
    assert first["steps"][0] == {
        "step": 1, "time": "2026-06-01T00:00:00+00:00",
        "q05": pytest.approx(24.1), "q25": pytest.approx(25.6), "q50": pytest.approx(26.1), "q75": pytest.approx(26.6),
        "q95": pytest.approx(28.1),
    }  # fmt: skip


def test_without_a_limit_the_reason_is_told(engine, forecast):
    engine.answer.risk = made.risk(("M1",), limit=np.nan, limit_reason="only 9 known days", standing="cannot_tell")
    assert "No limit: only 9 known days." in forecast("--motor", "M1")[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--horizon", "1y"], "error: --horizon must be a whole number"),
        (["--phase", "U"], "error: --phase must be R, S, T and without --quantity beside it, got 'U'"),
        (["--phase", "R", "--quantity", "rms_S"], "error: --phase must be R, S, T and without --quantity beside it"),
        (["--limit", "nan"], "error: --limit must be a number in the unit of the trend, got nan; for example 28.5"),
        (["--limit", "inf"], "error: --limit must be a number"),
    ],
)
def test_wrong_options_are_one_sentence_and_ask_nothing(engine, forecast, arguments, sentence):
    code, out, err = forecast("--motor", "M1", *arguments)
    assert (code, out, engine.asked) == (2, "", [])
    assert err.startswith(sentence) and err.count("\n") == 1


@pytest.mark.parametrize("kind", [ForecastError, TableError])
def test_what_the_engine_refuses_is_one_sentence(engine, forecast, kind):
    engine.answer = kind("there is no motor 'M9' in the trend; it has M1, M2")
    code, out, err = forecast("--motor", "M9")
    assert (code, out) == (2, "")
    assert err == "error: there is no motor 'M9' in the trend; it has M1, M2\n"


def test_help_has_an_example_and_the_exit_codes(forecast):
    code, out, _ = forecast("--help")
    assert code == 0
    words = " ".join(out.split())
    assert "Example: diagmod forecast --motor M07 --horizon 30d" in words
    assert "3 some quantity could not be" in words
