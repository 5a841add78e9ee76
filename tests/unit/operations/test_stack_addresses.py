"""Addresses of the resources of a part of a stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from operations.errors import PreconditionError
from operations.stack_addresses import addresses_of


@pytest.mark.feature("C5")
def test_partial_apply_includes_security_group_rules_that_refer_to_the_construct(tmp_path: Path) -> None:
    def resource(path: str, **body: str) -> dict[str, Any]:
        return {"//": {"metadata": {"path": f"dev-airflow/{path}"}}, **body}

    group = "${aws_security_group.migrate_group.id}"
    resources = {
        "aws_security_group": {"migrate_group": resource("migrate/group"), "scheduler": resource("scheduler/group")},
        "aws_ecs_task_definition": {"migrate": resource("migrate/task-definition")},
        "aws_vpc_security_group_ingress_rule": {
            "database_from_migrate": resource("database/rule", referenced_security_group_id=group),
            "database_from_scheduler": resource("database/rule2", referenced_security_group_id="sg-1"),
        },
        "aws_ecs_service": {"odd": resource("scheduler/service", note=group)},
    }
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": resources}))
    assert addresses_of(tmp_path, ["migrate"]) == [
        "aws_ecs_task_definition.migrate",
        "aws_security_group.migrate_group",
        "aws_vpc_security_group_ingress_rule.database_from_migrate",
    ]
    with pytest.raises(PreconditionError, match=r"has no construct nothing. Fix: make synth"):
        addresses_of(tmp_path, ["nothing"])
