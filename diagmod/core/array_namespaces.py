"""The array library of an input: numpy on the processor, or whatever the caller brings, on its device.

Functions of features take their namespace from their input, so that batches of recordings can be computed on a
GPU that the caller chose, without importing its library here. Where numpy's own way is slow, scipy's is taken.

References
----------
Python array API standard, data-apis.org/array-api; array-api-compat.
"""

from __future__ import annotations

from typing import Any

import array_api_compat
import scipy.fft

#: An array of any library that array-api-compat knows.
Array = Any


def namespace(*arrays: Array) -> Any:
    """The functions that go with arrays of one library."""
    return array_api_compat.array_namespace(*arrays)


def is_numpy(array: Array) -> bool:
    """Whether an array is numpy's."""
    return bool(array_api_compat.is_numpy_array(array))


def rfft(x: Array) -> Array:
    """Transform of real samples along the last axis, in the precision of the input."""
    return scipy.fft.rfft(x, axis=-1) if is_numpy(x) else namespace(x).fft.rfft(x, axis=-1)


def irfft(lines: Array, n: int) -> Array:
    """Real samples of a one-sided transform along the last axis."""
    return scipy.fft.irfft(lines, n=n, axis=-1) if is_numpy(lines) else namespace(lines).fft.irfft(lines, n=n, axis=-1)


def to_numpy(array: Array) -> Array:
    """The same values as a numpy array on the processor."""
    import numpy as np

    return np.asarray(array_api_compat.to_device(array, "cpu"))
