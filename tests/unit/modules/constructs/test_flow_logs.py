"""VPC flow logs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis import deployed
from tests.unit.environments.cases import GONE

EXISTING: dict[str, Any] = {
    "cidr": GONE,
    "existing": {
        "vpc_id": "vpc-0123456789abcdef0",
        "cidr": "10.99.0.0/16",
        "public_subnet_ids": ["subnet-00000000", "subnet-00000001"],
        "application_subnet_ids": ["subnet-10000000", "subnet-10000001"],
        "data_subnet_ids": ["subnet-20000000", "subnet-20000001"],
        "application_route_table_ids": ["rtb-00000001"],
    },
}


@pytest.mark.feature("N7")
def test_flow_logs_record_all_traffic_encrypted_with_retention() -> None:
    deployment = deployed()
    log = deployment.only("aws_flow_log", traffic_type="ALL")
    group = deployment.resolve(log.body["log_destination"])
    assert group.body["retention_in_days"] == 90
    assert deployment.resolve(group.body["kms_key_id"]).type == "aws_kms_key"
    deployed(network=EXISTING | {"flow_logs": False}).template.none("aws_flow_log")
