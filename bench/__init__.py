"""Benchmarks: each measures a value as a ratio to a baseline or a limit of the same run."""
