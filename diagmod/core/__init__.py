"""Physics and signal processing: arrays in, numbers out; numpy and scipy only."""
