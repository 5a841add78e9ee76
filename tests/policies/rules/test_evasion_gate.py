"""The gate never exits 0 on a dangerous configuration, in any of the file layouts that Terraform accepts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.gate.evaluation import evaluate
from terraform_gate.gate.outcome import Report

from tests.policies.rules.test_evasion import EVASIONS


def resources(**kinds: Any) -> dict[str, Any]:
    return {"a.tf.json": {"resource": kinds}}


def allowed(document: Any) -> dict[str, Any]:
    return {"aws_iam_policy": {"it": {"name": "it", "policy": document}}}


GROUP = {"vpc_id": "vpc-1", "description": "public"}
PORTS = {"from_port": 22, "to_port": 22, "description": "why"}
ANYWHERE = {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", **PORTS}
RULE = {"aws_vpc_security_group_ingress_rule": {"ssh": {"security_group_id": "sg-1", **ANYWHERE}}}
INLINE = {"cidr_blocks": ["${ingress.value}"], "protocol": "tcp", **PORTS}
DYNAMIC = {"ingress": {"for_each": ["0.0.0.0/0"], "content": INLINE}}
EVERYTHING = '${jsonencode({Statement = [{Effect = "Allow", Action = "*", Resource = "*"}]})}'
DATA = {"aws_iam_policy_document": {"all": {"statement": [{"actions": ["*"], "resources": ["*"]}]}}}
ODD = {"Effect": "Allow", "Action": ["iAm:PASSrole", "ECS:runtask"], "Resource": "*"}
FINDING, UNKNOWN = 1, 2

# Files, expected exit code, and the id of a rule with a finding ("" if the files cannot be read).
SHAPES: dict[str, tuple[dict[str, Any], int, str]] = {
    "resources as a list of blocks": ({"a.tf.json": {"resource": [RULE]}}, FINDING, "AF_SG_1"),
    "names as a list": (resources(**{kind: [named] for kind, named in RULE.items()}), FINDING, "AF_SG_1"),
    "nested lists": (resources(aws_security_group=[{"public": [GROUP]}, {"other": [GROUP]}]), UNKNOWN, ""),
    "a second file": (
        resources(aws_security_group={"public": GROUP}) | {"z.tf.json": {"resource": RULE}},
        FINDING,
        "AF_SG_1",
    ),
    "a module on disk": (
        {"a.tf.json": {"module": {"m": {"source": "./m"}}}, "m/m.tf.json": {"resource": RULE}},
        FINDING,
        "AF_SG_1",
    ),
    "a dynamic block": (resources(aws_security_group={"public": {**GROUP, "dynamic": DYNAMIC}}), FINDING, "AF_SG_1"),
    "a policy document as a data source": (
        {"a.tf.json": {"data": DATA, "resource": allowed("${data.aws_iam_policy_document.all.json}")}},
        UNKNOWN,
        "AF_IAM_6",
    ),
    "a policy that a function writes": (resources(**allowed(EVERYTHING)), FINDING, "AF_IAM_6"),
    "actions in odd case": (resources(**allowed(json.dumps({"Statement": [ODD]}))), FINDING, "AF_IAM_4"),
}


def report_of(folder: Path, files: dict[str, Any]) -> Report:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
    return evaluate([folder], today=date(2026, 1, 1))


@pytest.mark.feature("P5")
@pytest.mark.parametrize(("files", "code", "rule"), SHAPES.values(), ids=SHAPES)
def test_dangerous_content_never_exits_0(tmp_path: Path, files: dict[str, Any], code: int, rule: str) -> None:
    report = report_of(tmp_path, files)
    assert report.exit_code == code
    assert not rule or rule in {outcome.card.id for outcome in report.outcomes if outcome.is_open}


@pytest.mark.feature("P5")
@pytest.mark.parametrize(("made", "blocks"), [pytest.param(*item[1:3], id=item[0]) for item in EVASIONS])
def test_gate_never_exits_0_on_an_evasion(tmp_path: Path, made: dict[str, Any], blocks: dict[str, Any]) -> None:
    assert report_of(tmp_path, {"a.tf.json": {"resource": made, **blocks}}).exit_code in {FINDING, UNKNOWN}
