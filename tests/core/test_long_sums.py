"""Sums in single precision against sums in double."""

import numpy as np
import pytest

from diagmod.core.long_sums import BLOCK, sum_of_products


@pytest.mark.parametrize("n", [1, BLOCK - 1, BLOCK, BLOCK + 1, 1_536_000])
def test_single_precision_sums_agree_with_double_to_a_millionth(n):
    rng = np.random.default_rng(n)
    a, b = rng.uniform(0.5, 1.0, size=(2, 3, n)).astype(np.float32)
    expected = (a.astype(np.float64) * b.astype(np.float64)).sum(axis=-1)
    np.testing.assert_allclose(sum_of_products(a, b), expected, rtol=1e-6)


def test_leading_axes_broadcast():
    a = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(sum_of_products(a, np.ones((2, 1, 4))), a.sum(axis=-1))
    np.testing.assert_array_equal(sum_of_products(a, np.ones(4)), a.sum(axis=-1))


def test_nan_makes_its_own_row_nan():
    a = np.ones((2, 5))
    a[1, 2] = np.nan
    np.testing.assert_array_equal(sum_of_products(a, np.ones(5)), [5.0, np.nan])


def test_rows_without_samples_sum_to_nothing():
    assert sum_of_products(np.empty((2, 0)), np.empty((2, 0))).tolist() == [0.0, 0.0]
