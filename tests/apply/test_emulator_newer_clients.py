"""The emulator understands how botocore 1.44 sends requests to CloudWatch, and enforces IAM on them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from terraform_harness.emulator import Emulator

DATA = {"Namespace": "Airflow", "MetricData": [{"MetricName": "Load", "Value": 1.5, "Timestamp": 1795835552.303705}]}


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with Emulator(account_id="111111111111", iam="enforce") as emulator:
        yield emulator


def call(aws: Emulator, operation: str, body: Any, *, key: str = "emulator") -> tuple[int, Any]:
    """Send a request as botocore 1.44 does; return the status and the decoded body."""
    headers = {
        "X-Amz-Target": f"GraniteServiceVersion20100801.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
        "x-amzn-query-mode": "true",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={key}/20261128/eu-central-1/monitoring/aws4_request",
    }
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(aws.url, data, headers)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - loopback
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.feature("H8")
def test_metric_of_a_newer_client_is_stored(aws: Emulator) -> None:
    assert call(aws, "PutMetricData", DATA) == (200, {})
    status, found = call(aws, "ListMetrics", {"Namespace": "Airflow"})
    assert (status, [item["MetricName"] for item in found["Metrics"]]) == (200, ["Load"])


@pytest.mark.feature("H9")
def test_newer_client_that_is_not_permitted_is_denied_in_its_own_protocol(aws: Emulator) -> None:
    status, error = call(aws, "PutMetricData", DATA, key="AKIAUNKNOWN")
    assert (status, error["__type"]) == (403, "InvalidClientTokenId")


@pytest.mark.feature("H8")
@pytest.mark.parametrize("body", [b"{", b"[]", {"MetricData": []}, {"MetricData": 1}], ids=range(4))
def test_invalid_request_of_a_newer_client_is_rejected(aws: Emulator, body: Any) -> None:
    assert call(aws, "PutMetricData", body)[0] == 400
