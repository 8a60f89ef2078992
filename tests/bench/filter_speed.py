"""The slowest answer to a changed filter on a fleet of 500 motors with 100 000 recordings, against a bare figure.

The floor is what no page can go below: a figure of 5000 points made, turned to JSON and a table of 500 rows written as
HTML, in the same process.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

import numpy as np
import pandas as pd
from bench.rows import Row
from big_fleet import make_big_fleet
from filter_changes import LIMIT_S, all_changes

from diagmod.io.paths import project_root
from diagmod.views.theme import figure

#: Rounds of the floor.
ROUNDS = 15


def filter_change_s(workshop: Path) -> Row:
    """Slowest change of a control on any page (s of the processor); the ratio is against the limit of 0.3 s."""
    root = make_big_fleet(project_root(), workshop / "large")
    worst = max(all_changes(root), key=lambda change: change.seconds)
    return Row("filter_change_s", worst.seconds, "s", _floor_s(), worst.seconds / LIMIT_S, 1.0)


def _floor_s() -> float:
    taken = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        chart = figure("title", "time (s)", "current (A)")
        chart.add_scatter(x=np.arange(5000.0), y=np.arange(5000.0))
        json.dumps(chart.to_dict(), default=str)
        pd.DataFrame(np.zeros((500, 10))).to_html()
        taken.append(time.process_time() - begin)
    return statistics.median(taken)
