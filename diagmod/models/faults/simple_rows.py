"""Rows that stand beside every model: the rules of the diagnosis, and what needs no learning at all.

A model is worth what it adds to them. The rules need no labels; the majority and chance know nothing but how often each
condition was labelled; and a model whose labels were shuffled shows what a figure is worth when nothing is behind it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.core.verdicts import Verdict
from diagmod.models.faults.conformal import answer_of
from diagmod.models.faults.drivers import HEALTHY
from diagmod.models.faults.fault_model import Side
from diagmod.models.faults.judgement import abstain, reasons

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.models.faults.settings import FaultSettings


def by_rules(about: pd.DataFrame, diagnoses: pd.DataFrame, is_usable: NDArray[np.bool_]) -> pd.DataFrame:
    """Rows of ``fault_predictions`` by the rule-based diagnosis.

    A fault that is supported is predicted, the first of several; without one the machine counts as healthy. The set
    holds every supported fault, or healthy and all faults that the rules cannot decide on.
    """
    faults = diagnoses[diagnoses["kind"] == "fault"]
    supported, open_ones = (
        faults[faults["verdict"] == verdict].groupby("recording_id")["fault"].agg(list).to_dict()
        for verdict in (str(Verdict.SUPPORTED), str(Verdict.CANNOT_DECIDE))
    )
    found = abstain(about, reasons(is_usable, np.ones(len(about), dtype=bool)))
    names = about.loc[is_usable, "recording_id"].tolist()
    members = [supported.get(name) or [HEALTHY, *open_ones.get(name, [])] for name in names]
    for column, told in (
        ("predicted", [m[0] for m in members]),
        ("conformal_set", [", ".join(m) for m in members]),
        ("answer", [answer_of(m, m[0]) for m in members]),
        ("sentence", [_rule_in_words(m, name in supported) for m, name in zip(members, names, strict=True)]),
    ):
        found.loc[is_usable, column] = told
    return found


def majority(side: Side, about: pd.DataFrame, is_judged: NDArray[np.bool_]) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Rows of ``fault_predictions`` that name the commonest condition of the training side, and its shares."""
    share = _shares(side)
    return _said(about, is_judged, np.full(len(about), int(share.argmax())), share, side), share


def chance(
    side: Side, about: pd.DataFrame, is_judged: NDArray[np.bool_], seed: int
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Rows of ``fault_predictions`` drawn by how common each condition is, and these shares."""
    share = _shares(side)
    drawn = np.random.default_rng(seed).choice(len(share), len(about), p=share)
    return _said(about, is_judged, drawn, share, side), share


def with_shuffled_labels(side: Side, settings: FaultSettings) -> Side:
    """The side with the labels of its rows exchanged among them."""
    truth = side.data.truth.copy()
    truth[side.train] = np.random.default_rng(settings.seed).permutation(truth[side.train])
    return replace(side, data=replace(side.data, truth=truth))


def _said(
    about: pd.DataFrame, is_judged: NDArray[np.bool_], number: NDArray[np.int64], share: NDArray[np.float64], side: Side
) -> pd.DataFrame:
    classes = np.array(side.data.classes)
    found = abstain(about, "not judged")
    predicted = classes[number]
    for name, column in (
        ("predicted", predicted), ("answer", predicted), ("conformal_set", predicted), ("probability", share[number]),
        ("sentence", np.array([f"{name}, without a look at the recording." for name in predicted])),
    ):  # fmt: skip
        found.loc[is_judged, name] = column[is_judged]
    return found


def _shares(side: Side) -> NDArray[np.float64]:
    counted = np.bincount(side.data.truth[side.train], minlength=len(side.data.classes))
    return np.asarray(counted / counted.sum())


def _rule_in_words(members: list[str], is_supported: bool) -> str:
    if is_supported:
        return f"The rules support {' and '.join(members)}."
    if len(members) == 1:
        return "The rules support no fault and exclude all that they know."
    return f"The rules support no fault, but cannot decide on {', '.join(members[1:])}."
