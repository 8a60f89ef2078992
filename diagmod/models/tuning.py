"""Choosing settings without deceiving oneself: nested folds, the search inside, the judgement outside.

Settings that were chosen because they did well on some motors will do well on these motors. So every outer fold holds
motors out, the search sees the others alone and judges each trial by inner folds of them, and only the winner is judged
on the motors held out. The outer figure is what to expect of the procedure; the inner one is what the search believed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.models.anomaly_scorer import fit_scorers
from diagmod.models.split import group_folds, refuse_leakage
from diagmod.models.weighted_figures import weighted_figures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.models.anomaly_settings import AnomalySettings
    from diagmod.models.model_rows import ModelRows

#: Draws the settings of one trial: told the trial of optuna, gives fields of :class:`AnomalySettings`.
Draw = Callable[[Any], dict[str, Any]]


def nested_search(
    rows: ModelRows, settings: AnomalySettings, draw: Draw, *, n_outer: int, n_trials: int
) -> pd.DataFrame:
    """Search settings of the anomaly model inside, judge the found ones outside.

    Parameters
    ----------
    rows : ModelRows
        Of recordings; those with a label are judged.
    settings : AnomalySettings
        What is not searched; its seed makes the search the same every time.
    draw : callable
    n_outer : int
        Folds of split groups by which the procedure is judged.
    n_trials : int
        Trials of each search.

    Returns
    -------
    DataFrame
        A row an outer fold: fold, inner (AUROC that the search believed), outer (AUROC on the motors held out), and a
        column a setting that was searched.
    """
    import optuna  # an extra: nothing but a search needs it

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folds, found = group_folds(rows.groups, n_outer, settings.seed), []
    for fold in range(int(folds.max()) + 1):
        train = folds != fold
        refuse_leakage(rows.groups, train)

        def objective(trial: optuna.Trial, train: NDArray[np.bool_] = train) -> float:
            return inner_auroc(rows, train, replace(settings, **draw(trial)))

        study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=settings.seed))
        study.optimize(objective, n_trials=n_trials)
        chosen = replace(settings, **draw(optuna.trial.FixedTrial(study.best_params)))
        outer = auroc_of(rows, train, ~train, chosen)
        found.append({"fold": fold, "inner": study.best_value, "outer": outer, **study.best_params})
    return pd.DataFrame(found)


def inner_auroc(rows: ModelRows, train: NDArray[np.bool_], settings: AnomalySettings) -> float:
    """Mean AUROC over the inner folds of a training side; 0.5 where nothing can be judged."""
    inner = np.full(len(train), -1)
    inner[train] = group_folds([rows.groups[k] for k in np.flatnonzero(train)], settings.n_inner_folds, settings.seed)
    reached = [
        auroc_of(rows, (inner >= 0) & (inner != fold), inner == fold, settings) for fold in range(inner.max() + 1)
    ]
    known = [value for value in reached if np.isfinite(value)]
    return float(np.mean(known)) if known else 0.5


def auroc_of(rows: ModelRows, train: NDArray[np.bool_], judged: NDArray[np.bool_], settings: AnomalySettings) -> float:
    """AUROC of the recommended method, fitted to some rows, on others; NaN where it is not defined."""
    of_set = rows.of_set("all")
    fitted = fit_scorers(of_set, train, rows.groups, settings.baseline, (settings.detector,), settings)
    score = fitted[settings.detector].score(of_set.only(judged), of_set).score
    label = rows.about.loc[judged, "condition"].to_numpy(str)
    known = np.isfinite(score) & (label != "")
    ones = np.ones((1, int(known.sum())))
    figures = weighted_figures(label[known] != "healthy", score[known], np.zeros(len(ones[0]), dtype=bool), ones)
    return float(figures["auroc"][0])
