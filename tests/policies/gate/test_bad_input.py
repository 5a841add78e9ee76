"""Bad input gives one clear message, exit 2, no traceback, in bounded time."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.policies.gate_inputs import CLEAN, Folder, evaluated, run


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "planned_values": {"root_module": {"resources": []}},
    "configuration": {"root_module": {}},
    "complete": True,
}


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"resource": {"aws_vpc": {"main": {"cidr_block": "10.0', "not JSON"),
        ("", "not JSON"),
        ("[1, 2]", "neither Terraform JSON"),
        ('"text"', "neither Terraform JSON"),
        ('{"Resources": {}}', "neither Terraform JSON"),
        ("{}", "neither Terraform JSON"),
        ('{"resource": {}}', "contains no resource"),
        ('{"resource": {"aws_vpc": {}}, "resource": {"aws_vpc": {"a": {}}}}', "the key 'resource' is repeated"),
        ('{"resource": 3}', "an object or a list of objects is expected"),
        ('{"resource": {"aws_vpc": {"main": 3}}}', "an object is expected"),
        ('{"resource": {"aws_vpc": {"main": {}}}, "output": {"a": 1}}', "an object is expected"),
        ("[" * 100_000, "nested too deeply"),
        (json.dumps({**PLAN, "format_version": "2.0"}), "plan format 2.0 is not supported"),
        (json.dumps({**PLAN, "errored": True}), "ended with an error"),
        (json.dumps({**PLAN, "complete": False}), "partial"),
        (json.dumps({**PLAN, "configuration": None}), "configuration is missing"),
        (json.dumps(PLAN), "contains no resource"),
        (
            '{"module": {"net": {"source": "./net"}}, "resource": {"aws_vpc": {"a": {}}}}',
            "net: No such file or directory. Fix: name one that exists; ",
        ),
    ],
)
def test_unreadable_document_is_a_problem(folder: Folder, content: str, reason: str) -> None:
    report = evaluated(folder.text(content))
    assert report.exit_code == 2
    assert any(reason in problem.reason for problem in report.problems), report.problems


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("terragrunt.hcl", "Terraform does not read *.hcl files"),
        ("extra.tofu.json", "only OpenTofu reads this file"),
    ],
)
def test_unread_terraform_file_next_to_clean_json_is_a_problem(folder: Folder, name: str, reason: str) -> None:
    folder.write(CLEAN)
    folder.text('{"resource": {"aws_vpc": {"a": {}}}}', name=name)
    report = evaluated(folder.path)
    assert report.exit_code == 2
    assert [(Path(problem.where).name, reason in problem.reason) for problem in report.problems] == [(name, True)]


@pytest.mark.feature("P5")
def test_plan_in_the_folder_replaces_hcl(folder: Folder) -> None:
    made = {"address": "null_resource.a", "mode": "managed", "type": "null_resource", "name": "a", "values": {}}
    plan = {**PLAN, "planned_values": {"root_module": {"resources": [made]}}}
    folder.text(json.dumps(plan), name="plan.json")
    folder.text('resource "null_resource" "a" {}', name="main.tf")
    reasons = [problem.reason for problem in evaluated(folder.path).problems]
    assert reasons == ["no rule applies to any resource in it"]


@pytest.mark.feature("P5")
def test_missing_file_empty_folder_binary_file_and_hcl_are_problems(folder: Folder) -> None:
    binary = folder.text("", stack="binary")
    binary.write_bytes(b"\xff\xfe\x00\x81")
    hcl = folder.text('resource "aws_vpc" {{{', stack="hcl", name="main.tf")
    (folder.path / "empty").mkdir()
    for path, reason in (
        (folder.path / "nowhere.tf.json", "No such file or directory. Fix: name one that exists; "),
        (folder.path / "empty", "and no plan in this folder. Fix: name a folder that has some"),
        (binary, "not UTF-8"),
        (hcl, "not HCL: line 1"),
        (hcl.parent, "not HCL: line 1"),
    ):
        report = evaluated(path)
        assert report.exit_code == 2
        assert any(reason in problem.reason for problem in report.problems), (path, report.problems)


@pytest.mark.feature("P5")
def test_one_unreadable_file_among_readable_ones_is_a_problem(folder: Folder) -> None:
    folder.write(CLEAN, stack="good")
    folder.text("{", stack="bad")
    report = evaluated(folder.path)
    assert (report.exit_code, report.stacks, len(report.problems)) == (2, ("good",), 1)


@pytest.mark.feature("P5")
def test_plan_without_a_stack_second_plan_and_plan_of_unknown_stack_are_problems(folder: Folder) -> None:
    for stack in ("dev", "prod"):
        folder.write(CLEAN, stack=stack)
    plan = folder.text(json.dumps(PLAN), stack="elsewhere", name="plan.json")
    roots = [folder.path / "dev", folder.path / "prod"]
    for name, reason in (("", "Fix: --plan STACK="), ("staging", "none of dev, prod")):
        report = evaluated(*roots, plans=[(name, plan)])
        assert any(reason in problem.reason for problem in report.problems), report.problems
    twice = evaluated(*roots, plans=[("dev", plan), ("dev", plan)])
    assert any("a second plan" in problem.reason for problem in twice.problems)
    nothing = evaluated(*roots, plans=[("dev", folder.path / "nowhere.json")])
    assert nothing.exit_code == 2


UNUSUAL: dict[str, dict[str, Any]] = {
    "cyclic security groups": {
        "aws_security_group": {
            "a": {
                "vpc_id": "vpc-1",
                "ingress": [{"security_groups": ["${aws_security_group.b.id}"], "protocol": "-1"}],
            },
            "b": {
                "vpc_id": "vpc-1",
                "ingress": [{"security_groups": ["${aws_security_group.a.id}"], "protocol": "-1"}],
            },
        }
    },
    "CIDR with host bits": {
        "aws_vpc_security_group_ingress_rule": {
            "a": {
                "security_group_id": "sg-1",
                "cidr_ipv4": "10.0.0.1/8",
                "ip_protocol": "tcp",
                "from_port": 1,
                "to_port": 2,
            }
        }
    },
    "policy that is no JSON": {"aws_iam_role_policy": {"a": {"role": "r", "policy": "{oops"}}},
    "policy that is a list": {"aws_iam_role_policy": {"a": {"role": "r", "policy": "[]"}}},
    "policy with odd statements": {
        "aws_iam_role_policy": {"a": {"role": "r", "policy": '{"Statement": [3, null, {}]}'}}
    },
    "policy that is a number": {"aws_iam_role_policy": {"a": {"role": "r", "policy": 3}}},
    "null everywhere": {
        "aws_iam_role": {"a": {"assume_role_policy": None, "name": None}},
        "aws_ecs_task_definition": {"a": {"container_definitions": None}},
        "aws_security_group": {"a": {"ingress": None, "egress": None}},
        "aws_lb_listener": {"a": {"default_action": None}},
        "aws_ecs_service": {"a": {"load_balancer": None, "task_definition": None}},
        "aws_s3_bucket": {"a": {"bucket": None}},
        "aws_elasticache_replication_group": {"a": {}},
    },
    "wrong types": {
        "aws_ecs_task_definition": {"a": {"container_definitions": "[1, 2]", "cpu": [], "volume": "x"}},
        "aws_network_acl": {"a": {"ingress": "all", "subnet_ids": 3}},
        "aws_iam_role": {"a": {"assume_role_policy": "{}", "inline_policy": "x", "managed_policy_arns": {"a": 1}}},
        "aws_ecs_service": {"a": {"deployment_circuit_breaker": "yes", "lifecycle": 3}},
    },
    "count and for_each": {
        "aws_security_group": {"a": {"count": "${var.n}", "vpc_id": "vpc-1"}, "b": {"for_each": "${toset([1])}"}},
    },
    "dynamic over the unknown": {
        "aws_security_group": {
            "a": {"dynamic": {"ingress": {"for_each": "${var.rules}", "content": {"from_port": "${ingress.value}"}}}},
            "b": {"dynamic": [{"ingress": [{"for_each": [22], "content": {"from_port": "${ingress.value}"}}]}]},
        }
    },
    "variables in a circle": {"aws_vpc": {"a": {"cidr_block": "${local.a}"}}},
    "unclosed expression": {"aws_vpc": {"a": {"cidr_block": "${aws_vpc.b", "tags": {"${": "}"}}}},
}


@pytest.mark.feature("P5")
@pytest.mark.parametrize("name", UNUSUAL)
def test_unusual_configuration_gets_a_verdict(folder: Folder, name: str) -> None:
    file = folder.write(UNUSUAL[name], variable={"rules": {}, "n": {}}, locals={"a": "${local.b}", "b": "${local.a}"})
    answer = run(str(file))
    assert answer.returncode in {1, 2}
    assert "Traceback" not in answer.stdout + answer.stderr
    assert "cannot be evaluated" not in answer.stdout
    assert "the rule ended with" not in answer.stdout


@pytest.mark.feature("P5")
def test_5000_rules_and_50_megabytes_are_evaluated_within_300_seconds(folder: Folder) -> None:
    rule = {"security_group_id": "${aws_security_group.a.id}", "ip_protocol": "tcp", "description": "x"}
    rules = {
        f"r{number}": {
            **rule,
            "from_port": number,
            "to_port": number,
            "cidr_ipv4": f"10.{number // 250}.{number % 250}.0/24",
        }
        for number in range(1, 5001)
    }
    many = folder.write(
        {"aws_security_group": {"a": {"vpc_id": "vpc-1"}}, "aws_vpc_security_group_ingress_rule": rules}, stack="many"
    )
    blob = {"name": "/airflow/x", "type": "String", "value": "x" * 1_000_000}
    big = folder.write({"aws_ssm_parameter": {f"p{number}": blob for number in range(50)}}, stack="big")
    # Processor time: other processes do not change it.
    started = time.process_time()
    for file in (many, big):
        assert evaluated(file).resources >= 50
    assert time.process_time() - started < 300


@pytest.mark.feature("P5")
def test_bad_options_print_the_usage(folder: Folder) -> None:
    file = str(folder.write(CLEAN))
    for arguments in ((), (file, "--format", "xml"), (file, "--today", "tomorrow")):
        answer = run(*arguments)
        assert answer.returncode == 2
        assert "usage:" in answer.stderr
        assert "Traceback" not in answer.stderr
