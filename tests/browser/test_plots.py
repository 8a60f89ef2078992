"""What ``dvc plots show`` makes with our page is drawn by a browser that has no network."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from diagmod.plots_page import plots_page

PIPELINE = """\
plots:
- Precision and recall:
    x: recall
    y:
      all.csv: precision
    x_label: recall (1)
    y_label: precision (1)
- Anomaly score:
    x: recording
    y:
      scores.csv: score
    template: scatter
"""


@pytest.mark.browser
def test_plots_of_dvc_are_drawn_without_a_network(tmp_path, visit):
    (tmp_path / "plots.html").write_text(plots_page(), encoding="utf-8")
    (tmp_path / "all.csv").write_text("recall,precision\n1,0.5\n0.5,0.75\n0,1\n")
    (tmp_path / "scores.csv").write_text("recording,score\n1,0.4\n2,0.7\n")
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    for command in (["init", "-q", "--no-scm"], ["config", "plots.html_template", "../plots.html"], ["plots", "show"]):
        done = subprocess.run(
            [sys.executable, "-m", "dvc", *command], cwd=tmp_path, env=environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    seen = visit(offline=True)
    made = (tmp_path / "dvc_plots" / "index.html").as_uri()
    seen.page.goto(made)
    seen.page.wait_for_function("document.querySelectorAll('canvas, svg.marks').length >= 2")
    painted = seen.page.evaluate(
        """[...document.querySelectorAll('canvas')].map(c => new Set(
             c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size)"""
    )
    assert all(colours > 2 for colours in painted), "a canvas is empty"
    assert seen.outside(made) == []
    assert seen.problems == []
