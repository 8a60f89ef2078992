"""Distribution of the samples of a segment: quantiles, spread and entropy, all from one sorting.

Quantiles bear what extremes do not: one impact moves the largest sample, not the 95th percent.
"""

from __future__ import annotations

import numpy as np

from diagmod.core.array_namespaces import Array, namespace

#: Shares of the samples below the quantiles that are reported.
QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)

#: Bins of the histogram, equally wide from the smallest to the largest sample: fine enough for the two horns of a
#: sine, coarse enough for the steps of a 12-bit recorder. Pinned by test_time_features.
HISTOGRAM_BINS = 64


def amplitude_distribution(x: Array) -> dict[str, Array]:
    """Quantiles and entropy of segments.

    Parameters
    ----------
    x : array, shape (..., n)
        Segments, any unit.

    Returns
    -------
    dict of array, each of shape (...)
        ``q05, q25, q50, q75, q95`` and ``iqr`` in the unit of ``x``, between samples by linear interpolation
        (Hyndman and Fan, type 7); ``entropy`` in bit, at most log2(64) = 6; NaN for a constant. Everything is NaN
        where a sample is.

    References
    ----------
    Hyndman, R. J., Fan, Y., The American Statistician 50(4), 1996, DOI 10.1080/00031305.1996.10473566.
    Shannon, C. E., Bell System Technical Journal 27, 1948.

    Examples
    --------
    >>> figures = amplitude_distribution(np.arange(101.0))
    >>> [float(figures[name]) for name in ("q05", "q50", "iqr")]
    [5.0, 50.0, 50.0]
    """
    xp = namespace(x)
    ordered = xp.sort(x, axis=-1, stable=False)
    # Sorting puts NaN last.
    known = xp.isfinite(ordered[..., -1])
    figures = {f"q{round(100 * share):02d}": _quantile(ordered, share) for share in QUANTILES}
    figures |= {"iqr": figures["q75"] - figures["q25"], "entropy": _entropy_bit(ordered)}
    return {name: xp.where(known, value, xp.nan) for name, value in figures.items()}


def _quantile(ordered: Array, share: float) -> Array:
    xp = namespace(ordered)
    position = share * (ordered.shape[-1] - 1)
    below = int(position)
    above = min(below + 1, ordered.shape[-1] - 1)
    low, high = (xp.astype(ordered[..., k], xp.float64) for k in (below, above))
    return low + (position - below) * (high - low)


def _entropy_bit(ordered: Array) -> Array:
    """Shannon entropy of the histogram of sorted samples."""
    xp = namespace(ordered)
    low, high = (xp.astype(ordered[..., k : k + 1 or None], xp.float64) for k in (0, -1))
    steps = xp.asarray(np.arange(1, HISTOGRAM_BINS) / HISTOGRAM_BINS, device=low.device)
    inner = _count_below(ordered, low + (high - low) * steps)
    nothing = xp.zeros_like(inner[..., :1])
    counts = xp.diff(xp.concat([nothing, inner, nothing + ordered.shape[-1]], axis=-1), axis=-1)
    share = xp.astype(counts, xp.float64) / ordered.shape[-1]
    entropy = -xp.sum(share * xp.log2(xp.where(share > 0, share, 1.0)), axis=-1)
    return xp.where(high[..., 0] > low[..., 0], entropy, xp.nan)


def _count_below(ordered: Array, edges: Array) -> Array:
    """How many sorted samples lie below each edge, by bisection, for all segments together."""
    xp = namespace(ordered, edges)
    n = ordered.shape[-1]
    count = xp.zeros(edges.shape, dtype=xp.int64, device=ordered.device)
    step = 1 << (n.bit_length() - 1)
    while step:
        further = count + step
        value = xp.take_along_axis(ordered, xp.where(further <= n, further, n) - 1, axis=-1)
        count = xp.where((further <= n) & (value < edges), further, count)
        step >>= 1
    return count
