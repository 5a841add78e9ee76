"""Five cron fields, and their translation for EventBridge Scheduler."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.facts.cron import eventbridge, problem_in


@pytest.mark.feature("A4")
@pytest.mark.parametrize(
    ("cron", "expression"),
    [
        ("0 20 * * *", "cron(0 20 * * ? *)"),
        ("0 20 * * 1-5", "cron(0 20 ? * MON-FRI *)"),
        ("0 3 * * 0", "cron(0 3 ? * SUN *)"),
        ("0 3 * * 7", "cron(0 3 ? * SUN *)"),
        ("0 3 * * 6-7", "cron(0 3 ? * SAT,SUN *)"),
        ("0 3 * * 5-7", "cron(0 3 ? * FRI,SAT,SUN *)"),
        ("0 3 * * 1-5/2", "cron(0 3 ? * MON,WED,FRI *)"),
        ("0 3 * * */3", "cron(0 3 ? * SUN,WED,SAT *)"),
        ("0 3 * * mon,thu", "cron(0 3 ? * MON,THU *)"),
        ("*/15 6-20 1,15 jan *", "cron(*/15 6-20 1,15 JAN ? *)"),
    ],
)
def test_cron_becomes_an_eventbridge_expression(cron: str, expression: str) -> None:
    assert eventbridge(cron) == expression


@pytest.mark.feature("A4")
@given(st.from_regex(r"[0-9*/,?A-Z#-]{1,6}( [0-9*/,?A-Z#-]{1,6}){3,5}", fullmatch=True))
def test_cron_is_translated_or_rejected(cron: str) -> None:
    if problem_in(cron):
        with pytest.raises(ValueError, match=r"."):
            eventbridge(cron)
    else:
        assert eventbridge(cron).startswith("cron(")
