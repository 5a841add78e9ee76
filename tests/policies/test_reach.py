"""Our own environments: declared flows are the possible flows, whatever the topology; and the command that shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.configuration import Configuration
from terraform_gate.finding import Verdict
from terraform_gate.network.reach_command import main
from terraform_gate.network.reading.agreement import extra_flows, missing_flows
from terraform_gate.network.reading.flows import declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.reading.inputs import read
from terraform_gate.rules.catalog import all_rules

from environments.load import load_all
from tests.synthesis import Deployment, deployed, synthesize

ENVIRONMENTS = Path(__file__).parents[2] / "environments"
RULES = [rule for rule in all_rules() if rule.id.startswith(("AF_SG_", "AF_NACL_", "AF_NET_"))]
Body = dict[str, Any]
Mutation = Callable[[dict[str, Any], dict[str, Any]], None]
KINDS: dict[str, dict[str, Any]] = {
    "celery over one NAT": {"network": {"egress": "single_nat"}},
    "celery without NAT": {"network": {"egress": "none"}},
    "celery over a NAT a zone": {"network": {"egress": "nat_per_zone"}},
    "local": {"topology": "local"},
    "single": {"topology": "single"},
    "sequential": {"topology": "sequential"},
    "open to a block": {"load_balancer": {"scheme": "internet-facing", "allowed_cidrs": ["203.0.113.0/24"]}},
}


EXISTING = {
    "vpc_id": "vpc-0123456789abcdef0",
    "cidr": "10.10.0.0/16",
    "public_subnet_ids": ["subnet-0000000000000000a", "subnet-0000000000000000b"],
    "application_subnet_ids": ["subnet-1000000000000000a", "subnet-1000000000000000b"],
    "data_subnet_ids": ["subnet-2000000000000000a", "subnet-2000000000000000b"],
    "application_route_table_ids": ["rtb-0123456789abcdef0"],
}
KINDS["somebody else's network"] = {"network": {"existing": EXISTING}}


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> Deployment:
    return deployed(**KINDS[request.param])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The stacks of the environments in the repository."""
    return synthesize(load_all(str(ENVIRONMENTS)), out=tmp_path_factory.mktemp("synthesized"))


@pytest.mark.feature("E5")
def test_the_environments_of_the_house_stand_side_by_side(written: dict[str, Path]) -> None:
    stacks = [json.loads(file.read_text()) for file in written.values()]
    keys = [json.dumps(stack["terraform"]["backend"], sort_keys=True) for stack in stacks]
    assert len(set(keys)) == len(keys), "no two stacks share a state"
    blocks = [one["cidr_block"] for stack in stacks for one in stack["resource"].get("aws_vpc", {}).values()]
    assert len(set(blocks)) == len(blocks) == 3


def disagreements(configuration: Configuration) -> list[str]:
    network, flows = network_of(configuration), declared_flows(configuration)
    assert flows, "no flow is declared"
    missing = [f"missing {item.flow}" for item in missing_flows(network, flows)]
    return missing + [f"extra {item.source.name} -> {item.destination.name}" for item in extra_flows(network, flows)]


@pytest.mark.feature("N4")
def test_declared_flows_are_the_possible_flows(kind: Deployment) -> None:
    assert disagreements(kind.configuration) == []


@pytest.mark.feature("P1")
def test_no_network_rule_finds_anything(kind: Deployment) -> None:
    assert findings(kind.configuration) == set()


@pytest.mark.feature("N4")
@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_declared_flows_are_the_possible_flows_of(name: str, written: dict[str, Path]) -> None:
    (configuration,) = read([written[f"{name}-foundation"], written[f"{name}-airflow"]]).configurations()
    assert disagreements(configuration) == []
    assert findings(configuration) == set()


def findings(configuration: Configuration) -> set[str]:
    return {rule.id for rule in RULES for finding in rule.judge(configuration) if finding.verdict is not Verdict.PASS}


def bodies(document: dict[str, Any], kind: str, part: str = "") -> list[Body]:
    found = [body for name, body in document["resource"].get(kind, {}).items() if part in name]
    assert found, f"no {kind} with {part!r}"
    return found


def add(document: dict[str, Any], kind: str, body: Body) -> None:
    document["resource"].setdefault(kind, {})["mutant"] = body


