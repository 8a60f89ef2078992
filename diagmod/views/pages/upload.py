"""The part "Try a file" of a page: a file in, the validation report and the diagnosis out, and perhaps into the inbox.

What comes from the browser is bytes and texts, no more: the file lies in a folder of the kernel's own under a name
made here, and is gone with the next one or with the page. The same readers, rules and diagnosis speak as in the
pipeline. They are imported when the first file comes, so that nobody else waits for them.
"""

from __future__ import annotations

import weakref
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from diagmod.io.audit import changes_are_allowed
from diagmod.views.pages.controls import Number, OneOf, Search
from diagmod.views.pages.frame import PROBLEMS, Page, in_words
from diagmod.views.panels import HtmlSlot, heading

if TYPE_CHECKING:
    from pathlib import Path

    from diagmod.core.motor import Motor
    from diagmod.io.trial_files import TriedFile

#: Largest file that is taken, in bytes; the server passes no larger message on.
MOST_BYTES = 64_000_000

#: Where files lie while they are looked at, relative to the project; what a killed kernel left goes with the next one.
UPLOADS = ".cache/uploads"

#: What is said before anybody chooses a file.
ABOUT = (
    "One recording of at most 64 MB: text (CSV), XLSX, Parquet, NPY, NPZ, MAT, HDF5, TDMS, WAV, UFF, also in .gz or "
    ".zip. It is checked and diagnosed as the pipeline would, and not kept."
)

#: Which fields are for what.
NEEDS = (
    "A diagnosis needs a motor of the register, or pole pairs and supply frequency. Rate and columns are only needed "
    "where the file does not tell them, the start only where it is to be filed."
)

#: Fields to fill in for columns of the manifest that a refusal asks for.
FIELDS = {
    "fs_hz": "Fill in the sampling rate, then check again.",
    "phase_columns": "Fill in the columns of R, S, T by name or number, as 1,2,3, then check again.",
    "started_at": "Fill in the start, as 2026-01-31T08:00:00Z, then check again.",
}


@dataclass(frozen=True)
class _Received:
    """A file in a folder of the kernel's own; ``gone`` removes it."""

    gone: ExitStack
    path: Path
    shown: str


