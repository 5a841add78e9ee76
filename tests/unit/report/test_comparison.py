"""Two environments side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.comparison import compare
from report.contents import Contents
from report.cost.estimate import estimate
from report.cost.prices import PriceList, price_list
from report.cost.profile import ASSUMED
from report.page.render import page
from report.view.effects import Effect


@pytest.mark.feature("O6")
def test_only_keys_that_differ_are_listed_and_both_environments_are_on_the_page(contents: Contents) -> None:
    other = replace(contents, effects=[*contents.effects, Effect("broker.sharded", "true", "brief outage")])
    comparison = compare(contents, other)
    assert [(row.name, row.left, row.right) for row in comparison.keys] == [("broker.sharded", "", "true")]
    assert [row.name for row in comparison.costs[:2]] == ["Total", "Prices"]
    text = page([contents, other], comparison)
    assert 'id="b-architecture"' in text
    assert "side by side" in text


@pytest.mark.feature("O6")
def test_environments_in_two_regions_have_the_prices_of_their_own_region(contents: Contents) -> None:
    def costs(prices: PriceList) -> dict[str, tuple[str, str]]:
        made = contents.source.configuration, contents.source.environment
        other = replace(contents, cost=estimate(*made, prices=prices, profile=ASSUMED))
        return {row.name: (row.left, row.right) for row in compare(contents, other).costs}

    here = f"eu-central-1, {contents.cost.prices.date}"
    found = costs(price_list("us-east-1"))
    assert found["Prices"] == (here, f"us-east-1, {price_list('us-east-1').date}")
    assert len(set(found["database"])) == 2, "the prices differ"
    without = costs(price_list("sa-east-1"))
    assert without["Prices"] == (here, "no price file for sa-east-1")
    assert without["Total"][1] == without["database"][1] == "not known"
