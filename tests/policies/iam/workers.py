"""A worker role with policies, for the tests of the IAM model."""

from __future__ import annotations

from typing import Any

from terraform_gate.iam.principals import Principal, principals_of
from terraform_gate.rules.shared.examples import ECS_TASKS, trust
from terraform_gate.rules.shared.resources import merge
from terraform_gate.testing import configuration_from

ROLE = "${aws_iam_role.worker.name}"


PASS = {"Action": "iam:PassRole", "Resource": "*"}


RUN = {"Action": ["ecs:RegisterTaskDefinition", "ecs:RunTask"], "Resource": "*"}


def worker(resources: dict[str, Any], **blocks: Any) -> Principal:
    configuration = configuration_from(merge(trust(ECS_TASKS), resources), **blocks)
    return next(item for item in principals_of(configuration) if item.resource.type == "aws_iam_role")