class UploadPart:
    """Fields, buttons and the report of one file.

    Parameters
    ----------
    page : Page
        With the tables that were read: its motors are offered.

    Attributes
    ----------
    widget : Widget
    """

    def __init__(self, page: Page) -> None:
        self.page, words = page, page.words
        self.upload = widgets.FileUpload(description=words("Choose a file, or drop it here"), multiple=False)
        self.upload.add_class("dm-overview-file")
        motors = [(motor, motor) for motor in page.results.table("motors", ["motor_id"])["motor_id"]]
        self.motor = OneOf("try-motor", "Motor", motors, words, anything="not in the register")
        self.fs = Number("try-fs", "Sampling rate", words, low=0.0, high=1e9, usual=0.0, step=100.0, unit="Hz")
        self.phases = Search("try-phases", "Columns of R, S, T", words, "as 1,2,3")
        self.start = Search("try-start", "Start (UTC)", words, "as 2026-01-31T08:00:00Z")
        self.pairs = Number("try-pairs", "Pole pairs", words, low=0.0, high=24.0, usual=0.0, step=1.0)
        self.line = Number("try-line", "Supply", words, low=0.0, high=400.0, usual=0.0, step=10.0, unit="Hz")
        self.again = self._button("Check again", "dm-overview-again", self.check)
        self.keep = self._button("File it into the inbox", "dm-overview-keep", self.file)
        self.report, self.told = HtmlSlot(), HtmlSlot()
        self._received: _Received | None = None
        self._tried: TriedFile | None = None
        self.upload.observe(self._came, names="value")
        self._enable()
        self.widget = self._arranged()
        self.widget.add_class("dm-drop")

    def check(self) -> None:
        """Read, check and diagnose the file that came, under what the fields say now."""
        if self._received is None:
            self._say("Choose a file first.")
            return
        from diagmod.views.pages.upload_report import failed, report_of

        self._say("")
        self.report.show(f"<p role='status'>{escape(self.page.words('The file is being read and checked …'))}</p>")
        self._tried = None
        try:
            self.report.show(report_of(*self._judged(self._received), self._received.shown, self.page.words))
        except PROBLEMS as exc:
            self.report.show(failed(in_words(exc), self._received.shown, self.page.words))
        self._enable()

    def file(self) -> None:
        """Keep the file in the inbox of the data set, where changes are allowed."""
        if not changes_are_allowed():
            self._say("This server is read-only; whoever starts it may allow changes.")
            return
        if self._received is None or self._tried is None or self._tried.reason or self.motor.value is None:
            self._say("Only a file that can be used, of a motor of the register, is filed.")
            return
        from diagmod.io.inbox import file_into_inbox

        filed = file_into_inbox(self.page.root, self._received.path, self._received.shown, self._cells())
        self._say(f"Filed as {filed.place}; it is in no data set yet. This takes it in: {filed.command}", "dm-ok")

    def _judged(self, received: _Received) -> tuple[TriedFile, Any]:
        from diagmod.core.diagnosis import diagnose
        from diagmod.io.drafts import draft_folder
        from diagmod.io.trial_files import TrialSettings, try_file
        from diagmod.io.waveforms import read_waveform

        settings = TrialSettings.of(self.page.root, self.page.results.dataset())
        motor = self._nameplate()
        with draft_folder(self.page.root / UPLOADS) as workshop:
            tried = try_file(received.path, received.shown, self._cells(), motor, settings, workshop)
            self._tried = tried
            if tried.reason or motor is None or tried.loaded.ingested is None:
                return tried, None
            found = diagnose(
                read_waveform(tried.loaded.waveform), tried.loaded.fs, motor,
                unit_is_ampere=tried.loaded.ingested.unit == "A", line_band_hz=settings.line_band_hz,
            )  # fmt: skip
        return tried, found

    def _nameplate(self) -> Motor | None:
        """The motor that was chosen, or one of the two numbers that a diagnosis needs at least."""
        from diagmod.io.interim import read_nameplates
        from diagmod.io.nameplates import choose_motor

        if self.motor.value is not None:
            return read_nameplates(self.page.root / "data" / "interim")[self.motor.value]
        pairs, line_hz = round(self.pairs.value), self.line.value
        if not pairs and not line_hz:
            return None
        if not pairs or not line_hz:
            raise ValueError("pole pairs and supply frequency are needed together; give both, or choose a motor")
        return choose_motor(None, {"pole_pairs": pairs, "line_hz": line_hz})[0]

    def _cells(self) -> dict[str, str]:
        """What the fields say, as cells of a manifest."""
        fs = self.fs.value
        said = {"fs_hz": f"{fs:.12g}" if fs else "", "phase_columns": self.phases.value or ""}
        return said | {"started_at": self.start.value or "", "motor_id": self.motor.value or ""}

    def _came(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            return
        try:
            self._receive(change["new"][0])
        except PROBLEMS as exc:
            self._received = None
            self.report.show("")
            self._say(in_words(exc))
        with suppress(*PROBLEMS):
            self.upload.value = ()  # the bytes are on the disk; a viewer is not to hold them twice
        if self._received is not None:
            self.check()
        self._enable()

    def _receive(self, sent: Any) -> None:
        """Put what came into a folder of its own; the one before goes."""
        from diagmod.io.drafts import draft_folder, remove_left_drafts
        from diagmod.io.inbox import shown, suffix_of

        name, content = sent["name"], sent["content"]
        if not isinstance(name, str) or not isinstance(content, bytes | memoryview):
            raise ValueError("what came is no file; choose one again")
        if not len(content) or len(content) > MOST_BYTES:
            size = f"{len(content) / 1e6:.0f} MB" if len(content) else "0 bytes"
            raise ValueError(f"the file has {size}, allowed are up to 64 MB; choose another, or import it by command")
        if self._received is not None:
            self._received.gone.close()
        remove_left_drafts(self.page.root / UPLOADS)
        gone = ExitStack()
        weakref.finalize(self, gone.close)
        path = gone.enter_context(draft_folder(self.page.root / UPLOADS)) / f"recording{suffix_of(name)}"
        path.write_bytes(content)
        self._received, self._tried = _Received(gone, path, shown(name)), None

    def _enable(self) -> None:
        self.again.disabled = self._received is None
        self.keep.disabled = self._tried is None or bool(self._tried.reason)

    def _button(self, text: str, css_class: str, action: Any) -> widgets.Button:
        def act(_: object) -> None:
            try:
                action()
            except PROBLEMS as exc:
                self._say(in_words(exc))

        button = widgets.Button(description=self.page.words(text), layout={"width": "auto"})
        button.add_class(css_class)
        button.on_click(act)
        return button

    def _say(self, sentence: str, kind: str = "dm-bad") -> None:
        text = escape(self.page.words(sentence))
        text = text[:1].upper() + text[1:]
        self.told.show(f"<p class='dm-note {kind}' role='alert'>{text}</p>" if sentence else "")

    def _arranged(self) -> widgets.Widget:
        words = self.page.words
        about = widgets.HTML(f"<p class='dm-muted'>{escape(words(ABOUT))}</p>")
        fields = [field.widget for field in (self.motor, self.fs, self.phases, self.start, self.pairs, self.line)]
        for field in fields:
            field.add_class("dm-overview-field")
        may_change = changes_are_allowed()
        hint = widgets.HTML(f"<p class='dm-muted'>{escape(words(NEEDS))}</p>")
        row = widgets.HBox(fields)
        buttons = widgets.HBox([self.upload, self.again, *([self.keep] if may_change else [])])
        row.add_class("dm-controls")
        buttons.add_class("dm-tools")
        whole = widgets.VBox([heading(words, "Try a file"), about, row, hint, buttons, self.told, self.report])
        whole.add_class("dm-overview-try")
        return whole
