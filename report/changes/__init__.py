"""The changes of a plan, by their effect on a running environment."""
