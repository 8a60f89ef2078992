"""A trained forecast on disk: choices and facts as JSON, errors and everything that was learnt as safetensors.

One flat folder, so that the model store can keep it: every file's hash stands in ``model.json`` and is checked before
the file is read, and no format of it can run code. The same model is the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from diagmod.io.model_files import ModelError, read_content, read_facts, write_contents
from diagmod.io.tensor_files import dump_tensors, read_tensors
from diagmod.models.forecast.crossing_calibration import CrossingCalibration
from diagmod.models.forecast.forecast_model import ForecastModel, LegModel, SeriesChoice
from diagmod.models.forecast.limits import LimitSettings
from diagmod.models.forecast.methods_by_name import MethodMaker
from diagmod.models.forecast.predictive import ErrorHistory
from diagmod.models.forecast.stored_forecasters import forecaster_content, forecaster_of
from diagmod.models.risk_scale import Ladder

#: Files of a model beside those of its methods.
ERRORS, PROPHETS = "errors.safetensors", "prophets.json"

#: What a folder says it is.
MODEL_TYPE = "forecast"


def write_forecast_model(
    folder: Path, model: ForecastModel, maker: MethodMaker, ladder: Ladder, facts: Mapping[str, Any]
) -> None:
    """Write a model's folder.

    Parameters
    ----------
    folder : Path
        Made if missing.
    model : ForecastModel
    maker : MethodMaker
        How methods of one series are made.
    ladder : Ladder
        From a probability of crossing to the scale of risk.
    facts : mapping
        What ``model.json`` is to say beside the model: features, metrics, lineage.
    """
    contents = {
        ERRORS: dump_tensors(
            {
                f"{name}/{method}": h.scores.astype(np.float32)
                for name, leg in model.legs.items()
                for method, h in leg.errors.items()
            }
        ),
        PROPHETS: _json(
            {f"{name}/{'/'.join(key)}": t for name, leg in model.legs.items() for key, t in leg.prophets.items()}
        ),
    }
    about: dict[str, Any] = {}
    for name, leg in model.legs.items():
        fitted = {}
        for method, learnt in leg.fitted.items():
            ending, content, said = forecaster_content(learnt)
            file = f"{name}_{method}{ending}"
            fitted[method] = {"file": file, "about": said}
            contents[file] = content
        motors = {method: h.motors.tolist() for method, h in leg.errors.items()}
        choices = {"/".join(key): asdict(choice) for key, choice in leg.choices.items()}
        about[name] = {
            "step_h": leg.step_h, "horizon": leg.horizon, "usual": leg.usual, "choices": choices, "errors": motors,
            "fitted": fitted,
        }  # fmt: skip
    stated = {
        "legs": about, "limits": _of_limits(model.limits),
        "calibration": asdict(model.calibration), "ladder": asdict(ladder), "maker": asdict(maker), "seed": model.seed,
    }  # fmt: skip
    write_contents(folder, contents, {"model_type": MODEL_TYPE, **facts, "forecast": _plain(stated)})


def read_forecast_model(folder: Path) -> tuple[ForecastModel, MethodMaker, Ladder]:
    """Model of a folder that :func:`write_forecast_model` wrote, every hash checked first.

    Raises
    ------
    ModelError
        A file is missing, is not what ``model.json`` describes, could run code, or is no such model.
    """
    stated = read_facts(folder).get("forecast")
    if not isinstance(stated, dict):
        raise ModelError(f"model.json in {folder.name} describes no forecast; train it again or take another version")
    try:
        arrays, _ = read_tensors(folder, ERRORS)
        prophets = json.loads(read_content(folder, PROPHETS)[0])
        legs = {name: _leg(folder, name, about, arrays, prophets) for name, about in stated["legs"].items()}
        model = ForecastModel(
            legs, LimitSettings(**stated["limits"]), CrossingCalibration(**stated["calibration"]), int(stated["seed"])
        )
        return model, MethodMaker(**stated["maker"]), Ladder(**stated["ladder"])
    except ModelError:
        raise
    except (KeyError, ValueError, TypeError, AttributeError) as exc:
        raise ModelError(
            f"the files in {folder.name} do not make a forecast ({exc}); train it again or take another version"
        ) from exc


def _leg(
    folder: Path, name: str, about: Mapping[str, Any], arrays: Mapping[str, Any], prophets: Mapping[str, str]
) -> LegModel:
    choices = {_key(text): SeriesChoice(**_known(choice)) for text, choice in about["choices"].items()}
    errors = {
        method: ErrorHistory(
            np.asarray(arrays[f"{name}/{method}"], dtype=np.float64),
            np.array(motors, dtype=str),
            np.empty((0, 0), dtype=bool),
        )
        for method, motors in about["errors"].items()
    }
    fitted = {
        method: forecaster_of(read_content(folder, stored["file"])[0], stored["about"], folder)
        for method, stored in about["fitted"].items()
    }
    texts = {
        _key(place.removeprefix(f"{name}/")): text for place, text in prophets.items() if place.startswith(f"{name}/")
    }
    return LegModel(int(about["step_h"]), int(about["horizon"]), choices, errors, fitted, texts, str(about["usual"]))


def _of_limits(limits: LimitSettings) -> dict[str, Any]:
    return {one.name: getattr(limits, one.name) for one in fields(limits)} | {"user": dict(limits.user)}


def _key(text: str) -> tuple[str, str]:
    """Motor and quantity; a quantity holds no stroke, a motor may."""
    motor, _, quantity = text.rpartition("/")
    return motor, quantity


def _known(choice: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers of a choice with NaN for what is not known."""
    return {name: float("nan") if value is None else value for name, value in choice.items()}


def _plain(value: Any) -> Any:
    """As JSON has it: no NaN, no tuple."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _json(content: Mapping[str, str]) -> bytes:
    return json.dumps(dict(sorted(content.items())), ensure_ascii=True, indent=0).encode()
