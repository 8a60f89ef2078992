"""From segments to regimes: found, the same again, named, stored; or the reason why not."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from handmade_regimes import handmade_views, only, quick_settings

from diagmod.io.model_files import ModelError, read_facts
from diagmod.io.regime_files import ReviewedRegime
from diagmod.models.regimes.sentences import motors_in_words, spread_in_words
from diagmod.models.regimes.stored import read_regime_models
from diagmod.models.regimes.training import TrainedRegimes, train_regimes

DATA = handmade_views()


@pytest.fixture(scope="module")
def trained() -> TrainedRegimes:
    return train_regimes(DATA, (), quick_settings())


def reviewed(table: pd.DataFrame, **labels: str) -> tuple[ReviewedRegime, ...]:
    """A table ``regimes`` as a reviewed file would hold it."""
    found = []
    for row in table.itertuples():
        place = json.loads(row.centroid)
        said = {"kind": "defect", "reviewed_by": "A", "reviewed_on": "2026-01-31"} if row.regime in labels else {}
        places = {"centroid": place["centroid"], "usual": place["usual"], "scale": place["spread"]}
        label = labels.get(row.regime, "")
        found.append(ReviewedRegime(id=row.regime, view=row.view, label=label, **said, **places))
    return tuple(found)


def test_both_views_find_the_usual_and_the_changed_segments(trained):
    assert trained.regimes["regime"].tolist() == ["O1", "O2", "S1", "S2"]
    assert trained.regimes["main_condition"].tolist() == ["healthy", "broken_bar"] * 2
    assert (trained.regimes["main_condition_share"] > 0.99).all()
    assert trained.regimes["n_motors"].tolist() == [9, 3, 9, 3]
    assert (trained.regimes["standing"] == "regime").all() and (trained.views["rand"] > 0.9).all()


def test_held_against_the_fleet_the_shapes_would_be_the_motors(trained):
    shape = trained.views.set_index("view").loc["shape"]
    assert shape["motor_agreement_raw"] > 0.8 > 0.4 > shape["motor_agreement"]
    assert "would be" in motors_in_words(trained.regimes, trained.views)


def test_neither_seed_nor_order_of_the_rows_changes_a_regime(trained):
    again = train_regimes(DATA, (), quick_settings(seed=99))
    same = ["view", "regime", "n_segments", "centroid", "typical"]
    pd.testing.assert_frame_equal(again.regimes[same], trained.regimes[same])
    columns = ["recording_id", "segment", "regime", "strength"]
    pd.testing.assert_frame_equal(again.segments[columns], trained.segments[columns])


def test_more_data_leave_the_reviewed_ids_where_they_were():
    """The changed regime is the smaller one at first and the larger one later; only the review keeps the names."""
    few = only(DATA, ~DATA.about["motor_id"].isin(["M02", "M08"]).to_numpy())
    first = train_regimes(few, (), quick_settings(n_retrainings=0, smallest_recordings=3, neighbour_recordings=1))
    named = reviewed(first.regimes)
    swapped = tuple(
        dataclasses.replace(one, id={"S1": "S2", "S2": "S1", "O1": "O2", "O2": "O1"}[one.id]) for one in named
    )
    grown = train_regimes(DATA, swapped, quick_settings(n_retrainings=0))
    healthy = grown.regimes[grown.regimes["main_condition"] == "healthy"]
    assert healthy["regime"].tolist() == ["O2", "S2"] and (grown.regimes["match_distance"] < 0.5).all()


def test_a_reviewed_regime_that_is_gone_is_told_and_its_id_is_not_used_again(trained):
    far = [
        dataclasses.replace(one, centroid={name: value + 40 * one.scale[name] for name, value in one.centroid.items()})
        for one in reviewed(trained.regimes)
    ]
    moved = train_regimes(DATA, far, quick_settings(n_retrainings=0))
    assert moved.regimes["regime"].tolist() == ["O3", "O4", "S3", "S4"]
    assert moved.views["vanished"].tolist() == ["O1, O2", "S1, S2"]
    assert "Reviewed but not found again: S1, S2." in moved.in_words()


def test_a_label_holds_for_its_regime_and_coverage_adds_up(trained):
    named = reviewed(trained.regimes, S1="healthy", S2="broken_bar")
    labelled = train_regimes(DATA, named, quick_settings(n_retrainings=0))
    shape = labelled.segments[labelled.segments["view"] == "shape"]
    assert set(shape.loc[shape["regime"] == "S2", "label"]) == {"broken_bar"}
    assert set(shape.loc[shape["regime"] == "S2", "label_source"]) == {"reviewed"}
    assert (labelled.segments.loc[labelled.segments["view"] == "operation", "label"] == "").all()
    shares = labelled.views[["reviewed_share", "spread_share", "unlabelled_share"]]
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    judged = labelled.views.set_index("view").loc["shape"]
    assert judged["spread_of"] == "label" and judged["spread_right"] > 0.95 and judged["spread_told"] > 0.5
    assert "reviewed labels spread to" in spread_in_words(labelled.views)


def test_a_gathering_of_one_motor_is_said_to_be_that_motor():
    keep = DATA.about["motor_id"].isin(
        ["M02", *(m for m in DATA.about["motor_id"].unique() if m not in ("M05", "M08"))]
    )
    found = train_regimes(only(DATA, keep.to_numpy()), (), quick_settings(n_retrainings=0))
    changed = found.regimes[found.regimes["main_condition"] == "broken_bar"]
    assert set(changed["standing"]) == {"one_motor"} and set(changed["largest_motor"]) == {"M02"}
    assert "is motor M02 and no regime" in motors_in_words(found.regimes, found.views)


def test_one_idling_motor_has_one_regime_that_is_not_called_a_motor():
    alone = only(DATA, (DATA.about["motor_id"] == "M00").to_numpy())
    found = train_regimes(alone, (), quick_settings())
    assert found.regimes["regime"].tolist() == ["O1", "S1"] and "one_motor" not in set(found.regimes["standing"])
    assert "Nothing can be said of motors" in motors_in_words(found.regimes, found.views)


def test_the_stored_model_says_of_its_segments_what_the_table_says(trained, tmp_path):
    trained.write(tmp_path / "a", {"stage": "x"})
    trained.write(tmp_path / "b", {"stage": "x"})
    for name in ("model.json", "model.safetensors"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    models, facts = read_regime_models(tmp_path / "a")
    assert set(models) == {"operation", "shape"} and "shape.crest" in facts["features"]
    for view, model in models.items():
        regimes, strengths = model.assign(DATA.rows[view])
        own = trained.segments[trained.segments["view"] == view]
        assert regimes.tolist() == own["regime"].tolist()
        np.testing.assert_allclose(strengths, own["strength"])


def test_a_new_motor_is_assigned_and_what_is_far_from_everything_is_not(trained):
    new = handmade_views(3, 12, seed=5)
    model = trained.models["operation"]
    regimes, _ = model.assign(new.rows["operation"])
    is_changed = new.about["condition"].to_numpy(str) == "broken_bar"
    assert set(regimes[is_changed]) <= {"O2", ""} and (regimes[is_changed] == "O2").mean() > 0.7
    assert set(regimes[~is_changed]) <= {"O1", ""} and (regimes[~is_changed] == "O1").mean() > 0.7
    far = dataclasses.replace(new.rows["operation"], values=new.rows["operation"].values + 500.0)
    assert set(model.assign(far)[0]) == {""} and (model.assign(far)[1] == 0).all()
    unknown = dataclasses.replace(far, values=np.full_like(far.values, np.nan))
    assert set(model.assign(unknown)[0]) == {""} and np.isnan(model.assign(unknown)[1]).all()


def test_a_tampered_model_is_refused(trained, tmp_path):
    trained.write(tmp_path, {"stage": "x"})
    content = bytearray((tmp_path / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "model.safetensors").write_bytes(bytes(content))
    with pytest.raises(ModelError, match=r"is not the file that model\.json describes"):
        read_regime_models(tmp_path)


def test_too_little_gives_empty_tables_and_the_reason(tmp_path):
    few = only(DATA, DATA.about["recording_id"].isin(["r0000", "r0001"]).to_numpy())
    found = train_regimes(few, (), quick_settings())
    assert found.regimes.empty and found.segments.empty and "10 are needed" in found.in_words()
    found.write(tmp_path, {})
    assert "10 are needed" in read_facts(tmp_path)["reason"]
    refused = train_regimes(DATA, (), quick_settings(), "the data set is not ready")
    assert refused.views.empty and refused.in_words() == "No regimes: the data set is not ready."


def test_figures_that_nobody_knows_are_left_out_and_told():
    values = DATA.rows["operation"].values.copy()
    values[:, 0] = np.nan  # no nameplate with a rated current
    rows = {**DATA.rows, "operation": dataclasses.replace(DATA.rows["operation"], values=values)}
    found = train_regimes(dataclasses.replace(DATA, rows=rows), (), quick_settings(n_retrainings=0))
    assert found.views["left_out"].tolist() == ["current_share", ""] and found.regimes["current_share"].isna().all()
    single = np.full_like(values, np.nan)
    rows = {**DATA.rows, "operation": dataclasses.replace(DATA.rows["operation"], values=single)}
    found = train_regimes(dataclasses.replace(DATA, rows=rows), (), quick_settings(n_retrainings=0))
    assert "0 of 4 figures of the view are known" in found.views["reason"].iloc[0]
    assert set(found.regimes["view"]) == {"shape"}


def test_constant_figures_and_wild_values_do_not_stop_it():
    values = DATA.rows["operation"].values.copy()
    values[:, 1], values[0, 2], values[5, 0] = 3.0, 1e12, np.inf
    rows = {**DATA.rows, "operation": dataclasses.replace(DATA.rows["operation"], values=values)}
    found = train_regimes(dataclasses.replace(DATA, rows=rows), (), quick_settings(n_retrainings=2))
    operation = found.regimes[found.regimes["view"] == "operation"]
    assert operation["main_condition"].tolist() == ["healthy", "broken_bar"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"views": ("colour",)}, "views must be some of operation, shape"),
        ({"views": ()}, "got none"),
        ({"smallest_recordings": 1}, "smallest_recordings must be at least 2, got 1"),
        ({"keep_share": 0.0}, "keep_share must lie above 0"),
        ({"n_folds": 1}, "n_folds must be at least 2"),
        ({"picture": "tsne"}, "picture must be umap or pca"),
        ({"match_spreads": float("nan")}, "match_spreads must be at least 0, got nan"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(changed, sentence):
    with pytest.raises(ValueError, match=sentence):
        quick_settings(**changed)
