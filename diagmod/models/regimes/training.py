"""From the tables of the pipeline to regimes with labels, or to the reason why there are none.

Three tables: a row a regime, a row a segment, a row a view. No label of a recording is used to find a regime; what is
known of its members stands beside it. The labels of engineers come from the reviewed file alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.io.model_files import write_no_model
from diagmod.io.regime_tables import REGIME_SEGMENTS, REGIME_VIEWS, REGIMES
from diagmod.io.tables import conform, empty_table, joined
from diagmod.models.regimes.finding import find_regimes, why_not
from diagmod.models.regimes.labelling import label_rows
from diagmod.models.regimes.picture import Picture, picture_of
from diagmod.models.regimes.regime_rows import no_regimes, regime_rows, segment_rows, view_row
from diagmod.models.regimes.sentences import views_in_words
from diagmod.models.regimes.stored import write_regimes

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from diagmod.io.regime_files import ReviewedRegime
    from diagmod.models.regimes.finding import FoundRegimes
    from diagmod.models.regimes.settings import RegimeSettings
    from diagmod.models.regimes.stored import RegimeModel
    from diagmod.models.regimes.view_rows import ViewRows

#: Told after every part: parts done, parts in all, what was done.
OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class TrainedRegimes:
    """Tables ``regimes``, ``regime_segments`` and ``regime_views``, and the models of the views that have regimes."""

    regimes: pd.DataFrame
    segments: pd.DataFrame
    views: pd.DataFrame
    models: Mapping[str, RegimeModel]
    reason: str = ""

    def in_words(self) -> str:
        """What was found in each view, a sentence each."""
        return f"No regimes: {self.reason}." if self.reason else views_in_words(self.views)

    def write(self, folder: Path, lineage: dict[str, Any]) -> None:
        """Write the models, or only the reason why there are none."""
        if self.models:
            write_regimes(folder, self.models, lineage)
        else:
            reason = self.reason or "; ".join(self.views["reason"])
            write_no_model(folder, {"model_type": "none", "reason": reason, "lineage": lineage})


def train_regimes(
    data: ViewRows,
    reviewed: Sequence[ReviewedRegime],
    settings: RegimeSettings,
    refusal: str = "",
    on_progress: OnProgress = lambda done, total, text: None,
) -> TrainedRegimes:
    """Find the regimes of every view, recognise and label them, and tell how far to trust them.

    Parameters
    ----------
    data : ViewRows
    reviewed : sequence of ReviewedRegime
        What engineers said, see :func:`diagmod.io.regime_files.read_regimes`.
    settings : RegimeSettings
    refusal : str
        Why nothing is to be trained; empty for no objection.
    on_progress : callable
    """
    if refusal:
        empty = (empty_table(REGIMES), empty_table(REGIME_SEGMENTS), empty_table(REGIME_VIEWS))
        return TrainedRegimes(*empty, models={}, reason=refusal)
    regimes, segments, views, models = [], [], [], {}
    for done, view in enumerate(settings.views):
        if reason := why_not(view, data):
            views.append(no_regimes(view, reason, reviewed))
        else:
            found = find_regimes(view, data, settings, reviewed)
            labelled = label_rows(found, data, reviewed, settings)
            picture, shown = drawn_picture(found, settings)
            regimes.append(regime_rows(found, data, reviewed))
            segments.append(segment_rows(found, data, labelled, picture, shown))
            views.append(view_row(found, data, labelled, picture, settings))
            models[view] = found.model
        on_progress(done + 1, len(settings.views), view)
    reason = "" if models else "; ".join(f"{row['view']}: {row['reason']}" for row in views)
    tables = (joined(regimes, REGIMES), joined(segments, REGIME_SEGMENTS), conform(pd.DataFrame(views), REGIME_VIEWS))
    return TrainedRegimes(*tables, models, reason)


def drawn_picture(found: FoundRegimes, settings: RegimeSettings) -> tuple[Picture, NDArray[np.int64]]:
    """Picture of evenly spaced rows that were clustered, and which rows they are."""
    number = min(len(found.drawn), settings.max_picture)
    every = np.unique(np.linspace(0, len(found.drawn) - 1, number).round().astype(np.int64))
    shown = found.drawn[every]
    return picture_of(found.points[shown], settings.picture, settings.seed), shown
