"""What the foundation cannot delete while the services use it."""

from __future__ import annotations

import pytest

from day_two.joining import Module
from day_two.order import used_by_airflow

BEFORE = Module(
    {
        "aws_security_group.proxy": {},
        "aws_security_group.unused": {},
        "local.group": "${aws_security_group.proxy.id}",
        "aws_vpc_security_group_ingress_rule.from_scheduler": {"group": "${local.group}"},
    },
    {
        "aws_security_group.proxy": "dev-foundation",
        "aws_security_group.unused": "dev-foundation",
        "aws_vpc_security_group_ingress_rule.from_scheduler": "dev-airflow",
    },
    {},
    {},
)


@pytest.mark.feature("E8")
def test_group_that_rules_of_airflow_name_is_found() -> None:
    changes = [
        {"address": address, "type": address.split(".")[0], "change": {"actions": actions}}
        for address, actions in (
            ("aws_security_group.proxy", ["delete"]),
            ("aws_security_group.unused", ["delete"]),
            ("aws_vpc_security_group_ingress_rule.from_scheduler", ["delete"]),
        )
    ]
    assert list(used_by_airflow(changes, BEFORE)) == [("aws_security_group.proxy", False)]
    changes[0]["change"] = {"actions": ["delete", "create"]}
    assert list(used_by_airflow(changes, BEFORE)) == [("aws_security_group.proxy", True)]
