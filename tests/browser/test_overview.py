"""The page "Data overview" of a project that was really built, as a viewer meets it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from browser.conftest import running_voila

from diagmod.io.results import Results
from diagmod.io.schemas import LOAD_REPORT, MOTORS, RECORDINGS
from diagmod.io.tables import describe_table, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page
    from tiny_project import Project

pytestmark = pytest.mark.browser

ADDRESS = "voila/render/overview.ipynb"


@pytest.fixture(scope="module")
def base(tiny_project: Project) -> Iterator[str]:
    """Address of a server of the built project's own dashboards."""
    with running_voila(tiny_project.root / "notebooks" / "dashboards", root=tiny_project.root) as address:
        yield address


@pytest.fixture(scope="module")
def interim(tiny_project: Project) -> Path:
    return tiny_project.root / "data" / "interim"


@pytest.fixture(scope="module")
def recordings(interim: Path) -> pd.DataFrame:
    return read_table(interim / "recordings.parquet", RECORDINGS)


def _open(page: Page, base: str, query: str = "") -> None:
    page.goto(f"{base}{ADDRESS}?{query}")
    page.wait_for_selector("footer.dm-footer")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    page.wait_for_function("!document.querySelector('.dm-early')")


def _cards(page: Page) -> dict[str, str]:
    pairs = page.eval_on_selector_all(
        ".dm-figure-card", "cards => cards.map(c => [c.querySelector('dt').innerText, c.querySelector('dd').innerText])"
    )
    return dict(pairs)


def _table(page: Page, caption: str) -> list[dict[str, str]]:
    """All rows of the table with this caption, those that stand on other pages of it as well."""
    table = page.locator("table.dm-grid", has=page.locator(f"caption:text-is('{caption}')")).first
    table.wait_for()
    length = page.locator(".dt-container", has=table).locator("select").first
    if length.count():
        length.select_option("500")
    rows = table.locator("tr")
    cells = rows.evaluate_all("rows => rows.map(row => [...row.children].map(cell => cell.innerText.trim()))")
    return [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]


def _wait_for_recordings(page: Page, n: int) -> None:
    page.wait_for_function(
        "n => [...document.querySelectorAll('.dm-figure-card')].some(c => c.querySelector('dt').innerText"
        " === 'Recordings' && c.querySelector('dd').innerText === n)",
        arg=str(n),
    )


def test_the_page_shows_the_numbers_of_the_tables_and_nothing_of_the_code(
    base, visit, tiny_project, interim, recordings
):
    """With 6 motors of 5 recordings, of which one is a duplicate and four cannot be used, in six damaged files."""
    report = read_table(interim / "load_report.parquet", LOAD_REPORT)
    status = report["status"].value_counts()
    motors = read_table(interim / "motors.parquet", MOTORS)
    seen = visit()
    answers: list[str] = []
    seen.page.on("response", lambda answer: answers.append(answer.text()) if ADDRESS in answer.url else None)
    _open(seen.page, base)
    cards = _cards(seen.page)
    assert cards["Motors"] == str(len(motors)) == "6"
    assert cards["Recordings"] == str(len(recordings))
    assert cards["Recorded"] == f"{recordings['duration_s'].sum() / 60:.1f} min"
    assert cards["In quarantine"] == f"{status['quarantined']} files" == "4 files"
    assert cards["Duplicates"] == f"{status['duplicate']} file" == "1 file"
    fleet = _table(seen.page, "Motors of the fleet")
    counted = {row["motor id"]: int(row["recordings"]) for row in fleet}
    assert counted == recordings["motor_id"].value_counts().to_dict()
    health = Results(tiny_project.root).table("motor_health").set_index("motor_id")["grade"]
    assert {row["motor id"]: row["grade of health"] for row in fleet} == health.to_dict()
    refused = {row["file"]: row["reason"] for row in _table(seen.page, "Files that were not loaded")}
    told = report[report["status"] != "loaded"].set_index("file")["reason"]
    assert refused == {file: " ".join(reason.split()) for file, reason in told.items()}

    newest = recordings.sort_values("started_at", ascending=False).iloc[0]
    link = seen.page.locator("table.dm-grid a", has_text=newest["file"]).first.get_attribute("href")
    assert link == f"recording.ipynb?recording={newest['recording_id']}&motor={newest['motor_id']}"
    assert seen.page.locator("a[href='motor.ipynb?motor=M03']").count() >= 1

    lineage = describe_table(interim / "recordings.parquet")["lineage"]
    footer = seen.page.locator("footer.dm-footer").inner_text()
    assert "Data set demo" in footer
    assert f"Data version {lineage['inputs']['data/raw/demo'][:8]}" in footer

    assert seen.page.title() == "Data overview · diagmod"
    assert len(answers) == 1
    hidden = [text for text in (*answers, seen.page.content()) if "OverviewPage" in text or "import " + "diag" in text]
    assert hidden == []
    assert seen.outside(base) == []
    assert seen.problems == []


