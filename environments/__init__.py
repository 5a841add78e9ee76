"""Environments: what differs between deployments. Typed, frozen data whose defaults are safe for production."""

from environments.errors import InvalidEnvironment, Problem
from environments.load import load, load_all, parse
from environments.model import Environment

__all__ = ["Environment", "InvalidEnvironment", "Problem", "load", "load_all", "parse"]
