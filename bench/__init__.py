"""Measurements, each a ratio against a floor or a peer taken in the same run."""
