"""Figures of the embedding: what is drawn is what was computed, and nothing is drawn of nothing."""

import numpy as np
import pandas as pd
from handmade_interim import recordings

from diagmod.core.order_spectra import ORDERS
from diagmod.views.embedding_figures import embedding_figure, picture_figure


def _embeddings():
    """Six recordings on a line in three dimensions: 0, 1, ... 5 along the second number; the last is held out."""
    keys = list("abcdef")
    numbers = {"e01": 0.0, "e02": np.arange(6.0), "e03": [0, 0.1, 0, 0.1, 0, 0.1]}
    held = [False] * 5 + [True]
    return pd.DataFrame({"recording_id": keys, "fold": 0, "is_held_out": held, **numbers, "error_db": 1.0})


def _catalogue():
    labels = ["healthy"] * 3 + ["broken_bar"] * 3
    rows = zip("abcdef", labels, strict=True)
    return recordings(*({"recording_id": key, "file": f"{key}.csv", "condition": label} for key, label in rows))


def test_the_first_direction_is_that_in_which_the_learned_rows_differ_most():
    chart = embedding_figure(_embeddings(), _catalogue(), 0)
    healthy = next(trace for trace in chart.data if trace.name == "healthy")
    assert np.diff(healthy.x).round(2).tolist() == [1.0, 1.0]
    ring = next(trace for trace in chart.data if trace.name == "held out")
    assert len(ring.x) == 1
    assert round(ring.x[0] - healthy.x[0], 2) == 5.0


def test_one_number_is_drawn_on_a_line():
    chart = embedding_figure(_embeddings().drop(columns=["e02", "e03"]), _catalogue(), 0)
    assert set(np.concatenate([trace.y for trace in chart.data])) == {0.0}


def test_another_fold_or_none_draws_nothing():
    assert not embedding_figure(_embeddings(), _catalogue(), 7).data
    assert not embedding_figure(_embeddings()[:0], _catalogue(), 0).data


def test_the_middle_of_the_spectra_is_drawn_in_each_pane_and_undefined_ones_are_left_out():
    pictures = np.stack([np.full((3, len(ORDERS)), level) for level in (-80.0, -70.0, -60.0, np.nan)])
    chart = picture_figure(pictures)
    middles = [trace for trace in chart.data if len(trace.x) == len(ORDERS)]
    assert [set(trace.y) for trace in middles] == [{-70.0}] * 3
    assert not picture_figure(pictures[3:]).data
