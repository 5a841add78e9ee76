"""Modules exported from production contain no value of production: another company calls them with other values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.tools import require

from modules.export import write
from modules.export.build import Module
from tests.plan import structures
from tests.plan.export_roots import offline, plan, write_root
from tests.plan.other_company import ACCOUNT, PARTITION, REGION, TEXTS, calls

# One process makes what the tests share.
pytestmark = structures.SHARED

# Values of production in any text: names, account, region, addresses.
PRODUCTION = re.compile(
    r"\bprod\b|333333333333|eu-central-1|10\.30\.|203\.0\.113|airflow\.example\.com|airflow@example|Z0PROD"
    r"|m7g\.large\b|github\.com|AAAAC3Nz|cost-center"
)
# The table of connections lists the instance classes that exist.
TABLE = re.compile(r'^ +"db\..*\n', re.MULTILINE)
# Attributes that AWS requires to be unique in an account, or in all of AWS.
CLAIMS = ("bucket", "dashboard_name", "alarm_name", "family", "identifier", "replication_group_id", "name")
# Names inside of a cluster, namespace, role or zone; families of parameter groups.
SCOPED = re.compile(
    r"aws_(ecs_service\.name|service_discovery_service\.name|appautoscaling_\w+\.name|iam_role_policy\.name"
    r"|route53_record\.name|\w+_parameter_group\.family)"
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Module]]:
    """Both stacks of production as modules, in a root that calls them."""
    require("terraform", "provider-mirror")
    modules = structures.of_stacks("prod")
    root = write_root(
        tmp_path_factory.mktemp("other") / "root",
        {
            "provider": {"aws": [{"region": REGION} | offline(ACCOUNT)]},
            "resource": {"aws_security_group": {"erp": {"name": "erp", "vpc_id": "vpc-00000001"}}},
            "module": calls(modules),
        },
    )
    for module in modules:
        write.write(root / module.name, structures.content("prod")[module.name])
    return root, modules


@pytest.fixture(scope="module")
def planned(exported: tuple[Path, list[Module]]) -> Mapping[str, Any]:
    return plan(exported[0])


@pytest.mark.feature("M1")
def test_modules_exported_from_production_hold_no_value_of_production(exported: tuple[Path, list[Module]]) -> None:
    root, _ = exported
    found = {
        f"{path.relative_to(root)}: {match[0]}"
        for path in root.rglob("*")
        if path.is_file() and path.name != "LICENSE"
        for match in PRODUCTION.finditer(TABLE.sub("", path.read_text()))
    }
    assert found == set()


@pytest.mark.feature("M1")
def test_plan_of_another_company_holds_no_value_of_production(planned: Mapping[str, Any]) -> None:
    text = json.dumps({key: planned[key] for key in ("planned_values", "resource_changes")})
    assert {match[0] for match in PRODUCTION.finditer(text)} == set()
    assert f"arn:{PARTITION}:" in text
    assert "arn:aws:" not in text
    assert len(planned["resource_changes"]) > 400


@pytest.mark.feature("M1")
def test_every_client_of_another_company_has_its_rules(planned: Mapping[str, Any]) -> None:
    rules = [item["change"]["after"] for item in planned["resource_changes"] if "from_clients_443" in item["address"]]
    assert sorted(rule["cidr_ipv4"] for rule in rules) == sorted(2 * TEXTS["load_balancer_allowed_cidrs"])
    entries = [item for item in planned["resource_changes"] if item["type"] == "aws_network_acl_rule"]
    numbers = [
        (item["module_address"], re.sub(r"_\d+\W.*|_\d+$", "", item["address"]), item["change"]["after"]["rule_number"])
        for item in entries
    ]
    assert len(numbers) == len(set(numbers))


def of(planned: Mapping[str, Any], kind: str, instance: str = "one") -> dict[str, dict[str, Any]]:
    """Planned values of the resources of the type ``kind`` in an instance, by ``name[index]``."""
    changes = (item for item in planned["resource_changes"] if item["type"] == kind)
    return {
        f"{item['name']}[{item.get('index', '')}]": item["change"]["after"]
        for item in changes
        if f'"{instance}"' in item.get("module_address", "")
    }


@pytest.mark.feature("M1")
def test_caller_chooses_number_names_and_sizes_of_worker_groups(planned: Mapping[str, Any]) -> None:
    services = {name: body for name, body in of(planned, "aws_ecs_service").items() if name.startswith("worker_")}
    assert set(services) == {f"worker_group_service[{name}]" for name in TEXTS["worker_groups"]}
    shares = {
        body["name"]: {
            item["capacity_provider"]: (item["base"], item["weight"]) for item in body["capacity_provider_strategy"]
        }
        for body in services.values()
    }
    assert shares == {
        "worker-etl": {"FARGATE_SPOT": (0, 100)},
        "worker-gpu-like": {"FARGATE": (0, 100)},
        "worker-quick": {"FARGATE": (1, 70), "FARGATE_SPOT": (0, 30)},
    }
    tasks = of(planned, "aws_ecs_task_definition")
    sizes = {
        name: (body["cpu"], body["memory"], [disk["size_in_gib"] for disk in body["ephemeral_storage"]])
        for name, body in tasks.items()
        if name.startswith("worker_")
    }
    assert sizes == {
        "worker_group_task_definition[etl]": ("2048", "8192", [50]),
        "worker_group_task_definition[gpu-like]": ("4096", "8192", []),
        "worker_group_task_definition[quick]": ("1024", "2048", []),
    }
    targets = of(planned, "aws_appautoscaling_target")
    bounds = [targets[f"worker_group_scalable[{name}]"] for name in TEXTS["worker_groups"]]
    assert [(body["min_capacity"], body["max_capacity"]) for body in bounds] == [(1, 3), (1, 10), (0, 10)]
    groups = of(planned, "aws_cloudwatch_log_group")
    assert {name for name in groups if "worker" in name} == {
        f"logs_worker_group[{name}]" for name in TEXTS["worker_groups"]
    }


@pytest.mark.feature("M1")
def test_saved_queries_read_the_logs_of_the_worker_groups_of_the_caller(planned: Mapping[str, Any]) -> None:
    groups = of(planned, "aws_cloudwatch_query_definition")["dashboard_query_errors[]"]["log_group_names"]
    assert [name for name in groups if "worker" in name] == [
        f"/pipelines/one/worker-{name}" for name in ("etl", "gpu-like", "quick")
    ]
    assert len(groups) == 3 + 6


@pytest.mark.feature("M1")
def test_dags_of_a_worker_group_get_what_the_caller_lists(planned: Mapping[str, Any]) -> None:
    rules = of(planned, "aws_vpc_security_group_egress_rule")
    warehouse, erp = (rules[f"worker_group_egress_to_destinations[etl/{name}]"] for name in ("warehouse", "erp"))
    assert (warehouse["cidr_ipv4"], warehouse["from_port"], warehouse["to_port"]) == ("198.18.8.0/24", 5439, 5441)
    assert (erp.get("cidr_ipv4"), erp["from_port"], erp["to_port"]) == (None, 1521, 1521)
    entries = {
        (name.split("[")[0], body["cidr_block"], body["from_port"], body["to_port"])
        for name, body in of(planned, "aws_network_acl_rule").items()
        if "destination" in name
    }
    assert ("network_acls_application_out_destinations", "198.18.8.0/24", 5439, 5441) in entries
    assert ("network_acls_public_out_destinations", "198.18.8.0/24", 5439, 5441) in entries
    assert ("network_acls_application_out_destinations", "198.18.9.0/24", 5671, 5671) in entries
    assert len(entries) == 8
    policies = of(planned, "aws_iam_role_policy")
    assert json.loads(policies["worker_group_task_role_dags[etl/input]"]["policy"])["Statement"] == [
        {
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Condition": {"StringEquals": {"aws:ResourceAccount": [ACCOUNT]}},
            "Effect": "Allow",
            "Resource": [f"arn:{PARTITION}:s3:::other-input/*"],
        }
    ]
    allowed = json.loads(policies["triggerer_task_role_dags[queue]"]["policy"])["Statement"]
    assert [statement["Action"] for statement in allowed] == [["sqs:ReceiveMessage"]]
    assert rules["triggerer_egress_to_destinations[queue]"]["cidr_ipv4"] == "198.18.9.0/24"
    assert "triggerer_execution_role_read_dags_secrets[AIRFLOW_CONN_QUEUE]" in policies
    assert list(of(planned, "aws_iam_role_policy_attachment")) == [
        "worker_group_task_role_managed_policies[etl/catalog]"
    ]
    read = json.loads(policies["worker_group_execution_role_read_dags_secrets[etl/SMTP_PASSWORD]"]["policy"])
    assert read["Statement"][0]["Resource"] == [f"arn:{PARTITION}:ssm:{REGION}:{ACCOUNT}:parameter/mail/smtp"]
    of_others = [name for name in policies if "dags" in name and not name.startswith("triggerer_")]
    assert not [name for name in of_others if "[etl/" not in name]


@pytest.mark.feature("M1")
def test_two_instances_in_one_root_claim_different_names(planned: Mapping[str, Any]) -> None:
    claims: dict[tuple[str, str, str], str] = {}
    for kind, attribute, value, address in _claims(planned):
        first = claims.setdefault((kind, attribute, value), address)
        assert first == address, f"{first} and {address} both have {attribute} {value}"
    assert len(claims) > 100


def _claims(planned: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for change in planned["resource_changes"]:
        for attribute in CLAIMS:
            value = change["change"]["after"].get(attribute)
            if isinstance(value, str) and not SCOPED.match(f"{change['type']}.{attribute}"):
                yield change["type"], attribute, value, change["address"]
