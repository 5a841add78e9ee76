"""Prepares hypothesis before the tests are imported."""

from tests import random_examples  # noqa: F401
