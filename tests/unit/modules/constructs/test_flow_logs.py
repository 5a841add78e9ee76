"""VPC flow logs."""

from __future__ import annotations

import pytest

from tests.synthesis import deployed
from tests.unit.modules.variants import EXISTING


@pytest.mark.feature("N7")
def test_flow_logs_record_all_traffic_encrypted_with_retention() -> None:
    deployment = deployed()
    log = deployment.only("aws_flow_log", traffic_type="ALL")
    group = deployment.resolve(log.body["log_destination"])
    assert group.body["retention_in_days"] == 90
    assert deployment.resolve(group.body["kms_key_id"]).type == "aws_kms_key"
    deployed(network=EXISTING | {"flow_logs": False}).template.none("aws_flow_log")
