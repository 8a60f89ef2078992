"""Admin, changing models: promote and roll back by the functions of the command line, confirmed, and written down.

Where changes are not allowed there are no buttons; and since a browser can send what it likes, whether they are is
asked again right before every change.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

import ipywidgets as widgets

from diagmod.io.audit import changes_are_allowed, write_audit
from diagmod.io.model_changes import Change, promote, roll_back
from diagmod.io.model_files import ModelError
from diagmod.io.model_registry import Registry
from diagmod.io.model_transactions import settle
from diagmod.io.model_versions import ModelName
from diagmod.views.language import Words
from diagmod.views.pages.admin_parts import note
from diagmod.views.pages.frame import PROBLEMS, in_words
from diagmod.views.panels import HtmlSlot

#: What can be done to a model, and the word on its button.
ACTIONS = {"promote": "Promote", "rollback": "Roll back"}

#: Said where nothing can be changed.
READ_ONLY = "Models are only shown here. To promote or roll back, start the pages with `diagmod serve --allow-changes`."

#: Characters of a reason that are taken from the browser; the store refuses more than it allows.
_LONGEST = 2000


def change_model(root: Path, action: str, subject: str, reason: str = "") -> Change:
    """Promote or roll back as the command line does, and write to the audit file how it ended.

    Parameters
    ----------
    root : Path
    action : {"promote", "rollback"}
    subject : str
        ``NAME@VERSION`` to promote, ``NAME`` to roll back.
    reason : str

    Raises
    ------
    ModelError
        Changes are not allowed here, or the store refuses; a refusal of the store stands in the audit file, too.
    OSError
        The audit file cannot be written; then nothing was changed, or the message says that it was.
    """
    if not changes_are_allowed():
        raise ModelError("changes are not allowed here; start the pages with `diagmod serve --allow-changes`")
    if action not in ACTIONS:
        raise ModelError(f"a model can be promoted or rolled back, got {action[:20]!r}")
    try:
        settle(root)
        done = promote(root, subject, reason) if action == "promote" else roll_back(root, subject, reason)
    except (ModelError, OSError) as exc:
        write_audit(root, action, subject, f"failed: {exc}", reason=reason)
        raise
    try:
        write_audit(root, action, f"{done.family}@{done.after}", "done", before=done.before, reason=reason)
    except OSError as exc:
        raise ModelError(
            f"{change_in_words(done)} But the audit file cannot be written ({exc}); make room for it"
        ) from exc
    return done


def change_in_words(done: Change) -> str:
    """What a change did, in a sentence."""
    if done.before == done.after:
        return f"{done.family} v{done.after} was and stays in use; models registered later are candidates."
    return f"{done.family} v{done.after} is in use, instead of v{done.before}; models registered later are candidates."


class ChangeBox(widgets.VBox):
    """Buttons for one model, a question before anything is done, and what came of it.

    Parameters
    ----------
    root : Path
    words : Words
    changed : callable
        Called after a change, to show the store as it is now.
    """

    def __init__(self, root: Path, words: Words, changed: Callable[[], None]) -> None:
        super().__init__()
        self._root, self._words, self._changed = root, words, changed
        self._asked, self.said = ("", ""), HtmlSlot()
        self.reason = widgets.Text(description=words("Reason"), placeholder=words("why, for the history"))
        self.add_class("dm-admin-change")

    def offer(self, name: ModelName | None, registry: Registry) -> None:
        """Offer what can be done to a version; nothing where changes are not allowed or none is chosen."""
        self._asked = ("", "")
        if not changes_are_allowed():
            self.children = [widgets.HTML(f"<p class='dm-muted'>{escape(self._words(READ_ONLY))}</p>")]
            return
        if name is None:
            told = "Choose a version in the table to promote it, or to roll its family back."
            self.children = [widgets.HTML(f"<p class='dm-muted'>{escape(self._words(told))}</p>"), self.said]
            return
        own = registry.family(name.family)
        buttons = [self._button("promote", str(name), f"Promote {name}")] if own.in_use != name.version else []
        if own.used_before:
            text = f"Roll {name.family} back to v{own.used_before[-1]}"
            buttons.append(self._button("rollback", name.family, text))
        self.children = [widgets.HBox(buttons), self.said]

    def ask(self, action: str, subject: str, in_use: str) -> None:
        """Ask before it is done."""
        self._asked, self.reason.value = (action, subject), ""
        yes = self._action("Yes, do it", "dm-admin-yes", self.confirm)
        no = self._action("Cancel", "dm-admin-no", self.cancel)
        told = f"{in_use}? It changes which model `diagmod score` uses; the results on these pages stay as they are."
        question = widgets.HTML(note(self._words(told), "warn"))
        self.children = [*self.children[:1], question, self.reason, widgets.HBox([yes, no]), self.said]
        self.said.show("")

    def confirm(self) -> None:
        """Do what was asked for; say how it ended."""
        (action, subject), self._asked = self._asked, ("", "")
        reason = self.reason.value if isinstance(self.reason.value, str) else ""
        try:
            done = change_model(self._root, action, subject, reason.strip()[:_LONGEST])
        except PROBLEMS as exc:
            self.said.show(note(self._words(f"This cannot be done: {in_words(exc)}"), "bad"))
        else:
            self.said.show(f"<p class='dm-note' role='status'>{escape(self._words(change_in_words(done)))}</p>")
        self.cancel()
        self._changed()

    def cancel(self) -> None:
        """Take the question away."""
        self._asked = ("", "")
        self.children = [*self.children[:1], self.said]

    def _button(self, action: str, subject: str, text: str) -> widgets.Button:
        return self._action(text, f"dm-admin-{action}", lambda: self.ask(action, subject, text))

    def _action(self, text: str, css_class: str, do: Callable[[], None]) -> widgets.Button:
        button = widgets.Button(description=self._words(text))
        button.add_class(css_class)
        button.on_click(lambda _: do())
        return button
