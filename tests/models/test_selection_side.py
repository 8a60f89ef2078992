"""Help for choosing features looks at the training side alone, or says why it cannot."""

import numpy as np
import pandas as pd
import pytest

from diagmod.core.features import features_at
from diagmod.models.selection_side import selection_of_training_side
from diagmod.models.split import group_folds

NAMES = [feature.name for feature in features_at("segment") if feature.is_scale_free]
MOTORS, EACH, FOLDS, SEED = 8, 6, 4, 7


def fleet(seed=0):
    """Half of the recordings of every motor is faulty, and `h5_R` alone says which."""
    rng = np.random.default_rng(seed)
    n = MOTORS * EACH
    ill = np.tile([False, True], n // 2)
    varies = np.array([name.startswith("h") for name in NAMES])  # the others are constant, and so left out
    frame = pd.DataFrame(np.where(varies, rng.normal(size=(n, len(NAMES))), 1.0), columns=NAMES)
    frame["h5_R"] = np.where(ill, 5.0, 0.0) + rng.normal(0, 0.1, n)
    frame["h5_S"] = frame["h5_R"] + rng.normal(0, 0.01, n)
    frame = pd.concat([pd.DataFrame({"recording_id": [f"r{k}" for k in range(n)]}), frame], axis=1)
    catalogue = pd.DataFrame(
        {
            "recording_id": frame["recording_id"], "condition": np.where(ill, "broken_bar", "healthy"),
            "split_group": np.repeat([f"M{k}" for k in range(MOTORS)], EACH), "acquisition": "good",
        }
    )  # fmt: skip
    return frame, catalogue


def test_the_feature_that_tells_the_condition_is_found_with_its_double():
    table = selection_of_training_side(*fleet(), FOLDS, SEED).table
    best = table.nlargest(2, "information_bit")
    assert set(best["feature"]) == {"h5_R", "h5_S"}
    assert best["cluster"].nunique() == 1
    assert (best["information_bit"] > 0.5).all()


def test_what_stands_on_the_judged_side_changes_nothing():
    frame, catalogue = fleet()
    judged = np.asarray(group_folds(catalogue["split_group"].tolist(), FOLDS, SEED)) == 0
    other = frame.copy()
    other.loc[judged, NAMES] = 99.0
    tables = [selection_of_training_side(one, catalogue, FOLDS, SEED).table for one in (frame, other)]
    pd.testing.assert_frame_equal(*tables)


def test_recordings_without_label_or_good_acquisition_do_not_count():
    frame, catalogue = fleet()
    assert "0 labelled" in selection_of_training_side(frame, catalogue.assign(condition=""), FOLDS, SEED).reason
    assert (
        "0 labelled" in selection_of_training_side(frame, catalogue.assign(acquisition="unusable"), FOLDS, SEED).reason
    )


@pytest.mark.parametrize("n_groups", [1, 3])
def test_too_few_split_groups_are_a_reason(n_groups):
    frame, catalogue = fleet()
    few = catalogue.assign(split_group=[f"M{k % n_groups}" for k in range(len(catalogue))])
    found = selection_of_training_side(frame, few, FOLDS, SEED)
    assert found.table.empty
    assert found.reason == f"{n_groups} split groups, at least 4 are needed for its folds"
