"""The text of ``cost``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from environments.errors import printable

UNKNOWN = "unknown"


def lines(found: Mapping[str, Any], *, file: str) -> Iterator[str]:
    """The lines about what :mod:`operations.cost` returned.

    Args:
        file: the environment file, named above its keys.
    """
    if found["problem"]:
        yield f"{found['environment']}: the expected cost is not known: {found['problem']}"
    else:
        yield f"{found['environment']}: about {found['expected']:,.2f} USD a month expected"
        yield f"  list prices of {found['region']}, {found['prices']}, without tax and discounts"
        yield from _amounts(f"by key of {file}", found["by_key"])
        if found["by_team"]:
            yield from _amounts("workers by team", found["by_team"])
        yield from _amounts("by resource", found["by_resource"])
        yield from _notes("assumed", found["assumptions"])
        yield from _notes("without a known price", found["without_price"])
        yield from _notes("prices that no second source confirms", found["unconfirmed_prices"])
    known = found["known"]
    yield ""
    if "problem" in known:
        yield f"known: {printable(known['problem'])}"
    else:
        yield f"known: {known['total']:,.2f} USD from {known['Start']} to {known['End']} (Cost Explorer, by tag)"
        yield from _amounts("by AWS service", known["by_service"])


def _amounts(title: str, amounts: Mapping[str, float | None]) -> Iterator[str]:
    yield f"{title}:"
    for name, usd in amounts.items():
        yield f"  {UNKNOWN if usd is None else f'{usd:,.2f}':>10}  {printable(name)}"


def _notes(title: str, notes: list[str]) -> Iterator[str]:
    if notes:
        yield f"{title}: {'; '.join(notes)}"
