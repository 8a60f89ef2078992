"""The parts of the regimes: drawing, clusters, matching, spread of labels, stability, picture."""

import numpy as np
import pandas as pd
import pytest

from diagmod.io.regime_files import ReviewedRegime
from diagmod.models.regimes.clustering import cluster_points, draw_rows, reaches
from diagmod.models.regimes.concentration import agreement, composition
from diagmod.models.regimes.label_spread import SpreadRule, check_spread, spread_labels
from diagmod.models.regimes.matching import match_regimes
from diagmod.models.regimes.picture import picture_of
from diagmod.models.regimes.settings import SpreadSettings
from diagmod.models.regimes.stability import retrain

RULE = SpreadRule(neighbours=3, limit=1.0, confidence=0.6)


def blobs(*centres, each=60, seed=0):
    rng = np.random.default_rng(seed)
    return np.vstack([rng.normal(c, 0.3, (each, 2)) for c in centres])


def regime(name, *place):
    figures = {f"f{k}": float(v) for k, v in enumerate(place)}
    return ReviewedRegime(
        id=name, view="shape", centroid=figures, usual=dict.fromkeys(figures, 0.0), scale=dict.fromkeys(figures, 1.0)
    )


def test_segments_are_drawn_evenly_and_stay_drawn_when_recordings_come():
    about = pd.DataFrame({"recording_id": np.repeat(["a", "b", "c"], 9)})
    known = np.ones(27, dtype=bool)
    assert draw_rows(about, known, 3, 100).tolist() == [0, 4, 8, 9, 13, 17, 18, 22, 26]
    assert draw_rows(about.iloc[:18], known[:18], 3, 100).tolist() == [0, 4, 8, 9, 13, 17]
    assert draw_rows(about, known, 3, 2).tolist() == [0, 18]
    assert draw_rows(about, ~known, 3, 2).tolist() == []


def test_two_dense_places_are_two_clusters_the_larger_first():
    points = np.vstack([blobs((5, 5), each=40), blobs((0, 0), each=80)])
    found = cluster_points(points, 20, 8)
    assert found.number == 2
    assert (found.labels[40:] == 0).mean() > 0.8 and (found.labels[:40] == 1).mean() > 0.8
    reach = reaches(points, found.labels, 8)
    assert (reach > 0).all() and (reach < 2).all()


def test_what_has_no_gap_is_one_cluster_and_too_few_points_are_none():
    for seed in range(5):
        cloud = np.random.default_rng(seed).normal(0, 1, (300, 2))
        found = cluster_points(cloud, 30, 12)
        assert found.number == 1 and (found.labels == 0).mean() >= 0.95
    assert cluster_points(cloud[:5], 30, 12).number == 0
    same = cluster_points(np.zeros((50, 2)), 10, 4)
    assert same.number == 1 and np.isfinite(same.strengths).all()


def test_the_nearest_pair_within_the_limit_keeps_its_id():
    old = [regime("S2", 0, 0), regime("S7", 6, 0)]
    found = match_regimes("shape", ["f0", "f1"], np.array([[6.1, 0], [0.2, 0], [3.0, 9]]), old, 0.5)
    assert found.ids == ("S7", "S2", "S8") and found.vanished == ()
    np.testing.assert_allclose(found.distances[1], 0.2 / np.sqrt(2))
    assert np.isnan(found.distances[2])


def test_other_figures_another_view_or_too_far_are_no_match():
    place = np.array([[1.0, 0.0]])
    assert match_regimes("shape", ["f0", "g"], place, [regime("S1", 1, 0)], 0.5).vanished == ("S1",)
    assert match_regimes("operation", ["f0", "f1"], place, [regime("S1", 1, 0)], 0.5).ids == ("O1",)
    far = match_regimes("shape", ["f0", "f1"], place, [regime("S1", 3, 0)], 0.5)
    assert far.ids == ("S2",) and far.vanished == ("S1",)
    assert match_regimes("shape", ["f0"], np.empty((0, 1)), [regime("S1", 3)], 0.5).vanished == ("S1",)


def test_a_label_spreads_to_near_points_alone_and_never_beyond_the_limit():
    points = np.array([[0.0], [0.1], [0.2], [0.3], [1.19], [1.3], [50.0], [np.nan]])
    labels = np.array(["a", "a", "a", "", "", "", "", ""])
    found, share = spread_labels(points, labels, RULE)
    assert found.tolist() == ["", "", "", "a", "", "", "", ""]  # 1.19 has one near neighbour of three: too few
    assert share[3] == 1.0 and np.isnan(share[[0, 4, 6, 7]]).all()


