"""Two environments side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.comparison import compare
from report.contents import Contents
from report.page.render import page
from report.view.effects import Effect


@pytest.mark.feature("O6")
def test_only_keys_that_differ_are_listed_and_both_environments_are_on_the_page(contents: Contents) -> None:
    other = replace(contents, effects=[*contents.effects, Effect("broker.sharded", "true", "brief outage")])
    comparison = compare(contents, other)
    assert [(row.name, row.left, row.right) for row in comparison.keys] == [("broker.sharded", "", "true")]
    assert comparison.costs[0].name == "Total"
    text = page([contents, other], comparison)
    assert 'id="b-architecture"' in text
    assert "side by side" in text
