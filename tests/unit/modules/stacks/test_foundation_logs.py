"""The bucket of access logs."""

from __future__ import annotations

import pytest

from tests.reading import statements
from tests.synthesis import deployed
from tests.unit.modules.variants import SINGLE_BY_DAY


@pytest.mark.feature("N6")
def test_access_log_bucket_accepts_logs_of_the_load_balancer() -> None:
    deployment = deployed()
    logs = deployment.only("aws_lb").get("access_logs")
    assert logs["enabled"] is True
    bucket = deployment.resolve(logs["bucket"])
    policy = next(
        policy
        for policy in deployment.of("aws_s3_bucket_policy")
        if deployment.resolve(policy.body["bucket"]).key == bucket.key
    )
    writers = [statement for statement in statements(policy.body["policy"]) if statement["Effect"] == "Allow"]
    assert [statement["Principal"] for statement in writers] == [
        {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    ]
    assert not deployed(**SINGLE_BY_DAY).only("aws_lb").get("access_logs")
