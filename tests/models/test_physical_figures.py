"""Figures with physics: logarithms of ratios, the weaker of a pair, and nothing where nothing is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diagmod.models.physical_figures import FIGURES, NAMES, log10_of, physical_figures

TONES = ("bpfo", "bpfi", "bsf", "ftf")
RATIOS = ("am_depth", "pm_rms", "park_2f", "i0_over_i1", "interharmonic_R", "thd_R", "i2_over_i1")


def features(**columns):
    """Two recordings, a and b."""
    pairs = {f"{tone}_{side}_prominence_db": [3.0, 3.0] for tone in TONES for side in ("lower", "upper")}
    return pd.DataFrame({"recording_id": ["a", "b"], **pairs, **{name: [1.0, 1.0] for name in RATIOS}, **columns})


def verdicts(bars=(np.nan, np.nan), hidden=(np.nan, np.nan), shaft=(np.nan, np.nan)):
    rows = [("b", "broken_bar", bars[1], hidden[1]), ("a", "broken_bar", bars[0], hidden[0]),
            ("a", "eccentricity", shaft[0], np.nan), ("b", "eccentricity", shaft[1], np.nan)]  # fmt: skip
    return pd.DataFrame(rows, columns=["recording_id", "fault", "severity_value", "hidden_value"])


def test_bars_are_those_measured_or_else_those_that_may_hide():
    """log10(1 bar) = 0 for the measured one, log10(0.01) = -2 for the hidden one."""
    found = physical_figures(features(), verdicts(bars=(1.0, np.nan), hidden=(5.0, 0.01)))
    assert found["bars"].tolist() == [0.0, -2.0]


def test_fewer_bars_than_can_be_told_from_none_are_the_least():
    assert physical_figures(features(), verdicts(bars=(0.0, 1e-9)))["bars"].tolist() == [-3.0, -3.0]


def test_a_doubling_of_a_ratio_counts_the_same_everywhere():
    found = physical_figures(features(thd_R=[1.0, 2.0], am_depth=[0.01, 0.02]), verdicts())
    assert np.diff(found["thd_R_log"]).item() == pytest.approx(np.log10(2))
    assert np.diff(found["am_depth_log"]).item() == pytest.approx(np.log10(2))


@pytest.mark.parametrize("tone", TONES)
def test_of_a_pair_of_tones_the_weaker_counts(tone):
    one_sided = features(**{f"{tone}_lower_prominence_db": [40.0, 40.0], f"{tone}_upper_prominence_db": [1.0, 30.0]})
    assert physical_figures(one_sided, verdicts())[f"{tone}_pair_db"].tolist() == [1.0, 30.0]


def test_half_a_pair_is_no_pair():
    found = physical_figures(features(bpfo_upper_prominence_db=[np.nan, 5.0]), verdicts())
    assert found["bpfo_pair_db"].isna().tolist() == [True, False]


def test_what_is_not_known_stays_unknown():
    unknown = features(**{name: [np.nan, np.nan] for name in RATIOS})
    found = physical_figures(unknown, verdicts())
    assert found[["bars", "shaft_dbc", "i2_log", "thd_R_log"]].isna().all().all()


def test_a_recording_without_a_diagnosis_has_neither_bars_nor_shaft():
    found = physical_figures(features(), verdicts(bars=(1.0, 1.0), shaft=(-60.0, -60.0)).iloc[[1, 2]])
    assert found["bars"].isna().tolist() == [False, True]
    assert found["shaft_dbc"].isna().tolist() == [False, True]


def test_the_figures_are_those_that_are_described_in_their_order():
    found = physical_figures(features(), verdicts())
    assert ("recording_id", *NAMES) == (*found.columns, "i2_change_log")
    assert len(set(NAMES)) == len(NAMES)


def test_rows_keep_the_order_of_the_recordings_whatever_that_of_the_diagnoses():
    found = physical_figures(features(), verdicts(bars=(1.0, 0.1)).sample(frac=1, random_state=3))
    assert found["recording_id"].tolist() == ["a", "b"]
    assert found["bars"].tolist() == pytest.approx([0.0, -1.0])


def test_what_rests_on_i2_says_so():
    assert {figure.name for figure in FIGURES if figure.rests_on_i2} == {"park_2f_log", "i2_log", "i2_change_log"}


def test_no_recording_gives_an_empty_table():
    assert len(physical_figures(features().iloc[:0], verdicts().iloc[:0])) == 0


def test_logarithms_have_a_floor_and_keep_what_is_unknown():
    assert log10_of(np.array([1e-9, 1.0, np.nan, np.inf]), 1e-4).tolist()[:2] == [-4.0, 0.0]
    assert np.isnan(log10_of(np.array([np.nan]), 1e-4)).all()
