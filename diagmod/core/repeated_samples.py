"""Samples that a recorder repeats instead of taking new ones, told from what a coarse converter and noise repeat.

A held sample repeats the one before where the current moves. A coarse converter repeats its codes too where
the current moves slowly, and noise repeats some by chance where the rate is high, so both are looked at: the
step of the converter, and how often the current moves by a single one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Steps of the converter by which the current must move just before and just after a repeat, so that it is no rounding.
#: Pinned by test_a_coarse_converter_is_not_taken_for_held_samples.
MOVING_STEPS = 4.0

#: What repeats must exceed those by that noise makes by chance, where the rate is so high that noise moves the current
#: more than its own slope: as a factor, and in standard deviations.
#: Pinned by test_codes_that_noise_repeats_are_not_taken_for_held_samples.
CHANCE_FACTOR, CHANCE_SIGMAS = 2.0, 4.0

#: Samples from the middle of a recording from which the step of the converter is taken.
STEP_SAMPLES = 4096

#: Share of the largest value above which numbers of few significant digits all have one step.
LARGEST_SHARE = 0.97

#: Distances between neighbouring values that a step must explain: those of a few values may be multiples by chance.
LEAST_STEPS = 8

#: Samples looked at for repeats; beyond, evenly spread blocks are taken.
REPEAT_SAMPLES, REPEAT_BLOCK = 1 << 19, 1 << 15


def converter_step(row: NDArray[np.floating]) -> float:
    """Step of the grid on which all samples stand, else 0: a converter of up to about 17 bits over the current's range.

    Numbers written with a few significant digits have finer steps near zero; theirs is the step at the largest values.

    Examples
    --------
    >>> converter_step(np.round(np.sin(np.arange(100.0)), 2))
    0.01
    """
    # The middle: at the beginning the motor may be at rest or start.
    begin = max(0, (len(row) - STEP_SAMPLES) // 2)
    values = np.unique(np.asarray(row[begin : begin + STEP_SAMPLES], dtype=np.float64))
    largest = float(np.abs(values).max(initial=0.0))
    # Rounding of decimal fractions in single precision.
    blur = 4 * float(np.finfo(np.float32).eps) * largest
    large = np.unique(np.abs(values))
    return _grid_of_values(values, blur) or _grid_of_values(large[large > LARGEST_SHARE * largest], blur)


def _grid_of_values(values: NDArray[np.float64], blur: float) -> float:
    """Step of the grid on which sorted values stand, 0 for none that is coarser than their blur."""
    steps = np.diff(values)
    steps = steps[steps > blur]
    if len(steps) < LEAST_STEPS:
        return 0.0
    # The smallest distance seen may be two or three steps of the converter.
    for grid in (float(steps.min(initial=np.inf)) / n for n in (1, 2, 3)):
        off_grid = np.abs(steps - grid * np.round(steps / grid))
        if 10 * blur < grid < np.inf and np.all(off_grid <= 0.02 * grid + 2 * blur):
            return float(f"{grid:.9g}")
    return 0.0


def repeat_share(rows: NDArray[np.floating]) -> float:
    """Share of held samples of those about which the current moves; NaN for too few of them.

    Parameters
    ----------
    rows : ndarray, shape (n_phases, n)
        Phases without gaps.
    """
    n = rows.shape[1]
    blocks = [rows]
    if n > REPEAT_SAMPLES:
        starts = np.linspace(0, n - REPEAT_BLOCK, REPEAT_SAMPLES // REPEAT_BLOCK).astype(int)
        blocks = [rows[:, a : a + REPEAT_BLOCK] for a in starts]
    steps = [converter_step(row) for row in rows]
    n_moving = n_repeats = n_single = 0
    for block in blocks:
        for row, step in zip(block, steps, strict=True):
            before, between, after = row[1:-2] - row[:-3], row[2:-1] - row[1:-2], row[3:] - row[2:-1]
            least = max(MOVING_STEPS * step, 1e-6 * float(np.abs(row).max(initial=0.0)))
            # Before and after it the current moves the same way: no crest, and no clipping.
            moving = (np.minimum(np.abs(before), np.abs(after)) >= least) & (before * after > 0)
            n_moving += int(np.count_nonzero(moving))
            n_repeats += int(np.count_nonzero(moving & (between == 0)))
            if step > 0:
                n_single += int(np.count_nonzero(moving & (np.abs(np.abs(between) - step) < 0.5 * step)))
    if n_moving <= 200:
        return float("nan")
    # Where noise alone moves the current, no step is about as likely as one step up or one down.
    by_chance = n_single / 2
    n_held = n_repeats - by_chance
    is_held = n_held > max((CHANCE_FACTOR - 1) * by_chance, CHANCE_SIGMAS * np.sqrt(1.5 * by_chance))
    return n_held / n_moving if is_held else 0.0
