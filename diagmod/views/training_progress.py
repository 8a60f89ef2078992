"""What one sees while networks are trained: which one, its epoch and losses, and how long it may still take.

One line is shown and replaced. Its last state has no clock in it, so that the executed notebook is the same every
time; the losses of all epochs are a figure.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import plotly.graph_objects as go
from IPython.display import DisplayHandle, Markdown

from diagmod.views.theme import figure

if TYPE_CHECKING:
    import pandas as pd

#: Strokes of the networks: colour is never the only carrier of meaning.
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


class TrainingProgress:
    """A line that follows a training; call it after every epoch, and ``finish`` it.

    Parameters
    ----------
    n_epochs : int
        Most epochs of a network.
    """

    def __init__(self, n_epochs: int) -> None:
        self._n_epochs, self._begin = n_epochs, time.monotonic()
        self._handle = DisplayHandle()
        self._handle.display(Markdown("Training begins."))

    def __call__(self, network: int, n_networks: int, epoch: int, loss: float, validation_loss: float) -> None:
        """Show an epoch; the networks before it are done."""
        done = (network - 1) * self._n_epochs + epoch
        left_s = (time.monotonic() - self._begin) / done * (n_networks * self._n_epochs - done)
        held = "" if validation_loss != validation_loss else f", of the groups that stop it {validation_loss:.3f}"
        self._handle.update(
            Markdown(
                f"Network {network} of {n_networks}, epoch {epoch} of at most {self._n_epochs}: "
                f"loss {loss:.3f}{held}; at most {left_s:.0f} s left."
            )
        )

    def finish(self, text: str) -> None:
        """Show what came of it."""
        self._handle.update(Markdown(text.replace("<", "&lt;")))


class WorkProgress:
    """A line that follows many fits of short models; call it after every one, and ``finish`` it."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._handle = DisplayHandle()
        self._handle.display(Markdown("Training begins."))

    def __call__(self, done: int, total: int, text: str) -> None:
        """Show that so many of all are done, and what is under way."""
        left_s = (time.monotonic() - self._begin) / max(done, 1) * (total - done)
        self._handle.update(Markdown(f"{done} of {total} done ({text}); about {left_s:.0f} s left of this part."))

    def finish(self, text: str) -> None:
        """Show what came of it."""
        self._handle.update(Markdown(text.replace("<", "&lt;")))


def loss_figure(losses: pd.DataFrame) -> go.Figure:
    """Losses over the epochs, a colour and a stroke a network; thin: training side, thick: groups that stop it.

    Parameters
    ----------
    losses : DataFrame
        Columns network, epoch, training, validation.
    """
    chart = figure("Losses of the networks", "epoch", "mean square error over that of the mean (1)")
    for k, (name, rows) in enumerate(losses.groupby("network", sort=False)):
        for column, width in (("training", 1), ("validation", 3)):
            if rows[column].notna().any():
                chart.add_scatter(
                    x=rows["epoch"], y=rows[column].round(4), mode="lines", name=f"{name}, {column}",
                    line={"width": width, "dash": _DASHES[k % len(_DASHES)]},
                )  # fmt: skip
    return chart
