"""The limits in :mod:`tests.unit.modules.limits` report what AWS rejects."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_gate.configuration import configuration_of
from terraform_gate.terraform_resource import Resource

from tests.synthesis import Deployment, deployed
from tests.unit.modules.limits import excesses


@pytest.mark.feature("T1")
@pytest.mark.parametrize(
    ("kind", "arguments", "complaint"),
    [
        ("aws_lb", {"name": "a" * 33}, "33 characters"),
        ("aws_lb", {"name": "internal-airflow"}, "internal-airflow"),
        ("aws_db_instance", {"identifier": "airflow--dev"}, "airflow--dev"),
        ("aws_iam_role", {"name": "a" * 65}, "65 characters"),
        ("aws_security_group", {"name": "sg-mine"}, "sg-mine"),
        ("aws_security_group", {"name": "mine", "description": "it's mine"}, "it's mine"),
        ("aws_glue_job", {"name": "job"}, "has no limit for it"),
    ],
)
def test_limits_report_what_aws_rejects(kind: str, arguments: dict[str, Any], complaint: str) -> None:
    resource = Resource(stack="s", address=f"{kind}.one", type=kind, name="one", body=arguments)
    deployment = Deployment(deployed().environment, {}, {}, configuration_of([resource]))
    assert any(complaint in message for message in excesses(deployment))
