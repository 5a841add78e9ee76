"""The bucket of access logs."""

from __future__ import annotations

import pytest

from tests.synthesis import deployed
from tests.unit.modules.variants import SINGLE_BY_DAY


@pytest.mark.feature("N6")
def test_access_log_bucket_accepts_logs_of_the_load_balancer() -> None:
    deployment = deployed()
    logs = deployment.only("aws_lb").get("access_logs")
    assert logs["enabled"] is True
    bucket = deployment.resolve(logs["bucket"])
    policy = next(
        one for one in deployment.of("aws_s3_bucket_policy") if deployment.resolve(one.body["bucket"]).key == bucket.key
    )
    writers = [one for one in policy.document("policy")["Statement"] if one["Effect"] == "Allow"]
    assert [one["Principal"] for one in writers] == [{"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}]
    assert not deployed(**SINGLE_BY_DAY).only("aws_lb").get("access_logs")
