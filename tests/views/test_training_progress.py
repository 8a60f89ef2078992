"""What is seen of a training: where it is and how long it may take, and at the end no clock."""

import pandas as pd
import pytest

from diagmod.views import training_progress
from diagmod.views.training_progress import TrainingProgress, loss_figure


class Shown:
    """Stands in for the display of a notebook."""

    def __init__(self):
        self.texts = []

    def display(self, text):
        self.texts.append(text.data)

    update = display


@pytest.fixture
def shown(monkeypatch):
    handle = Shown()
    monkeypatch.setattr(training_progress, "DisplayHandle", lambda: handle)
    return handle


def test_an_epoch_says_which_network_its_losses_and_the_most_time_left(shown, monkeypatch):
    """Three of ten epochs in six seconds: seven times two seconds are left at most."""
    clock = iter([100.0, 106.0])
    monkeypatch.setattr(training_progress.time, "monotonic", lambda: next(clock))
    TrainingProgress(5)(1, 2, 3, 0.5, 0.25)
    assert shown.texts[-1] == (
        "Network 1 of 2, epoch 3 of at most 5: loss 0.500, of the groups that stop it 0.250; at most 14 s left."
    )


def test_a_network_that_nothing_stops_has_one_loss(shown):
    TrainingProgress(5)(2, 2, 5, 0.5, float("nan"))
    assert shown.texts[-1].startswith("Network 2 of 2, epoch 5 of at most 5: loss 0.500; at most 0 s left")


def test_the_last_line_is_the_result_alone(shown):
    progress = TrainingProgress(5)
    progress(1, 1, 1, 0.5, 0.5)
    progress.finish("No embedding was learned: <b> is no motor.")
    assert shown.texts[-1] == "No embedding was learned: &lt;b> is no motor."


def test_losses_are_lines_of_each_network_and_side():
    losses = pd.DataFrame(
        {"network": ["a", "a", "all"], "epoch": [1, 2, 1], "training": [1.0, 0.5, 0.9], "validation": [1.1, 0.7, None]}
    )
    chart = loss_figure(losses)
    assert [trace.name for trace in chart.data] == ["a, training", "a, validation", "all, training"]
    assert list(chart.data[1].y) == [1.1, 0.7]
    assert not loss_figure(losses[:0]).data
