"""Help for choosing features as a person reads it: a row a cluster, the most telling first."""

from __future__ import annotations

import pandas as pd

#: Members of a cluster that are named before "and n more".
_MOST_NAMED = 6

#: Units of the columns, for :func:`diagmod.views.tables.table`.
SELECTION_UNITS = {"information_bit": "bit", "chance_bit": "bit"}


def selection_by_cluster(selection: pd.DataFrame) -> pd.DataFrame:
    """One row a cluster: its representative, what stands for, and what it says of the label.

    Parameters
    ----------
    selection : DataFrame
        From :func:`diagmod.models.feature_selection.selection_help`.

    Returns
    -------
    DataFrame
        Columns representative, stands_for, information_bit (greatest of the cluster), chance_bit, loss, spread.
    """
    rows = []
    for leading, members in selection.groupby("representative", sort=False):
        others = [name for name in members["feature"] if name != leading]
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        own = members[members["feature"] == leading].iloc[0]
        rows.append(
            {
                "representative": leading, "stands_for": ", ".join(others[:_MOST_NAMED]) + more,
                "information_bit": members["information_bit"].max(), "chance_bit": own["chance_bit"],
                "loss": own["loss"], "spread": own["spread"],
            }
        )  # fmt: skip
    columns = ["representative", "stands_for", "information_bit", "chance_bit", "loss", "spread"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["loss", "information_bit"], ascending=False, ignore_index=True)


def selection_in_words(selection: pd.DataFrame) -> str:
    """How many features say something of their own, in one sentence."""
    telling = selection[selection["information_bit"] > selection["chance_bit"]]
    strongest = selection.nlargest(1, "information_bit").iloc[0]
    return (
        f"We see {len(selection)} features in {selection['cluster'].nunique()} clusters that rise and fall together; "
        f"{len(telling)} features say more of the label than chance does; the most says {strongest['feature']} with "
        f"{strongest['information_bit']:.2f} bit. All of it from the training side."
    )
