"""Price files: one for each region, dated, with the source of every price."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from report.errors import ReportError

FOLDER = Path(__file__).parent / "prices"


@dataclass(frozen=True)
class Price:
    """A price in USD for one unit; ``confirmed``: a second published source, ``second_source``, had the same number."""

    usd: float
    unit: str
    source: str
    confirmed: bool = False
    second_source: str = ""


@dataclass(frozen=True)
class PriceList:
    """The prices of one region by id, such as ``fargate.arm.vcpu``; ``date`` is empty for a region without a file."""

    region: str
    date: str = ""
    note: str = ""
    prices: dict[str, Price] = field(default_factory=dict)


def price_list(region: str, *, folder: Path = FOLDER) -> PriceList:
    """The prices of ``region``; an empty list when there is no file: a price of another region is never used.

    Raises:
        ReportError: the file is not a price file.
    """
    file = folder / f"{region}.json"
    if not file.is_file():
        return PriceList(region)
    try:
        document: dict[str, Any] = json.loads(file.read_text("utf-8"))
        prices = {name: Price(**item) for name, item in document["prices"].items()}
        for name, price in prices.items():
            if not isinstance(price.usd, int | float) or not price.usd >= 0:
                raise ValueError(f"{name}: usd must be a number of at least 0, got {price.usd!r}")
        return PriceList(region, str(document["date"]), str(document.get("note", "")), prices)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        example = FOLDER / "eu-central-1.json"
        raise ReportError(f"{file}: is not a price file ({error}). Fix: write it like {example.name}") from None