def test_neighbours_that_disagree_give_no_label():
    points = np.array([[0.0], [0.2], [0.1]])
    rule = SpreadRule(neighbours=2, limit=1.0, confidence=0.6)
    assert spread_labels(points, np.array(["a", "b", ""]), rule)[0].tolist() == ["", "", ""]
    assert spread_labels(points, np.array(["", "", ""]), rule)[0].tolist() == ["", "", ""]


def test_spread_is_judged_by_groups_whose_labels_are_hidden():
    points = np.vstack([blobs((0, 0), each=60), blobs((9, 9), each=60)])
    labels = np.repeat(["a", "b"], 60)
    groups = [f"g{k % 4}" for k in range(120)]
    seen = []

    def place(train):
        seen.append(set(np.array(groups)[train]))
        return points, RULE

    right = check_spread(labels, groups, place, 4, 0)
    assert right.right_share == 1.0 and right.told_share > 0.8 and right.n_hidden == 120
    assert all(len(one) == 3 for one in seen)
    alone = ["g" + label for label in labels]  # each label lives in one group: nothing can be told rightly
    wrong = check_spread(labels, alone, lambda train: (points, RULE), 2, 0)
    assert wrong.told_share == 0.0 and np.isnan(wrong.right_share)
    assert "nothing can be hidden" in check_spread(labels[:60], groups[:60], place, 4, 0).reason


def test_a_regime_that_comes_back_has_overlap_one_and_a_chance_one_little():
    labels = np.repeat([0, 1], 60)
    groups = np.array([f"g{k % 6}" for k in range(120)])
    same = retrain(labels, groups, lambda seen: labels[seen], 8, 0)
    assert same.rand == same.rand_low == 1.0 and same.overlaps.tolist() == [1.0, 1.0]
    chance = np.random.default_rng(0).integers(0, 2, 120)
    other = retrain(labels, groups, lambda seen: chance[seen], 8, 0)
    assert abs(other.rand) < 0.2 and (other.overlaps < 0.6).all()
    none = retrain(labels, groups, lambda seen: labels[seen], 0, 0)
    assert np.isnan(none.rand) and none.n_retrainings == 0
    assert retrain(labels, np.full(120, "g"), lambda seen: labels[seen], 8, 0).n_retrainings == 0


def test_composition_by_hand():
    about = pd.DataFrame(
        {
            "recording_id": ["a", "a", "b", "c"], "motor_id": ["M1", "M1", "M1", "M2"],
            "condition": ["healthy", "healthy", "", "broken_bar"],
        }
    )  # fmt: skip
    row = composition(np.zeros(4, dtype=int), about).iloc[0]
    assert (row["n_segments"], row["n_recordings"], row["n_motors"], row["largest_motor_share"]) == (4, 3, 2, 0.75)
    assert row["main_condition"] == "healthy" and row["main_condition_share"] == 2 / 3
    assert composition(np.full(4, -1), about).empty
    assert agreement(np.array([0, 0, 1, 1]), np.array(["a", "a", "b", "b"])) == pytest.approx(1.0)
    assert np.isnan(agreement(np.array([-1, -1]), np.array(["a", "b"])))


def test_the_picture_is_the_same_twice_and_keeps_two_gatherings_apart():
    points = blobs((0, 0), (8, 8), each=40)
    first, second = (picture_of(points, "umap", 7) for _ in range(2))
    assert first.method == "umap" and first.places.tobytes() == second.places.tobytes()
    middles = first.places[:40].mean(axis=0), first.places[40:].mean(axis=0)
    assert np.linalg.norm(middles[0] - middles[1]) > 3 * first.places[:40].std()


def test_few_points_fall_back_to_main_components_with_the_reason():
    picture = picture_of(np.ones((5, 1)), "umap", 7)
    assert picture.method == "pca" and "few for UMAP" in picture.reason and picture.places.shape == (5, 2)
    with pytest.raises(ValueError, match="picture must be umap or pca, got 'x'"):
        picture_of(np.ones((5, 1)), "x", 7)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"neighbours": 0}, "spread_neighbours must be at least 1, got 0"),
        ({"reaches": float("nan")}, "spread_reaches must be at least 0, got nan"),
        ({"confidence": 0.5}, "spread_confidence must lie above 0.5"),
    ],
)
def test_a_wrong_rule_of_spread_is_told(changed, sentence):
    with pytest.raises(ValueError, match=sentence):
        SpreadSettings(**{"neighbours": 3, "reaches": 1.0, "confidence": 0.8, **changed})
