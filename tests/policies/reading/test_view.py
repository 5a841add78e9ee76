"""What the gate reads from a plan and from the Terraform JSON of the same stack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.gate.outcome import Report
from terraform_gate.rules.shared.examples import container, task_definition

from tests.policies.gate_inputs import Folder, evaluated

REPOSITORY = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/airflow"
BACKEND = {"bucket": "states", "region": "eu-central-1"}
CERTIFICATE = {"domain_name": "airflow.example.com", "validation_method": "DNS"}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def plan_of(folder: Folder, kind: str, name: str, values: Mapping[str, Any], **outputs: str) -> Path:
    """A plan that creates one resource, knows all of its values, and has read the outputs of the stack ``base``."""
    resource = {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name}
    state = {"type": "terraform_remote_state", "name": "base", "values": {"outputs": outputs}}
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [{**resource, "values": values}]}},
        "configuration": {"root_module": {"resources": [{**resource, "expressions": {}}]}},
        "prior_state": {"values": {"root_module": {"resources": [state]}}},
    }
    return folder.text(json.dumps(document), stack="plans", name="plan.json")


def verdicts(report: Report, rule: str) -> set[Verdict]:
    """The verdicts of a rule."""
    return {item.verdict for item in report.outcomes if item.card.id == rule}


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("image", "verdict"),
    [
        (f"{REPOSITORY}:3.3.2-1", Verdict.PASS),
        (f"{REPOSITORY}-other:3.3.2-1", Verdict.FAIL),
        (f"{REPOSITORY}/other:3.3.2-1", Verdict.FAIL),
    ],
)
def test_image_that_a_plan_knows_comes_from_the_repository_of_the_other_stack(
    folder: Folder, image: str, verdict: Verdict
) -> None:
    """Terraform read the repository's address from the state of the other stack, and wrote it into the plan."""
    base = folder.write(
        {"aws_ecr_repository": {"airflow": {"name": "airflow", "image_tag_mutability": "IMMUTABLE"}}},
        stack="base",
        terraform={"backend": {"s3": {**BACKEND, "key": "base"}}},
        output={"url": {"value": "${aws_ecr_repository.airflow.repository_url}"}},
    )
    app = folder.write(
        task_definition(container(image="${data.terraform_remote_state.base.outputs.url}:3.3.2-1")),
        terraform={"backend": {"s3": {**BACKEND, "key": "app"}}},
        data={"terraform_remote_state": {"base": {"backend": "s3", "config": {**BACKEND, "key": "base"}}}},
    )
    values = task_definition(container(image=image))["aws_ecs_task_definition"]["worker"]
    plan = plan_of(folder, "aws_ecs_task_definition", "worker", values, url=REPOSITORY)
    assert verdicts(evaluated(base, app), "AF_ECS_9") == {Verdict.PASS}
    assert verdicts(evaluated(base, app, plans=[("app", plan)]), "AF_ECS_9") == {verdict}


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("lifecycle", "verdict"),
    [
        ({"create_before_destroy": True}, Verdict.PASS),
        ({"create_before_destroy": False}, Verdict.FAIL),
        ({}, Verdict.FAIL),
    ],
)
def test_lifecycle_of_a_planned_resource_is_that_of_its_configuration(
    folder: Folder, lifecycle: dict[str, bool], verdict: Verdict
) -> None:
    """A plan has no meta-arguments, so a rule about them needs the configuration."""
    body = {**CERTIFICATE, **({"lifecycle": lifecycle} if lifecycle else {})}
    file = folder.write({"aws_acm_certificate": {"web": body}})
    plan = plan_of(folder, "aws_acm_certificate", "web", CERTIFICATE)
    assert verdicts(evaluated(file, plans=[("app", plan)]), "CKV_AWS_233") == {verdict}
    assert verdicts(evaluated(plan), "CKV_AWS_233") == {Verdict.UNKNOWN}
