"""Shares of counts with their 95 % interval."""

from __future__ import annotations

import numpy as np


def wilson(n_hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson score interval of a share.

    Wilson, E. B., J. Am. Stat. Assoc. 22, 1927, DOI 10.1080/01621459.1927.10502953.
    """
    if not n:
        return 0.0, 1.0
    share = n_hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
