"""Learned models and their honest evaluation: arrays and tables in, tables out."""
