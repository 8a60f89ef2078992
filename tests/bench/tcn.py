"""Training of the convolutional network that forecasts, against plain convolutions of the same arithmetic.

The floor is forward and backward of ``conv1d`` in the shapes of every convolution of one training step, on one thread
in the same run: what is left is weight norm, dropout, the way around, head, loss and the optimiser. The goal is what
was reached with a margin. Where torch sees a GPU, the absolute time there and the share of the card's own speed are
printed too; where it sees none, that is said.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from bench.rows import Row, alternate
from torch import nn

from diagmod.models.autoencoder import reproducible
from diagmod.models.forecast.network_training import NetworkSettings
from diagmod.models.forecast.quantile_head import pinball_loss
from diagmod.models.forecast.tcn import TAPS, TemporalNetwork, blocks_for
from diagmod.models.forecast.window_rows import CHANNELS, WindowShape, shape_of

ROOT = Path(__file__).parents[2]

#: Goal: times the plain convolutions.
MOST_CONVOLUTIONS = 3.5

#: Windows of a training step, and steps of a measurement.
BATCH, STEPS = 64, 20

#: Side of the square matrices whose product is the speed of a card.
_SIDE = 4096

_TIMES = """
import sys; sys.path.insert(0, {tests!r})
from bench.tcn import tell_times
tell_times()
"""


def tcn_training_ratio(workshop: Path) -> Row:
    """Seconds of training steps on hourly windows against plain convolutions of the same shapes, on one thread."""
    del workshop  # nothing is written
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, "-c", _TIMES.format(tests=str(ROOT / "tests"))]
    told = subprocess.run(
        command, env={**os.environ, **one}, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    *words, numbers = told.splitlines()
    ours_s, floor_s = (float(number) for number in numbers.split())
    for line in words:
        sys.stdout.write(f"  {line}\n")
    sys.stdout.write(f"  {BATCH * STEPS / ours_s:.0f} hourly windows a second on one thread\n")
    return Row("tcn_training_ratio", ours_s, "s", floor_s, ours_s / floor_s, MOST_CONVOLUTIONS)


def tell_times() -> None:
    """Print what a GPU does, or that there is none; then seconds of the training steps and of the floor."""
    torch.set_num_threads(1)
    shape, settings = shape_of(1, 168), NetworkSettings()
    sys.stdout.write(f"{_on_gpu(shape, settings)}\n")
    with reproducible(0):
        cpu = torch.device("cpu")
        ours_s, floor_s = alternate(_training(shape, settings, cpu), _convolutions(shape, settings, cpu), 5)
    sys.stdout.write(f"{ours_s} {floor_s}\n")


def shapes_of(shape: WindowShape, n_hidden: int) -> list[tuple[int, int, int, int]]:
    """Channels in, channels out, taps and steps out of every convolution of a training step."""
    found, steps, n_in = [], shape.lookback, len(CHANNELS)
    for place in range(blocks_for(shape.lookback)):
        steps = steps if place == 0 else -(-steps // 2)
        found += [(n_in, n_hidden, TAPS, steps), (n_hidden, n_hidden, TAPS, steps)]
        if n_in != n_hidden:
            found.append((n_in, n_hidden, 1, steps))
        n_in = n_hidden
    return found


def _training(shape: WindowShape, settings: NetworkSettings, device: torch.device) -> Callable[[], None]:
    network = TemporalNetwork(shape, settings.n_hidden, settings.dropout).to(device)
    optimiser = torch.optim.AdamW(network.parameters(), settings.learning_rate)
    x = torch.randn(BATCH, len(CHANNELS), shape.lookback, device=device)
    y = torch.randn(BATCH, shape.horizon, device=device)

    def steps() -> None:
        for _ in range(STEPS):
            optimiser.zero_grad()
            pinball_loss(network(x), y).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()

    return steps


def _convolutions(shape: WindowShape, settings: NetworkSettings, device: torch.device) -> Callable[[], None]:
    layers = []
    for n_in, n_out, taps, steps in shapes_of(shape, settings.n_hidden):
        # The first convolutions of the network need no gradient of the windows; nor do they here.
        x = torch.randn(BATCH, n_in, steps + taps - 1, device=device, requires_grad=n_in != len(CHANNELS))
        weight = torch.randn(n_out, n_in, taps, device=device, requires_grad=True)
        layers.append((x, weight, torch.randn(BATCH, n_out, steps, device=device)))

    def steps_of_all() -> None:
        for _ in range(STEPS):
            for x, weight, back in layers:
                x.grad = weight.grad = None
                nn.functional.conv1d(x, weight).backward(back)

    return steps_of_all


def _on_gpu(shape: WindowShape, settings: NetworkSettings) -> str:
    """What a card does, in words."""
    if not torch.cuda.is_available():
        return "torch sees no GPU: neither its time nor the share of its speed was measured"
    device = torch.device("cuda")
    seconds = _seconds(_training(shape, settings, device))
    square = torch.randn(_SIDE, _SIDE, device=device)
    most = 2 * _SIDE**3 / _seconds(lambda: square @ square)
    # A multiplication and an addition a tap; backward costs twice the way forward.
    work = sum(6 * BATCH * STEPS * a * b * taps * n for a, b, taps, n in shapes_of(shape, settings.n_hidden))
    return (
        f"{torch.cuda.get_device_name()}: {BATCH * STEPS} windows in {seconds:.3f} s, {BATCH * STEPS / seconds:.0f} a "
        f"second, {100 * work / seconds / most:.2g} % of the {most / 1e12:.1f} TFLOP/s of its matrix product"
    )


def _seconds(work: Callable[[], object]) -> float:
    work()
    torch.cuda.synchronize()
    begin = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - begin
