"""The table of regions, compared with the AWS SDK."""

from __future__ import annotations

import botocore.session
import pytest

from environments.facts.regions import REGIONS


@pytest.mark.feature("E1")
def test_every_region_that_the_sdk_knows_for_ecs_is_known() -> None:
    sdk = set(botocore.session.get_session().get_available_regions("ecs"))
    assert sdk <= set(REGIONS)
    assert list(REGIONS) == sorted(set(REGIONS))
