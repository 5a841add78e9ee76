"""Two environments side by side: keys, cost, components."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from report.contents import Contents


@dataclass(frozen=True)
class Row:
    """One property of both environments; empty where an environment does not have it."""

    name: str
    left: str
    right: str


@dataclass(frozen=True)
class Comparison:
    """Where two environments differ; rows with equal values are left out of ``keys`` and ``components``."""

    left: str
    right: str
    keys: tuple[Row, ...]
    costs: tuple[Row, ...]
    components: tuple[Row, ...]


def compare(left: Contents, right: Contents) -> Comparison:
    """Compare two environments."""
    names = left.source.environment.name, right.source.environment.name
    return Comparison(
        *names,
        keys=tuple(_different(left, right, lambda item: {effect.key: effect.value for effect in item.effects})),
        costs=tuple(_rows(left, right, _costs)),
        components=tuple(
            _different(
                left, right, lambda item: {part.name: part.size or part.kind for part in item.landscape.components}
            )
        ),
    )


def _costs(contents: Contents) -> dict[str, str]:
    texts = {key: "not known" if usd is None else f"{usd:,.0f} USD" for key, usd in contents.cost.by("key").items()}
    prices = contents.cost.prices
    if not prices.date:
        return {"Total": "not known", "Prices": f"no price file for {prices.region}", **texts}
    more = " and what is not known" if contents.cost.unknown else ""
    total = f"{contents.cost.total:,.0f} USD{more}"
    return {"Total": total, "Prices": f"{prices.region}, {prices.date}", **texts}


def _different(left: Contents, right: Contents, of: Callable[[Contents], dict[str, str]]) -> Iterator[Row]:
    yield from (row for row in _rows(left, right, of) if row.left != row.right)


def _rows(left: Contents, right: Contents, of: Callable[[Contents], dict[str, str]]) -> Iterator[Row]:
    first, second = of(left), of(right)
    for name in dict.fromkeys([*first, *second]):
        yield Row(name, first.get(name, ""), second.get(name, ""))
