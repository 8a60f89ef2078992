"""The page "Recording explorer" of a project that was really built: a zoom by mouse shows the true samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from browser.conftest import running_voila

from diagmod.io.results import Results
from diagmod.io.waveforms import read_waveform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page
    from tiny_project import Project

pytestmark = pytest.mark.browser

ADDRESS = "voila/render/recording.ipynb"

_STATE = """() => {
  const node = document.querySelector(".js-plotly-plot"), whole = node._fullData.find((t) => t.name === "S");
  return { range: node._fullLayout.xaxis.range, x: Array.from(whole.x), y: Array.from(whole.y) };
}"""


@pytest.fixture(scope="module")
def base(tiny_project: Project) -> Iterator[str]:
    """Address of a server of the built project's own dashboards."""
    with running_voila(tiny_project.root / "notebooks" / "dashboards", root=tiny_project.root) as address:
        yield address


@pytest.fixture(scope="module")
def row(tiny_project: Project) -> dict:
    """The newest recording of three phases of the first motor that has one."""
    found = Results(tiny_project.root).table("recordings")
    found = found[found["phases"] == "RST"].sort_values(["motor_id", "started_at"], ascending=[True, False])
    return found.iloc[0].to_dict()


def _open(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("footer.dm-footer")
    page.wait_for_selector(".js-plotly-plot .main-svg")


def _drag(page: Page, begin: float, end: float) -> None:
    """Mark a part of the figure with the mouse; shares of its width."""
    area = page.locator(".js-plotly-plot .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + begin * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + (begin + end) / 2 * box["width"], y, steps=3)
    page.mouse.move(box["x"] + end * box["width"], y, steps=3)
    page.mouse.up()


def test_a_zoom_by_mouse_shows_the_true_samples_and_the_link_restores_it(base, visit, row, tiny_project):
    seen = visit()
    page = seen.page
    _open(page, f"{base}{ADDRESS}?recording={row['recording_id']}")
    page.wait_for_selector(".dm-grid")
    whole = page.evaluate(_STATE)
    assert whole["range"] == [0, pytest.approx(row["duration_s"])]
    _drag(page, 0.40, 0.44)
    page.wait_for_url("**begin=**")
    page.wait_for_function(f"() => ({_STATE})().x.length != {len(whole['x'])}")
    zoomed = page.evaluate(_STATE)
    begin, end = zoomed["range"]
    share = [(edge - 0.0) / row["duration_s"] for edge in (begin, end)]
    assert share == [pytest.approx(0.40, abs=0.01), pytest.approx(0.44, abs=0.01)]
    samples = read_waveform(tiny_project.root / f"data/interim/waveforms/{row['recording_id']}.parquet", "S")[0]
    x, y = np.array(zoomed["x"]), np.array(zoomed["y"])
    inside = (x >= begin) & (x <= end)
    first, last = np.ceil(begin * row["fs_hz"]), np.floor(end * row["fs_hz"])
    assert y[inside] == pytest.approx(samples[int(first) : int(last) + 1])

    again = visit().page
    _open(again, page.url)
    assert again.evaluate(_STATE)["range"] == pytest.approx([begin, end], abs=1e-4)

    page.get_by_text("Whole recording").click()
    page.wait_for_function(f"() => ({_STATE})().range[0] === 0")
    assert "begin=" not in page.url
    assert seen.outside(base) == []
    assert seen.problems == []


@pytest.mark.study
def test_numbers_follow_the_chosen_recording_and_every_view_is_drawn(base, visit, row, tiny_project):
    results = Results(tiny_project.root)
    seen = visit()
    page = seen.page
    _open(page, f"{base}{ADDRESS}?motor={row['motor_id']}")
    own = results.table("recordings", motor_id=row["motor_id"]).sort_values("started_at", ascending=False)
    for name in own["recording_id"].head(2):
        page.locator(".dm-control-recording select").select_option(index=list(own["recording_id"]).index(name))
        page.wait_for_url(f"**recording={name}**")
        supply = results.table("recording_states", recording_id=name)["supply_hz"].item()
        page.wait_for_selector(f".dm-figure-card dd >> text={supply:.3f}")
    for view in ("spectrum with fault lines", "symmetrical components", "beside the reference"):
        page.locator(".dm-control-view select").select_option(label=view)
        page.wait_for_selector(f"h2 >> text={view.capitalize()}")
        page.wait_for_selector(".js-plotly-plot .main-svg")
    page.locator(".dm-control-view select").select_option(label="features")
    page.wait_for_selector("table.dm-grid >> text=rms_R")
    assert seen.problems == []


@pytest.mark.study
def test_the_visible_samples_are_kept_as_a_table(base, visit, row):
    page = visit(accept_downloads=True).page
    _open(page, f"{base}{ADDRESS}?recording={row['recording_id']}&begin=0.5&end=0.6&phase=R")
    with page.expect_download() as kept:
        page.locator(".dm-export-csv").click()
    samples = pd.read_csv(kept.value.path())
    assert list(samples) == ["time_s", "current_R"]
    assert len(samples) == round(0.1 * row["fs_hz"]) + 1
    assert samples["time_s"].iloc[[0, -1]].tolist() == pytest.approx([0.5, 0.6])
