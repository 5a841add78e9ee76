"""Why an operation stops, for the person who started it."""

from __future__ import annotations


class Refused(Exception):
    """Nothing was done, because it would be wrong; the message ends with the fix. Exit code 2."""


class Failed(Exception):
    """Something was begun and did not succeed; the message says what is left and how to go on. Exit code 1."""
