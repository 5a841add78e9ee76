"""One billed quantity, and what it is read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from terraform_gate.configuration import Configuration
from terraform_gate.terraform_resource import Resource

from report.cost.profile import HOURS, Profile


@dataclass(frozen=True, kw_only=True)
class Item:
    """One billed quantity of a month.

    Attributes:
        address: address of the resource.
        key: key of the environment file that decides about it.
        what: what is billed.
        quantity: number of units of the price.
        price: id of the price.
        assumption: the assumption in the quantity; empty when it follows from the configuration.
    """

    address: str
    key: str
    what: str
    quantity: float
    price: str
    assumption: str = ""


@dataclass(frozen=True)
class Usage:
    """The configuration with its usage; ``awake`` is the share of the month outside of hibernation."""

    configuration: Configuration
    profile: Profile
    awake: float = 1.0

    @property
    def hours(self) -> float:
        """Hours of a month in which Fargate tasks and the database run."""
        return HOURS * self.awake


Read = Callable[[Usage, Resource], Iterator[Item]]
