"""Anomaly detectors: ways to call a row of figures strange, their thresholds and their storage."""
