"""What every page has: it answers to links and clicks, keeps the choice, and says in a sentence what goes wrong."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import sys
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qs

import ipywidgets as widgets
import pandas as pd
import pytest
from handmade_interim import make_project_with_plant

from diagmod.views.pages.controls import Control, Day, Number, OneOf, Search, SomeOf
from diagmod.views.pages.frame import MOST_LETTERS, Page, first_cards
from diagmod.views.panels import HtmlSlot, heading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

EVIL = "<script>alert(1)</script>'\""


class PlantPage(Page):
    """Recordings of the handmade plant; each step may be told to fail."""

    name: ClassVar[str] = "plant"
    fails: ClassVar[dict[str, BaseException]] = {}

    def _perhaps(self, step: str) -> None:
        if step in self.fails:
            raise self.fails[step]

    def read(self) -> None:
        self._perhaps("read")
        self.recordings = self.results.table("recordings", ["motor_id", "file", "started_at", "rms_R"])
        self.clicks: list[dict[str, str]] = []

    def make_controls(self) -> Sequence[Control]:
        self._perhaps("make_controls")
        motors = [(motor, motor) for motor in sorted(set(self.recordings["motor_id"]))]
        return [
            OneOf("motor", "Motor", motors, self.words, anything="all motors"),
            SomeOf("phase", "Phase", [("R", "R"), ("S", "S")], self.words),
            Day("from", "From", self.words),
            Number("least", "At least", self.words, low=0.0, high=10.0, usual=0.0, step=0.1, unit="A"),
            Search("file", "File", self.words),
        ]

    def first(self) -> str:
        self._perhaps("first")
        return first_cards({"Recordings": (str(len(self.shown())), "")}, self.words)

    def layout(self) -> Sequence[widgets.Widget]:
        self._perhaps("layout")
        self.slot = HtmlSlot()
        return [heading(self.words, "Recordings"), self.slot]

    def draw(self) -> None:
        self._perhaps("draw")
        if self.value("motor") == "M2" and "M2" in self.fails:
            raise self.fails["M2"]
        self.slot.show(f"{len(self.shown())} rows")

    def exports(self) -> Mapping[str, pd.DataFrame]:
        self._perhaps("exports")
        return {"recordings": self.shown()}

    def clicked(self, chosen: Mapping[str, str]) -> None:
        self._perhaps("clicked")
        self.clicks.append(dict(chosen))

    def shown(self) -> pd.DataFrame:
        rows = self.recordings[self.recordings["rms_R"] >= self.value("least")]
        motor = self.value("motor")
        return rows[rows["motor_id"] == motor] if motor else rows


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The handmade plant, made once."""
    return make_project_with_plant(tmp_path_factory.mktemp("made"))


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A plant of its own."""
    return shutil.copytree(made, tmp_path / "plant")


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> dict[str, BaseException]:
    """What fails, by step."""
    chosen: dict[str, BaseException] = {}
    monkeypatch.setattr(PlantPage, "fails", chosen)
    monkeypatch.setattr(sys, "__stderr__", io.StringIO())
    return chosen


def opened(root: Path, query: str = "") -> PlantPage:
    """A page whose cells have run."""
    page = PlantPage(query, root)
    page.headline()
    page.body()
    page.footer()
    return page


def _text(page: Page) -> str:
    """All HTML that the page shows in widgets of HTML."""
    found = [page._headline.value]

    def walk(widget: widgets.Widget) -> None:
        if isinstance(widget, widgets.HTML):
            found.append(widget.value)
        for child in getattr(widget, "children", ()):
            walk(child)

    walk(page._box)
    return "\n".join(found)


def _told(page: Page) -> list[str]:
    return re.findall(r"<p class='dm-note dm-bad' role='alert'>(.*?)</p>", _text(page))


def _link(page: Page) -> dict[str, str]:
    query = re.search("data-dm-query='([^']*)'", page._out.value)
    assert query is not None
    return {name: values[0] for name, values in parse_qs(query[1].replace("&amp;", "&")).items()}


def _press(page: Page, css_class: str) -> None:
    found: list[widgets.Button] = []

    def walk(widget: widgets.Widget) -> None:
        if isinstance(widget, widgets.Button) and css_class in widget._dom_classes:
            found.append(widget)
        for child in getattr(widget, "children", ()):
            walk(child)

    walk(page._box)
    found[0].click()


def _file(page: Page) -> tuple[str, bytes]:
    name = re.search("data-dm-download='([^']*)'", page._kept.value)
    packed = re.search("data-dm-content='([^']*)'", page._kept.value)
    assert name is not None
    assert packed is not None
    return name[1], base64.b64decode(packed[1])


def _bus(page: Page) -> widgets.Text:
    (found,) = [child for child in page.footer().children if isinstance(child, widgets.Text)]
    return found


def test_a_link_restores_the_view_and_the_view_gives_the_link(root):
    query = "motor=M1&phase=S~R&from=2026-01-31&least=0.5&file=a+b&lang=ru"
    page = opened(root, query)
    values = {name: page.value(name) for name in ("motor", "phase", "least", "file")}
    assert values == {"motor": "M1", "phase": ["R", "S"], "least": 0.5, "file": "a b"}
    assert _link(page) == {"motor": "M1", "phase": "R~S", "from": "2026-01-31", "least": "0.5", "file": "a b",
                           "lang": "ru"}  # fmt: skip
    assert opened(root, page._out.value.split("'")[1].replace("&amp;", "&")).chosen == page.chosen


def test_an_address_without_a_choice_shows_everything(root):
    page = opened(root)
    assert _link_text(page) == ""
    assert page.slot.value == "<div class='dm-html'>4 rows</div>"
    assert _told(page) == []


def _link_text(page: Page) -> str:
    return page._out.value.removeprefix("<span data-dm-query='").removesuffix("'></span>")


def test_a_control_draws_and_counts_anew(root):
    page = opened(root)
    page.controls["motor"].widget.value = "M2"
    assert "1 rows" in page.slot.value
    assert "<dd data-dm-first>1</dd>" in page._headline.value
    assert _link(page) == {"motor": "M2"}


def test_the_early_headline_is_the_headline_of_the_widget(root):
    headline = PlantPage("", root).headline()
    bundle = headline._repr_mimebundle_()
    content = bundle[0] if isinstance(bundle, tuple) else bundle
    assert content["text/html"] == headline.value
    assert "application/vnd.jupyter.widget-view+json" in content
    assert headline.value.count("data-dm-first") == 1


def test_the_status_tells_data_set_model_and_rebuild_and_the_footer_versions(root):
    page = opened(root)
    assert "<b>plant</b>" in page._headline.value
    assert "<b>none trained</b>" in page._headline.value
    assert "<b>not recorded</b>" in page._headline.value
    footer = page.footer().children[-1].value
    assert "Data version <b>da7ada7a</b> · Code version <b>c0dec0de</b>" in footer


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("motor=M99", "motor &#x27;M99&#x27; is none of the choices; it is left out"),
        (f"motor={EVIL}", "is none of the choices"),
        ("phase=Q", "phase &#x27;Q&#x27; is none of the choices"),
        ("from=tomorrow", "from must be a day as 2026-01-31"),
        ("least=nan", "least must be 0 to 10"),
        ("least=1e9", "least must be 0 to 10"),
    ],
)
def test_a_link_with_a_wrong_choice_says_so_and_shows_the_rest(root, query, sentence):
    page = opened(root, query)
    assert len(_told(page)) == 1
    assert sentence in _told(page)[0]
    assert "<script" not in _text(page)
    assert "4 rows" in page.slot.value


@pytest.mark.parametrize(
    "query",
    [
        "&".join(f"x{k}=1" for k in range(200_000)),
        "motor=" + "M" * 1_000_000,
        "%ff%fe=%00&motor=%00",
        "&&&===;;;",
        "motor",
        "lang=xx&motor=",
        "%",
        "motor=%ud800",
    ],
    ids=["many names", "long value", "no utf-8", "signs", "no value", "empty", "percent", "half letter"],
)
def test_a_hostile_address_is_answered_like_any_other(root, query):
    page = opened(root, query)
    assert "4 rows" in page.slot.value
    assert sum(map(len, page.given.values())) <= MOST_LETTERS
    assert len(_text(page)) < 5000


def test_of_two_values_of_one_name_the_last_counts(root):
    assert opened(root, "motor=M1&motor=M2").value("motor") == "M2"


def test_a_click_on_a_link_sets_controls_and_tells_the_page_the_rest(root):
    page = opened(root)
    _bus(page).value = json.dumps({"set": {"motor": "M2", "recording": "r4"}, "at": 1})
    assert page.value("motor") == "M2"
    assert page.clicks == [{"recording": "r4"}]
    assert "1 rows" in page.slot.value


def test_a_click_with_a_wrong_choice_says_so(root):
    page = opened(root)
    _bus(page).value = json.dumps({"set": {"motor": "M99"}})
    assert "none of the choices" in _told(page)[0]
    _bus(page).value = json.dumps({"set": {"motor": "M1"}})
    assert _told(page) == []


@pytest.mark.parametrize(
    "message",
    [
        "", "x", "{", "[]", "7", "null", '"set"', "[" * 3000, '{"a":' * 700, '{"set": 1}', '{"set": []}',
        '{"set": {"motor": 1, "least": null, "file": ["x"], "phase": {}}}', '{"set": {"": ""}}',
        '{"refresh": 0}', '{"set": {"__class__": "x", "motor": "' + "M" * 9000 + '"}}', "\x00",
    ],
)  # fmt: skip
def test_a_message_that_is_none_changes_nothing(root, message):
    page = opened(root)
    before = _text(page)
    _bus(page).value = message
    assert page.chosen == {}
    assert _text(page) == before


def test_halves_of_letters_in_a_message_do_not_stop_the_page(root):
    page = opened(root)
    _bus(page).value = '{"set": {"file": "a\\ud800b", "motor": "\\udfff"}}'
    assert page.value("file") == "ab"
    assert len(_told(page)) == 1
    page.controls["motor"].widget.value = "M2"
    assert _link(page) == {"file": "ab", "motor": "M2"}


def test_limits_widened_by_a_browser_do_not_reach_the_page(root):
    page = opened(root)
    page.controls["least"].widget.max = 1e300
    page.controls["least"].widget.value = 1e300
    assert page.value("least") == 10.0
    assert "0 rows" in page.slot.value


def test_refresh_keeps_the_choice_and_reads_anew(root):
    page = opened(root, "motor=M1&phase=R")
    page.controls["motor"].widget.value = "M2"
    page.controls["phase"].take("S")
    make_project_with_plant(root, recordings=page.results.table("recordings").tail(2))
    _bus(page).value = '{"refresh": true}'
    assert page.chosen == {"motor": "M2", "phase": "S"}
    page.controls["motor"].widget.value = ""
    assert "2 rows" in page.slot.value


def test_a_choice_that_was_taken_back_does_not_come_again_with_a_refresh(root):
    page = opened(root, "motor=M1&least=0.5")
    page.controls["motor"].widget.value = ""
    page.controls["least"].widget.value = 0.0
    _press(page, "dm-refresh")
    assert page.chosen == {}
    assert "4 rows" in page.slot.value


def test_a_motor_that_is_gone_after_a_rebuild_is_told(root):
    page = opened(root, "motor=M2")
    make_project_with_plant(root, recordings=page.results.table("recordings").head(3))
    _press(page, "dm-refresh")
    assert "none of the choices" in _told(page)[0]
    assert "3 rows" in page.slot.value


@pytest.mark.parametrize("step", ["read", "make_controls", "first", "layout", "draw", "exports"])
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ValueError(f"no trend log {EVIL}"), "no trend log &lt;script&gt;"),
        (KeyError("rms_R"), "the artefacts are not as expected (KeyError)"),
        (ZeroDivisionError("x"), "the artefacts are not as expected (ZeroDivisionError)"),
        (PermissionError("/home/somebody"), "the artefacts are not as expected (PermissionError)"),
    ],
    ids=["ours", "lookup", "arithmetic", "files"],
)
def test_a_failing_step_is_a_sentence_and_a_refresh_mends_it(root, fails, step, error, sentence):
    fails[step] = error
    page = opened(root, "motor=M1")
    assert len(_told(page)) == 1, _told(page)
    assert sentence in _told(page)[0]
    assert "Traceback" not in _text(page)
    assert "/home/somebody" not in _text(page)
    assert "<script" not in _text(page)
    fails.clear()
    _press(page, "dm-refresh")
    assert _told(page) == []
    assert page.chosen == {"motor": "M1"}
    assert "3 rows" in page.slot.value


def test_a_fault_of_the_page_is_in_the_log_of_the_server_and_not_on_the_page(root, fails):
    fails["draw"] = TypeError("a secret")
    page = opened(root)
    assert "a secret" not in _text(page)
    assert "a secret" in sys.__stderr__.getvalue()


def test_a_choice_that_cannot_be_drawn_hides_what_was_drawn_for_another(root, fails):
    fails["M2"] = ValueError("M2 has no trend log")
    page = opened(root)
    assert page.slot in page._box.children
    page.controls["motor"].widget.value = "M2"
    assert _told(page) == ["This part cannot be shown: M2 has no trend log"]
    assert page.slot not in page._box.children
    page.controls["motor"].widget.value = "M1"
    assert _told(page) == []
    assert page.slot in page._box.children
    assert "3 rows" in page.slot.value


def test_a_link_to_a_choice_that_cannot_be_drawn_says_so(root, fails):
    fails["M2"] = ValueError("M2 has no trend log")
    page = opened(root)
    _bus(page).value = json.dumps({"set": {"motor": "M2"}})
    assert _told(page) == ["This part cannot be shown: M2 has no trend log"]


def test_a_headline_that_fails_for_one_choice_comes_back_with_another(root, fails):
    page = opened(root)
    fails["first"] = ValueError("no cards")
    page.controls["motor"].widget.value = "M2"
    assert _told(page) == ["no cards"]
    fails.clear()
    page.controls["motor"].widget.value = "M1"
    assert _told(page) == []
    assert "data-dm-first" in page._headline.value


def test_a_click_that_fails_is_told(root, fails):
    page = opened(root)
    fails["clicked"] = ValueError("no such recording")
    _bus(page).value = json.dumps({"set": {"recording": "x"}})
    assert _told(page) == ["This cannot be done: no such recording"]


def test_a_page_that_could_not_read_keeps_the_choice_of_its_link(root, fails):
    fails["read"] = ValueError("gone")
    page = opened(root, "motor=M2&least=1")
    assert page._out.value == "", "the address must stay as it is"
    fails.clear()
    _press(page, "dm-refresh")
    assert page.chosen == {"motor": "M2", "least": "1"}


def test_without_results_the_page_says_what_to_do_and_recovers(tmp_path):
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_text("{}\n")
    page = opened(tmp_path)
    assert _told(page) == ["there are no results yet; run `make repro`, then refresh this page"]
    make_project_with_plant(tmp_path)
    _press(page, "dm-refresh")
    assert _told(page) == []
    assert "4 rows" in page.slot.value


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_an_export_holds_the_rows_of_the_choice(root, kind):
    page = opened(root, "motor=M1")
    _press(page, f"dm-export-{kind}")
    name, content = _file(page)
    assert name == {"csv": "diagmod-recordings.csv"}.get(kind, f"diagmod-plant.{kind}")
    if kind == "csv":
        rows = pd.read_csv(io.BytesIO(content))
    elif kind == "xlsx":
        rows = pd.read_excel(io.BytesIO(content), sheet_name="recordings")
        about = pd.read_excel(io.BytesIO(content), sheet_name="about", header=None)
        assert dict(about.to_numpy())["chosen motor"] == "M1"
    else:
        rows = pd.DataFrame(json.loads(content)["tables"]["recordings"])
        assert json.loads(content)["about"]["Data set"] == "plant"
    assert list(rows["file"]) == ["a.csv", "b.csv", "c.csv"]


def test_the_same_file_is_sent_a_second_time(root):
    page, sent = opened(root), []
    page._kept.observe(lambda change: sent.append(change["new"]), names="value")
    _press(page, "dm-export-csv")
    _press(page, "dm-export-csv")
    assert len([html for html in sent if html]) == 2


def test_an_export_that_fails_is_told(root, fails):
    page = opened(root)
    fails["exports"] = ValueError("recordings has too many rows")
    _press(page, "dm-export-csv")
    assert _told(page) == ["This cannot be done: recordings has too many rows"]


def test_a_page_without_a_report_has_no_button_for_one(root):
    assert not [w for w in widgets.Widget.widgets.values() if "dm-export-report" in getattr(w, "_dom_classes", ())]

    class Reporting(PlantPage):
        def report(self) -> str:
            return "<!DOCTYPE html><p>all well"

    page = Reporting("", root)
    page.headline()
    page.body()
    _press(page, "dm-export-report")
    assert _file(page) == ("diagmod-plant.html", b"<!DOCTYPE html><p>all well")


def test_names_of_a_data_set_are_no_html(tmp_path):
    from diagmod.io.dataset_files import Dataset

    root = make_project_with_plant(tmp_path, dataset=Dataset(name="plant", title=EVIL))
    text = _text(opened(root, f"file={EVIL}")) + first_cards({EVIL: (EVIL, EVIL)}, lambda text: text)
    assert "<script" not in text


def test_a_rebuild_under_way_is_told_above_the_numbers(root, monkeypatch):
    monkeypatch.setattr("diagmod.io.results.Results.standing_words", lambda _: "The results are being rebuilt <now>.")
    html = opened(root)._headline.value
    told, numbers = html.index("The results are being rebuilt &lt;now&gt;."), html.index("data-dm-first")
    assert html.index("role='status'") < told < numbers
