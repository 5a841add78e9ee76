"""How a local run gives up."""

from __future__ import annotations


class Refused(Exception):
    """Nothing was begun: the message names what is wrong, and the fix."""


class Failed(Exception):
    """Something that was begun did not work; the message ends with what to look at."""
