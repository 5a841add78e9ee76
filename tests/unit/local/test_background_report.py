"""The report that the demo writes while it waits."""

from __future__ import annotations

import pytest
from terraform_harness.lifecycle import LifecycleError

from local.background_report import background_report


@pytest.mark.feature("O6")
def test_demo_stops_with_the_message_of_a_report_that_was_not_written() -> None:
    with (
        background_report("nowhere") as written,
        pytest.raises(LifecycleError, match="'nowhere' is not an environment"),
    ):
        written()
