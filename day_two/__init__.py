"""The matrix of day two: what a change of each key of an environment does, proven by plans of the real provider."""
