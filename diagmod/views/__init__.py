"""Figures, panels and pages: they draw what the pipeline computed and compute nothing."""
