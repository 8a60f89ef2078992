"""Help for choosing features in rows that a person reads."""

import numpy as np
import pandas as pd

from diagmod.views.selection_tables import selection_by_cluster, selection_in_words


def _selection():
    return pd.DataFrame(
        {
            "feature": ["a", *(f"b{k}" for k in range(8)), "c"],
            "cluster": [1] * 9 + [2],
            "size": [9] * 9 + [1],
            "representative": ["a"] * 9 + ["c"],
            "rho": 1.0,
            "information_bit": [0.5, 0.9, *[0.1] * 7, 0.3],
            "chance_bit": 0.2,
            "loss": [0.01, *[np.nan] * 8, 0.2],
            "spread": [0.0, *[np.nan] * 8, 0.1],
        }
    )


def test_a_row_stands_for_its_cluster_and_the_most_telling_is_first():
    rows = selection_by_cluster(_selection())
    assert rows["representative"].tolist() == ["c", "a"]
    assert rows["stands_for"].tolist() == ["", "b0, b1, b2, b3, b4, b5 and 2 more"]
    assert rows["information_bit"].tolist() == [0.3, 0.9]


def test_the_sentence_counts():
    assert selection_in_words(_selection()) == (
        "We see 10 features in 2 clusters that rise and fall together; 3 features say more of the label than chance "
        "does; the most says b0 with 0.90 bit. All of it from the training side."
    )


def test_nothing_is_a_table_without_rows():
    assert selection_by_cluster(_selection()[:0]).empty
