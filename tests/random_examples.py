"""Random examples have no time limit: hypothesis allows 200 ms of wall time, which other processes may take."""

from hypothesis import settings

settings.register_profile("without time limit", deadline=None)
settings.load_profile("without time limit")
