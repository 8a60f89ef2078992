"""Methods that learnt from the fleet as stored numbers: weights and trees as safetensors, facts as JSON.

The same method is the same bytes, and gives the same forecasts read back as before. Neither format can run code, and
what does not make a method is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from diagmod.io.embedding_files import WEIGHTS
from diagmod.io.model_files import ModelError, read_content, write_content
from diagmod.io.tensor_files import dump_tensors, load_tensors
from diagmod.models.forecast.method import FLEET_METHODS, LEVELS
from diagmod.models.forecast.window_rows import WindowShape, windows_at

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from diagmod.models.forecast.boosted_lags import BoostedLags
    from diagmod.models.forecast.method import ForecastMethod
    from diagmod.models.forecast.network_method import NetworkMethod

    FleetMethod = BoostedLags | NetworkMethod

#: Ending of the file of a method.
ENDING = ".safetensors"

#: What the methods say, for the card of a model.
SAYS = "it forecasts a trend with five quantiles a step; it knows neither limits nor what is wrong with the motor"


def forecaster_content(method: ForecastMethod) -> tuple[str, bytes, dict[str, Any]]:
    """Ending and bytes of a method's file, and what must be known beside it, as JSON.

    Raises
    ------
    ValueError
        The method is not fitted, or is none that learns from the fleet.
    """
    if method.name not in FLEET_METHODS:
        raise ValueError(f"only {', '.join(FLEET_METHODS)} have something to store, got {method.name}")
    known = cast("FleetMethod", method)
    about: dict[str, Any] = {"name": known.name, "shape": asdict(known.shape), "settings": asdict(known.settings)}
    learnt: Any = getattr(known, "trees" if known.name == "boosted_lags" else "learnt")
    if learnt is None:
        raise ValueError(f"{known.name} has learnt nothing yet; call fit and store what it returns")
    arrays: Mapping[str, NDArray[Any]] = {}
    if known.has_learnt:
        arrays = learnt.arrays() if known.name == "boosted_lags" else learnt.weights
    if known.name != "boosted_lags":
        about["n_epochs"] = learnt.n_epochs
    return ENDING, dump_tensors(arrays), {**about, "has_learnt": known.has_learnt}


def forecaster_of(content: bytes, about: Mapping[str, Any], folder: Path, device: str = "cpu") -> FleetMethod:
    """A method again, from bytes whose hash was checked.

    Parameters
    ----------
    content : bytes
    about : mapping
        As :func:`forecaster_content` gave it.
    folder : Path
        Named where something is wrong.
    device : str
        Where a network answers, wherever it was trained.

    Raises
    ------
    ModelError
        The content is damaged or makes no method.
    """
    if not isinstance(about, Mapping) or about.get("name") not in FLEET_METHODS:
        raise ModelError(f"model.json in {folder.name} describes no forecaster; restore it or train the model again")
    arrays = load_tensors(content, about["name"] + ENDING, folder)
    try:
        for name, array in arrays.items():
            if name != "threshold" and not np.isfinite(array).all():  # a tree may ask whether anything is known at all
                raise ValueError(f"{name} holds numbers that are not finite")
        shape = WindowShape(**about["shape"])
        if about["name"] == "boosted_lags":
            return _boosted(arrays, about, shape)
        return _network(arrays, about, shape, device)
    except (KeyError, TypeError, ValueError, RuntimeError) as exc:
        said = str(exc).partition("\n")[0]
        raise ModelError(f"the files in {folder.name} do not make a forecaster: {said}; train the model again") from exc


def write_forecaster(method: ForecastMethod, folder: Path, facts: Mapping[str, Any] | None = None) -> None:
    """Write a folder of one method: ``model.safetensors`` and ``model.json``.

    Parameters
    ----------
    method : BoostedLags, Tcn or Lstm
        Fitted.
    folder : Path
        Made if missing.
    facts : mapping, optional
        What ``model.json`` is to say beside the method, as JSON.

    Raises
    ------
    ValueError
        The method is not fitted.
    """
    _, content, about = forecaster_content(method)
    stated = {"model_type": method.name, "features": ["trend"], "says": SAYS, **(facts or {})}
    write_content(folder, WEIGHTS, content, {**stated, "forecaster": about})


def read_forecaster(folder: Path, device: str = "cpu") -> tuple[FleetMethod, dict[str, Any]]:
    """Method and facts of a folder that :func:`write_forecaster` wrote, hash checked first.

    Raises
    ------
    ModelError
        The file is missing, damaged, or not the one that ``model.json`` describes, or makes no method.
    """
    content, facts = read_content(folder, WEIGHTS)
    return forecaster_of(content, facts.get("forecaster", {}), folder, device), facts


def _boosted(arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any], shape: WindowShape) -> BoostedLags:
    from diagmod.models.faults.trees import Trees
    from diagmod.models.forecast.boosted_lags import BoostedLags, BoostingSettings, asked_of, rows_of, trees_of

    settings = BoostingSettings(**about["settings"])
    if not about["has_learnt"]:
        return BoostedLags(shape, settings, trees_of([]))
    none = np.empty(0, dtype=np.int64)
    trees = Trees.restored(arrays, asked_of(rows_of(windows_at([], [], shape), none, none)).shape[1])
    if trees.start.shape != (len(LEVELS),) or trees.feature.shape[1] != len(LEVELS):
        raise ValueError(f"the trees have not one output for each of {len(LEVELS)} levels")
    return BoostedLags(shape, settings, trees)


def _network(
    arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any], shape: WindowShape, device: str
) -> NetworkMethod:
    from diagmod.models.forecast.lstm import Lstm
    from diagmod.models.forecast.network_training import Learnt, NetworkSettings
    from diagmod.models.forecast.tcn import Tcn

    kind = {Tcn.name: Tcn, Lstm.name: Lstm}[about["name"]]
    settings = replace(NetworkSettings(**about["settings"]), device=device)
    weights = {name: np.array(value) for name, value in arrays.items()} if about["has_learnt"] else {}
    method = kind(shape, settings, Learnt(weights, int(about["n_epochs"])))
    if about["has_learnt"]:
        method.trained()  # raises where the weights are not the network's
    return method
