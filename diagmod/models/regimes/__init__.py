"""Regimes: clusters of segments that people can name, found again when the data grow."""
