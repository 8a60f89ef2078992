"""Sums of products along long axes, as exact in single precision as in double.

A million squares added one by one in single precision lose the sixth digit. Added in short blocks, and the blocks in
double precision, they keep it, at the speed of single precision and without a copy.
"""

from __future__ import annotations

from diagmod.core.array_namespaces import Array, namespace

#: Samples that are added in the precision of the input: rounding stays below 1e-6 of the sum of magnitudes.
#: Pinned by test_long_sums.
BLOCK = 4096


def sum_of_products(a: Array, b: Array) -> Array:
    """Sum of ``a * b`` along the last axis.

    Parameters
    ----------
    a, b : array, shapes (..., n)
        Real, of one dtype; the leading axes broadcast.

    Returns
    -------
    array of float64, shape (...)

    Examples
    --------
    >>> import numpy as np
    >>> float(sum_of_products(np.full(1_000_000, 0.1, dtype=np.float32), np.ones(1_000_000, dtype=np.float32)))
    100000.0
    """
    xp = namespace(a, b)
    whole = a.shape[-1] - a.shape[-1] % BLOCK
    blocks = [xp.reshape(part[..., :whole], (*part.shape[:-1], whole // BLOCK, BLOCK)) for part in (a, b)]
    rest = xp.vecdot(a[..., whole:], b[..., whole:])
    return xp.sum(xp.vecdot(*blocks), axis=-1, dtype=xp.float64) + xp.astype(rest, xp.float64)
