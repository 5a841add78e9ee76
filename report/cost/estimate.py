"""The estimate: quantities times prices, with what is assumed and what is not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from terraform_gate.configuration import Configuration

from environments import Environment
from report.cost.awake import awake_share
from report.cost.executors import executor_items
from report.cost.item import Item, Usage
from report.cost.prices import Price, PriceList
from report.cost.profile import Profile
from report.cost.quantities import items_of, unpriced

SPOT = "*spot"


@dataclass(frozen=True)
class Line:
    """A billed quantity with its cost; ``usd`` is None when its price is not known."""

    item: Item
    usd: float | None


@dataclass(frozen=True)
class Estimate:
    """The monthly cost of an environment."""

    lines: tuple[Line, ...]
    prices: PriceList
    profile: Profile
    awake: float
    unpriced: dict[str, int]

    @cached_property
    def total(self) -> float:
        """The sum of all known costs in USD."""
        return sum(line.usd or 0 for line in self.lines)

    @property
    def unknown(self) -> tuple[Line, ...]:
        """The lines whose price is not known."""
        return tuple(line for line in self.lines if line.usd is None)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Every assumption once, in the order of the lines."""
        listed = [line.item.assumption for line in self.lines if line.item.assumption]
        if self.awake < 1:
            listed.insert(0, f"hibernation: Fargate tasks and the database run {self.awake:.0%} of the time")
        if any(line.item.price.endswith(SPOT) for line in self.lines) and "fargate.spot" in self.prices.prices:
            listed.insert(0, f"Spot costs {self.prices.prices['fargate.spot'].usd:.0%} of the on-demand price")
        return tuple(dict.fromkeys(listed))

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """Ids of the prices in use that no second source has confirmed."""
        used = {name.removesuffix(SPOT) for name in (line.item.price for line in self.lines)}
        return tuple(
            sorted(name for name in used if name in self.prices.prices and not self.prices.prices[name].confirmed)
        )

    def by(self, attribute: str) -> dict[str, float | None]:
        """Cost by ``key`` or ``address``, highest first; None where a price is missing."""
        found: dict[str, float | None] = {}
        for line in self.lines:
            name = getattr(line.item, attribute)
            known = found.get(name, 0.0)
            found[name] = None if known is None or line.usd is None else known + line.usd
        return dict(sorted(found.items(), key=lambda pair: -(pair[1] if pair[1] is not None else 1e12)))


def estimate(
    configuration: Configuration, environment: Environment, *, prices: PriceList, profile: Profile
) -> Estimate:
    """Estimate the monthly cost of the resources of a configuration."""
    awake = awake_share(environment.hibernation)
    usage = Usage(configuration, profile, awake)
    items = [*items_of(usage), *executor_items(usage, environment)]
    return Estimate(tuple(_priced(items, prices)), prices, profile, awake, unpriced(configuration))


def _priced(items: Iterable[Item], prices: PriceList) -> list[Line]:
    return [Line(item, _cost(item, prices.prices)) for item in items]


def _cost(item: Item, prices: dict[str, Price]) -> float | None:
    price = prices.get(item.price.removesuffix(SPOT))
    factor = prices.get("fargate.spot") if item.price.endswith(SPOT) else Price(1, "", "")
    return None if price is None or factor is None else item.quantity * price.usd * factor.usd
