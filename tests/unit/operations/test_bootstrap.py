"""The state bucket of an account."""

from __future__ import annotations

import pytest

from operations.bootstrap import bucket_exists
from tests.unit.operations.cloud import Cloud


@pytest.mark.feature("E2")
def test_missing_bucket_does_not_exist_and_a_created_one_does(cloud: Cloud) -> None:
    assert bucket_exists(cloud.account, "state-of-dev")
    assert not bucket_exists(cloud.account, "nobodys-bucket")