def test_a_filter_changes_numbers_tables_and_address_and_the_link_restores_the_view(base, visit, recordings):
    page = visit().page
    _open(page, base)
    assert page.locator("text=Choose a motor to see its hourly rms current.").is_visible()
    page.locator(".dm-control-motor select").select_option("M02")
    page.wait_for_selector(".gtitle >> text=Hourly rms current of M02")
    own = recordings[recordings["motor_id"] == "M02"].sort_values("started_at", ascending=False)
    _wait_for_recordings(page, len(own))
    shown = _table(page, "Recordings")
    assert [row["file"] for row in shown] == list(own["file"])
    assert [float(row["rms R (A)"]) for row in shown] == [float(f"{x:.4g}") for x in own["rms_R"]]
    assert parse_qs(urlsplit(page.url).query) == {"motor": ["M02"]}

    page.locator(".dm-control-condition select").select_option(label="healthy")
    healthy = own[own["condition"] == "healthy"]
    _wait_for_recordings(page, len(healthy))
    page.wait_for_url("**condition=healthy**")
    link = page.url
    again = visit().page
    _open(again, link.partition("?")[0].replace(ADDRESS, ""), link.partition("?")[2])
    _wait_for_recordings(again, len(healthy))
    assert again.locator(".dm-control-motor select").evaluate("s => s.selectedOptions[0].innerText") == "M02"
    assert again.locator(".gtitle >> text=Hourly rms current of M02").count() == 1


def test_exports_open_in_pandas_and_hold_the_filtered_rows(base, visit, recordings, tmp_path):
    page = visit(accept_downloads=True).page
    _open(page, base, "motor=M03")
    own = recordings[recordings["motor_id"] == "M03"]
    read = {
        "csv": pd.read_csv,
        "xlsx": lambda path: pd.read_excel(path, sheet_name="recordings"),
        "json": lambda path: pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))["tables"]["recordings"]),
    }
    for kind, reader in read.items():
        with page.expect_download() as got:
            page.locator(f".dm-export-{kind}").click()
        path = tmp_path / got.value.suggested_filename
        got.value.save_as(path)
        table = reader(path)
        assert sorted(table["file"]) == sorted(own["file"]), kind
        assert table["rms_R"].round(6).sum() == pytest.approx(own["rms_R"].round(6).sum())


def test_a_good_file_is_checked_and_diagnosed_at_once_and_a_read_only_page_keeps_nothing(
    base, visit, tiny_project, recordings
):
    seen = visit()
    page = seen.page
    _open(page, base)
    row = recordings[(recordings["acquisition"] == "good") & (recordings["phases"] == "RST")].iloc[0]
    page.locator(".dm-control-try-motor select").select_option(row["motor_id"])
    page.locator(".dm-control-try-fs input").fill(f"{row['fs_hz']:g}")
    page.locator(".dm-control-try-fs input").blur()
    with page.expect_file_chooser() as chooser:
        page.locator(".dm-overview-file").click()
    chooser.value.set_files(tiny_project.root / "data" / "raw" / "demo" / row["file"])
    page.wait_for_selector("[data-dm-trial='good']")
    said = Results(tiny_project.root).table("recording_states", ["recording_id", "sentence"])
    sentence = said.set_index("recording_id")["sentence"][row["recording_id"]]
    assert page.locator("[data-dm-diagnosis]").inner_text() == sentence
    assert page.locator(".dm-overview-keep").count() == 0
    assert not (tiny_project.root / "data" / "inbox").exists()
    assert seen.problems == []


def test_a_bad_file_is_a_sentence_with_the_choices_and_the_next_one_works(base, visit, tiny_project, recordings):
    seen = visit()
    page = seen.page
    _open(page, base)
    for name, content, sentence in (
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "photo.csv"),
        ("note.csv", b"a note, no numbers", "holds no table of numbers"),
        ("<img src=x>.csv", b"p,q,w\n" + b"1,2,3\n-1,-2,-3\n" * 500, "their order is not known"),
    ):
        with page.expect_file_chooser() as chooser:
            page.locator(".dm-overview-file").click()
        chooser.value.set_files({"name": name, "mimeType": "text/csv", "buffer": content})
        page.wait_for_selector(f"[data-dm-trial='bad'] >> text={name}")
        assert sentence in page.locator("[data-dm-trial]").inner_text()
    assert "Fill in" in page.locator(".dm-note", has_text="then check again").first.inner_text()
    assert page.locator("img[src='x']").count() == 0
    assert "Traceback" not in page.content()
    assert seen.problems == []


def test_a_dropped_file_is_taken_like_a_chosen_one(base, visit):
    page = visit().page
    _open(page, base)
    dropped = page.evaluate_handle(
        "() => { const t = new DataTransfer(); t.items.add(new File(['a note'], 'dropped.csv')); return t; }"
    )
    page.wait_for_selector(".dm-drop")
    page.dispatch_event(".dm-drop", "drop", {"dataTransfer": dropped})
    page.wait_for_selector("[data-dm-trial='bad'] >> text=dropped.csv")