def world_ssh(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    way = bodies(airflow, "aws_vpc_security_group_ingress_rule", "scheduler_ingress_at_metadata_database")[0]
    add(
        airflow,
        "aws_vpc_security_group_ingress_rule",
        {**way, "cidr_ipv4": "0.0.0.0/0", "referenced_security_group_id": None, "from_port": 22, "to_port": 22},
    )


def open_egress(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    bodies(airflow, "aws_vpc_security_group_egress_rule", "scheduler_egress_to_internet")[0].update(
        ip_protocol="-1", from_port=None, to_port=None
    )


def no_description(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    bodies(airflow, "aws_vpc_security_group_egress_rule", "scheduler_egress_to_internet")[0]["description"] = None


def half_a_flow(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    airflow["resource"]["aws_vpc_security_group_ingress_rule"].pop("scheduler_ingress_at_metadata_database_5432")


def balancer_to_database(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    """The world on the load balancer's port, and the load balancer on the database's."""
    bodies(airflow, "aws_lb")[0]["internal"] = False
    for body in bodies(airflow, "aws_vpc_security_group_ingress_rule", "ingress_from_clients"):
        body["cidr_ipv4"] = "0.0.0.0/0"
    way = bodies(airflow, "aws_vpc_security_group_ingress_rule", "scheduler_ingress_at_metadata_database")[0]
    group = "${aws_security_group.load_balancer_security_group.id}"
    add(airflow, "aws_vpc_security_group_ingress_rule", {**way, "referenced_security_group_id": group})


def undeclared_port(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    """Both ends, so that only the flows know better."""
    for kind, part in (
        ("aws_vpc_security_group_ingress_rule", "scheduler_ingress_at_metadata_database"),
        ("aws_vpc_security_group_egress_rule", "scheduler_egress_to_metadata_database"),
    ):
        add(airflow, kind, {**bodies(airflow, kind, part)[0], "from_port": 5433, "to_port": 5433})


def default_group_opened(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    foundation["resource"].pop("aws_default_security_group")


def duplicate_rule(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    add(
        airflow,
        "aws_vpc_security_group_egress_rule",
        dict(bodies(airflow, "aws_vpc_security_group_egress_rule", "scheduler_egress_to_metadata_database")[0]),
    )


def lines(foundation: dict[str, Any], tier: str, way: str) -> list[Body]:
    return bodies(foundation, "aws_network_acl_rule", f"network_acls_{tier}_{way}_")


def late_denial(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    first = lines(foundation, "data", "in")[0]
    add(foundation, "aws_network_acl_rule", {**first, "rule_number": 900, "rule_action": "deny"})


def no_reply(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    for name in [name for name in foundation["resource"]["aws_network_acl_rule"] if "_data_out_" in name]:
        foundation["resource"]["aws_network_acl_rule"].pop(name)


def idle_port(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    first = lines(foundation, "data", "in")[0]
    add(foundation, "aws_network_acl_rule", {**first, "rule_number": 900, "from_port": 3306, "to_port": 3306})


def world_line(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    lines(foundation, "data", "in")[0]["cidr_block"] = "0.0.0.0/0"


def lost_subnet(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    bodies(foundation, "aws_network_acl", "network_acls_data")[0]["subnet_ids"].pop()


def default_acl_opened(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    foundation["resource"].pop("aws_default_network_acl")


def host_bits(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    first = lines(foundation, "data", "in")[0]
    first["cidr_block"] = first["cidr_block"].replace(".0.0/", ".0.7/")


def mixed_styles(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    bodies(foundation, "aws_network_acl", "network_acls_data")[0]["ingress"] = []


def narrow_reply(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    """Wide enough for Linux, too narrow for what was declared: the load balancer's and the gateway's client ports."""
    for body in lines(foundation, "public", "in"):
        if body["to_port"] == 65535:
            body["from_port"] = 32768


MUTANTS: dict[Mutation, set[str]] = {
    world_ssh: {"AF_SG_1", "AF_SG_4", "AF_SG_6"},
    open_egress: {"AF_SG_3", "AF_SG_6"},
    no_description: {"AF_SG_2"},
    half_a_flow: {"AF_SG_5", "AF_NET_3"},
    balancer_to_database: {"AF_SG_4", "AF_SG_5", "AF_SG_6"},
    undeclared_port: {"AF_SG_6"},
    default_group_opened: {"AF_SG_7"},
    duplicate_rule: {"AF_SG_8"},
    late_denial: {"AF_NACL_1"},
    no_reply: {"AF_NACL_2", "AF_NET_3"},
    idle_port: {"AF_NACL_3"},
    world_line: {"AF_NACL_2", "AF_NACL_4"},
    lost_subnet: {"AF_NACL_5", "AF_NET_3"},
    default_acl_opened: {"AF_NACL_6"},
    host_bits: {"AF_NET_1"},
    mixed_styles: {"AF_NET_2"},
    narrow_reply: {"AF_NET_3"},
}


def mutated(made: Deployment, mutate: Mutation, folder: Path) -> Configuration:
    stacks = {name: json.loads(json.dumps(document)) for name, document in made.stacks.items()}
    mutate(stacks["dev-foundation"], stacks["dev-airflow"])
    files = []
    for name, document in stacks.items():
        (folder / name).mkdir()
        files.append(folder / name / "cdk.tf.json")
        files[-1].write_text(json.dumps(document))
    return next(item for item in read(files).configurations() if network_of(item).groups)


@pytest.mark.feature("P2")
@pytest.mark.parametrize("mutate", MUTANTS, ids=lambda mutate: mutate.__name__)
def test_each_mutant_of_our_own_environment_is_caught(mutate: Mutation, tmp_path: Path) -> None:
    """A rule that finds nothing in our environments might look at nothing: here each finds its mutant, and no other."""
    made = deployed(network={"egress": "single_nat"})
    assert findings(mutated(made, mutate, tmp_path)) == MUTANTS[mutate]


@pytest.mark.feature("N1")
@pytest.mark.parametrize(
    ("mutate", "rules"),
    [
        (world_ssh, {"AF_SG_1", "AF_SG_4", "AF_SG_6", "AF_NET_3"}),
        (half_a_flow, {"AF_SG_5", "AF_NET_3"}),
        (undeclared_port, {"AF_SG_6", "AF_NET_3"}),
    ],
)
def test_in_an_existing_network_the_groups_are_still_judged(mutate: Mutation, rules: set[str], tmp_path: Path) -> None:
    assert findings(mutated(deployed(network={"existing": EXISTING}), mutate, tmp_path)) == rules


@pytest.mark.feature("P1")
def test_every_network_rule_has_a_mutant_of_our_own() -> None:
    elsewhere = {"AF_NET_4", "AF_NET_5"}
    """The mutant of the first would be a thousand rules; that of the second stands in rule_mutants.py."""
    assert {rule.id for rule in RULES} == set().union(*MUTANTS.values()) | elsewhere


@pytest.fixture(scope="module")
def files() -> list[str]:
    return [
        str(file) for file in deployed(network={"egress": "single_nat"}).files.values() if "bootstrap" not in str(file)
    ]


@pytest.mark.feature("N4")
def test_the_matrix_agrees_and_says_so(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(files) == 0
    text = capsys.readouterr().out
    assert "declared = possible" in text
    assert any(row.split()[:4] == ["scheduler", "->", "metadata-database", "tcp/5432"] for row in text.splitlines())


@pytest.mark.feature("P1")
@pytest.mark.parametrize(
    ("question", "code", "words"),
    [
        ("scheduler metadata-database 5432", 0, ["open", "reply, egress of aws_network_acl", "route: local"]),
        ("scheduler internet 443", 0, ["NAT gateway by aws_route"]),
        ("internet metadata-database 5432", 1, ["closed", "STOP", "no route"]),
        ("triggerer broker 6379", 1, ["STOP  egress of aws_security_group.triggerer", "no rule allows tcp/6379"]),
        ("203.0.113.7/32 api-server 8080", 1, ["STOP"]),
        ("scheduler s3 443", 0, ["gateway endpoint by aws_vpc_endpoint"]),
    ],
)
def test_one_connection_is_explained(
    files: list[str], capsys: pytest.CaptureFixture[str], question: str, code: int, words: list[str]
) -> None:
    source, destination, port = question.split()
    assert main([*files, "--from", source, "--to", destination, "--port", port]) == code
    text = capsys.readouterr().out
    assert [word for word in words if word not in text] == []


@pytest.mark.feature("P1")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "nobody", "--to", "scheduler", "--port", "1"], "'nobody' is no place; places are api-server"),
        (["--from", "scheduler"], "--from and --to go together"),
        (["--from", "scheduler", "--to", "internet"], "--port is missing"),
        (["--from", "internet", "--to", "internet", "--port", "1"], "both outside"),
        (["--from", "scheduler", "--to", "internet", "--port", "1", "--protocol", "ftp"], "ftp"),
    ],
)
def test_bad_questions_are_answered_in_one_line(
    files: list[str], capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main([*files, *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


@pytest.mark.feature("P1")
def test_files_that_cannot_be_read_are_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nothing.tf.json")]) == 2
    broken = tmp_path / "cdk.tf.json"
    broken.write_text('{"resource": {')
    assert main([str(broken)]) == 2
    assert "not JSON" in capsys.readouterr().err
