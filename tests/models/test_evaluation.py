"""Figures of merit against hand arithmetic and scikit-learn, and the trivial rows beside them."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from diagmod.models.evaluation import TRIVIAL, Judged, evaluate, judge_scores, precision_recall
from diagmod.models.weighted_figures import FIGURE_NAMES, group_weights, weighted_figures

#: Ten items: the five faulty first. Flags above 0.5: 3 of 5 faulty and 1 of 5 healthy.
SCORE = np.array([0.9, 0.8, 0.7, 0.4, 0.3, 0.6, 0.35, 0.2, 0.15, 0.1])
POSITIVE = np.arange(10) < 5


def _judged(score=SCORE, positive=POSITIVE, flag=None, group=None) -> Judged:
    n = len(score)
    flag = score > 0.5 if flag is None else flag
    group = np.array([f"M{k % 5}" for k in range(n)]) if group is None else group
    return Judged("recording_label", "segment", "all", score, flag, positive, group, "isolation_forest")


def _values(case: Judged, model: str = "isolation_forest", seed: int = 0, n_bootstrap: int = 0) -> dict[str, float]:
    table = evaluate([case], n_bootstrap=n_bootstrap, seed=seed)
    return table[table["model"] == model].set_index("figure")["value"].to_dict()


def test_figures_are_those_of_hand_arithmetic():
    """Flagged 4, right 3: precision 3/4, recall 3/5, F1 2*3/(4+5), false alarms 1/5. Of 25 pairs faulty and
    healthy, 0.9, 0.8, 0.7 win 5 each, 0.4 wins 4 (not 0.6), 0.3 wins 3: AUROC 22/25. Precision at the faulty
    items in order: 1/1, 2/2, 3/3, 4/5, 5/7: average precision 0.902857."""
    assert _values(_judged()) == pytest.approx(
        {
            "precision": 3 / 4, "recall": 3 / 5, "f1": 6 / 9, "false_alarm_rate": 1 / 5, "auroc": 22 / 25,
            "average_precision": (1 + 1 + 1 + 4 / 5 + 5 / 7) / 5,
        }
    )  # fmt: skip


def test_figures_are_those_of_scikit_learn():
    rng = np.random.default_rng(3)
    for _ in range(20):
        positive = rng.uniform(size=200) < 0.3
        score = np.round(rng.normal(size=200) + positive, 1)  # with ties
        flag = score > 1
        confused = metrics.confusion_matrix(positive, flag)
        expected = {
            "auroc": metrics.roc_auc_score(positive, score),
            "average_precision": metrics.average_precision_score(positive, score),
            "precision": metrics.precision_score(positive, flag),
            "recall": metrics.recall_score(positive, flag),
            "f1": metrics.f1_score(positive, flag),
            "false_alarm_rate": confused[0, 1] / confused[0].sum(),
        }
        assert _values(_judged(score, positive, flag)) == pytest.approx(expected)


def test_flagging_everything_has_recall_one_and_the_prevalence_as_precision():
    positive = np.arange(10) < 3
    found = _values(_judged(positive=positive), "flag_all")
    assert found == pytest.approx(
        {
            "recall": 1, "precision": 0.3, "f1": 2 * 0.3 / 1.3, "false_alarm_rate": 1, "auroc": 0.5,
            "average_precision": 0.3,
        }
    )  # fmt: skip


def test_flagging_nothing_finds_nothing_and_has_no_precision():
    found = _values(_judged(), "flag_none")
    assert np.isnan(found.pop("precision"))
    assert found == pytest.approx({"recall": 0, "f1": 0, "false_alarm_rate": 0, "auroc": 0.5, "average_precision": 0.5})


def _perfect(n: int = 400) -> Judged:
    """Scores that tell half of the items apart without an error."""
    positive = np.arange(n) % 2 == 0
    return _judged(positive.astype(float), positive)


@pytest.mark.parametrize("model", ["random", "shuffled_labels"])
def test_chance_is_a_half_even_where_the_model_is_perfect(model):
    case = _perfect()
    assert _values(case)["auroc"] == 1
    found = [_values(case, model, seed) for seed in range(40)]
    assert np.mean([row["auroc"] for row in found]) == pytest.approx(0.5, abs=0.02)
    assert np.std([row["auroc"] for row in found]) > 0.005, "every seed draws the same"
    assert np.mean([row["precision"] for row in found]) == pytest.approx(0.5, abs=0.03)


def test_random_row_flags_as_much_as_the_model():
    flag = np.arange(400) < 40
    case = _judged(np.linspace(1, 0, 400), np.arange(400) % 2 == 0, flag)
    shares = [_values(case, "random", seed)["false_alarm_rate"] for seed in range(40)]
    assert np.mean(shares) == pytest.approx(0.1, abs=0.02)


def test_trivial_rows_stand_once_beside_two_feature_sets():
    cases = [_judged(), Judged(**{**_judged().__dict__, "feature_set": "without_i2"})]
    table = evaluate(cases, n_bootstrap=0, seed=0)
    assert table.value_counts("model").to_dict() == {"isolation_forest": 2 * len(FIGURE_NAMES)} | dict.fromkeys(
        TRIVIAL, len(FIGURE_NAMES)
    )
    assert set(table.loc[table["model"] != "isolation_forest", "feature_set"]) == {""}


def test_same_seed_gives_the_same_table_and_another_seed_another():
    first, again, other = (evaluate([_judged()], n_bootstrap=50, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first["low"].equals(other["low"])


def test_interval_holds_the_value_and_is_drawn_over_groups_not_items():
    """Ten items of each group are one item ten times over: the interval must not shrink."""
    one = evaluate([_judged()], n_bootstrap=100, seed=5).set_index(["model", "figure"])
    tenfold = _judged(np.tile(SCORE, 10), np.tile(POSITIVE, 10))
    ten = evaluate([tenfold], n_bootstrap=100, seed=5).set_index(["model", "figure"])
    for figure in ("auroc", "recall", "f1"):
        low, value, high = one.loc[("isolation_forest", figure), ["low", "value", "high"]]
        assert low <= value <= high
        assert high - low > 0.1
        assert ten.loc[("isolation_forest", figure), "low"] == pytest.approx(low)
        assert ten.loc[("isolation_forest", figure), "high"] == pytest.approx(high)


def test_single_group_has_values_and_no_interval():
    """Resampling one group gives that group again: an interval of no width would be a lie."""
    table = evaluate([_judged(group=np.full(10, "M01"))], n_bootstrap=50, seed=0)
    assert table["low"].isna().all()
    assert table["high"].isna().all()
    assert table.set_index(["model", "figure"])["value"]["isolation_forest", "auroc"] == pytest.approx(22 / 25)


def test_no_resamples_give_no_interval():
    assert evaluate([_judged()], n_bootstrap=0, seed=0)[["low", "high"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("positive", "undefined"),
    [
        (np.zeros(10, dtype=bool), {"auroc", "average_precision", "recall"}),
        (np.ones(10, dtype=bool), {"auroc", "false_alarm_rate"}),
    ],
)
def test_one_class_alone_gives_undefined_figures_without_error_or_warning(positive, undefined):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = evaluate([_judged(positive=positive)], n_bootstrap=20, seed=0)
        assert precision_recall([_judged(positive=positive)]).empty
    own = table[table["model"] == "isolation_forest"].set_index("figure")
    assert set(own.index[own["value"].isna()]) == undefined
    assert set(own.index[own["low"].isna()]) == undefined


def test_rows_count_the_items_and_the_faulty_among_them():
    table = evaluate([_judged(positive=np.arange(10) < 3)], n_bootstrap=0, seed=0)
    assert set(table["n"]) == {10}
    assert set(table["n_positive"]) == {3}


def test_curve_runs_from_full_recall_to_none_and_through_the_flags():
    curve = precision_recall([_judged()])
    assert curve.iloc[0][["recall", "precision"]].to_list() == pytest.approx([1, 0.5])
    assert curve.iloc[-1][["recall", "precision"]].to_list() == pytest.approx([0, 1])
    assert ((curve["recall"] - 3 / 5).abs() + (curve["precision"] - 3 / 4).abs() < 1e-9).any()
    assert set(curve["feature_set"]) == {"all"}


CATALOGUE = pd.DataFrame(
    {
        "recording_id": ["a", "b", "c"], "condition": ["healthy", "stator_short", ""],
        "split_group": ["M01", "M02", "M03"], "severity": [np.nan, 0.5, np.nan],
    }
)  # fmt: skip


def _scores(**scores: list[float]) -> pd.DataFrame:
    rows = [
        {"recording_id": key, "segment": k, "level": "segment", "feature_set": "all", "score": score, "threshold": 0.5}
        for key, values in scores.items()
        for k, score in enumerate(values)
    ]
    table = pd.DataFrame(rows).assign(
        detector="robust_z", baseline="motor", split="leave_group_out", is_recommended=True
    )
    return table.assign(is_anomaly=table["score"] > table["threshold"])


def test_every_level_set_baseline_and_method_is_a_case_of_its_own():
    segments = _scores(a=[0.6, 0.3], b=[0.4, 0.8], c=[0.9])
    whole = _scores(a=[0.45], b=[0.6]).assign(level="recording", segment=-1)
    other = whole.assign(detector="sigma_rule", is_recommended=False)
    cases = judge_scores(pd.concat([segments, whole, other]), CATALOGUE, None)
    assert [(case.level, case.model, case.is_recommended) for case in cases] == [
        ("recording", "robust_z", True), ("recording", "sigma_rule", False), ("segment", "robust_z", True),
    ]  # fmt: skip
    assert list(cases[0].flag) == [False, True]
    assert list(cases[0].group) == ["M01", "M02"]
    assert list(cases[2].flag) == [True, False, False, True]
    assert list(cases[2].positive) == [False, False, True, True]
    assert {case.baseline for case in cases} == {"motor"}


def test_recording_without_a_label_is_judged_by_its_derived_state_alone():
    states = pd.DataFrame(
        {
            "recording_id": list("ccccb"), "segment": [0, 1, 2, 3, 0],
            "state": ["normal", "changed", "mixed", "unknown", "changed"],
        }
    )  # fmt: skip
    scores = _scores(c=[0.1, 0.9, 0.9, 0.9], b=[0.2])
    by_label = [case for case in judge_scores(scores, CATALOGUE, states) if case.truth == "recording_label"]
    (by_state,) = (case for case in judge_scores(scores, CATALOGUE, states) if case.truth == "derived_state")
    assert {len(case.score) for case in by_label} == {1}
    assert sorted(zip(by_state.score, by_state.positive, strict=True)) == [(0.1, False), (0.2, True), (0.9, True)]


def test_row_without_a_score_is_left_out():
    (by_segment,) = judge_scores(_scores(a=[np.nan, 0.3], b=[0.8]), CATALOGUE, None)
    assert list(by_segment.score) == [0.3, 0.8]


def test_data_without_labels_has_nothing_to_judge():
    assert judge_scores(_scores(c=[0.9]), CATALOGUE, None) == []
    assert precision_recall([]).columns.to_list() == [
        "recall",
        "precision",
        "truth",
        "level",
        "feature_set",
        "model",
        "baseline",
        "split",
    ]


def test_scores_of_a_recording_that_the_catalogue_lacks_are_refused():
    """Taken along, it would count as faulty: no label is not the label "healthy"."""
    with pytest.raises(ValueError, match="scores of recording x, which the catalogue lacks; run"):
        judge_scores(_scores(a=[0.1], x=[0.9]), CATALOGUE, None)


def test_figures_under_weights_are_those_of_repeated_items():
    """A weight of 3 is the item three times; many draws at once are the same as one by one."""
    rng = np.random.default_rng(5)
    score, positive = np.round(rng.normal(size=60), 1), rng.uniform(size=60) < 0.4
    flag, group = score > 0.5, np.repeat([f"M{k}" for k in range(12)], 5)
    weights = group_weights(group, 30, rng)
    assert weights.sum(axis=1).tolist() == [60.0] * 30
    together = weighted_figures(positive, score, flag, weights)
    for k, row in enumerate(weights):
        items = np.repeat(np.arange(60), row.astype(int))
        alone = weighted_figures(positive[items], score[items], flag[items], np.ones((1, len(items))))
        assert {name: values[k] for name, values in together.items()} == pytest.approx(
            {name: values[0] for name, values in alone.items()}, nan_ok=True
        )


def test_groups_are_drawn_whole():
    weights = group_weights(np.array(["a", "a", "b", "c", "c"]), 50, np.random.default_rng(0))
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 4]).all()
    assert len(group_weights(np.array(["a", "a"]), 50, np.random.default_rng(0))) == 0
