"""The real provider plans every pair of topology, egress, delivery and backend."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.terraform import workspace
from terraform_harness.terraform.diagnostics import Message
from terraform_harness.terraform.run import Terraform, TerraformError
from terraform_harness.tools import require

from tests.plan.conftest import NOWHERE
from tests.plan.permutations import BACKENDS, ON_FARGATE, STATES, VALUES, Case, cases, data_of, joined
from tests.synthesis import Deployment, deployed, deployed_data
from tests.unit.environments.cases import SMALLEST

# Starts early, so that no process waits for it at the end.
pytestmark = pytest.mark.long

PARTS = ("foundation", "airflow")
REMOTE_STATES = {"s3": "s3", "cloud": "remote", "local": "local"}


@pytest.mark.feature("H2")
def test_cases_cover_every_pair_of_values() -> None:
    for first, second in combinations(VALUES, 2):
        covered = {(case[first], case[second]) for case in cases()}
        assert covered == set(product(VALUES[first], VALUES[second])), f"{first} x {second}"
    assert len(cases()) == 12


@pytest.mark.feature("H2")
def test_joined_root_has_no_remote_state_and_rejects_duplicate_addresses() -> None:
    deployment = deployed_data(data_of(cases()[0]))
    root = joined(deployment.foundation, deployment.airflow)
    assert "terraform_remote_state" not in json.dumps(root)
    assert sum(map(len, root["resource"].values())) == _managed(deployment)
    with pytest.raises(ValueError, match="both stacks have aws_"):
        joined(deployment.foundation, deployment.foundation)


@dataclass(frozen=True)
class Planned:
    """A case, and the actions that Terraform plans for its managed resources."""

    deployment: Deployment
    actions: list[str]


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Planned]:
    """Every case by its name. Each is a module of one root: every command reads the provider's schema, for seconds."""
    require("terraform", "provider-mirror")
    deployments = {"-".join(case.values()): deployed_data(data_of(case)) for case in cases()}
    deployments |= {name: deployed(**change) for name, change in ON_FARGATE.items()}
    root = _root_of_modules(tmp_path_factory.mktemp("permutations") / "root", deployments)
    messages: list[Message] = []
    root.progress = messages.append
    root.plan(refresh=False)
    # The messages name every change; ``show`` would read the schema and the values of all resources again.
    changes = [message.fields["change"] for message in messages if message.kind == "planned_change"]
    actions: dict[str, list[str]] = {name: [] for name in deployments}
    for change in changes:
        # All have the web ACL of the first.
        names = list(deployments) if change["resource"]["resource_type"] == "aws_wafv2_web_acl" else [_module(change)]
        for name in names:
            actions[name].append(change["action"])
    return {name: Planned(deployment, actions[name]) for name, deployment in deployments.items()}


def _module(change: Mapping[str, Any]) -> str:
    module: str = change["resource"]["module"]
    return module.removeprefix("module.")


WEB_ACL = "web_acl_arn"


def _with_one_web_acl(documents: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The documents without equal web ACLs: the first document has it and gives its ARN to the others.

    The schema of web ACLs is so deep that Terraform needs 1.6 s to plan one.
    """
    owner, *others = documents
    acls = documents[owner]["resource"]["aws_wafv2_web_acl"]
    (name,) = acls
    arn = f"aws_wafv2_web_acl.{name}.arn"
    changed = {owner: documents[owner] | {"output": {WEB_ACL: {"value": f"${{{arn}}}"}}}}
    for other in others:
        assert documents[other]["resource"].pop("aws_wafv2_web_acl") == acls
        text = json.dumps(documents[other]).replace(arn, f"var.{WEB_ACL}")
        changed[other] = json.loads(text) | {"variable": {WEB_ACL: {"type": "string"}}}
    return changed


def _root_of_modules(folder: Path, deployments: Mapping[str, Deployment]) -> Terraform:
    """A root that calls one module for each deployment; all must have the same provider."""
    documents = _with_one_web_acl({name: joined(each.foundation, each.airflow) for name, each in deployments.items()})
    providers = [document.pop("provider") for document in documents.values()]
    assert all(provider == providers[0] for provider in providers)
    for name, document in documents.items():
        (folder / name).mkdir(parents=True)
        (folder / name / workspace.STACK_FILE).write_text(json.dumps(document))
    owner, *others = documents
    modules: dict[str, dict[str, str]] = {name: {"source": f"./{name}"} for name in documents}
    for name in others:
        modules[name][WEB_ACL] = f"${{module.{owner}.{WEB_ACL}}}"
    terraform = next(iter(documents.values()))["terraform"]
    return _root(folder, {"terraform": terraform, "provider": providers[0], "module": modules})


@pytest.mark.feature("H2", "T1", "N2", "G1")
@pytest.mark.parametrize("case", cases(), ids=lambda case: "-".join(case.values()))
def test_plans_without_an_account(case: Case, planned: Mapping[str, Planned]) -> None:
    _assert_creates_everything(planned["-".join(case.values())])


@pytest.mark.feature("H2", "T8")
@pytest.mark.parametrize("name", ON_FARGATE)
def test_airflow_tasks_on_fargate_plan_without_an_account(name: str, planned: Mapping[str, Planned]) -> None:
    _assert_creates_everything(planned[name])


def _assert_creates_everything(planned: Planned) -> None:
    assert planned.actions == ["create"] * _managed(planned.deployment)


@pytest.fixture(scope="module")
def validated(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Unchanged stacks by their backend and part, all valid: each is a module of one root, which Terraform validates.

    Only their own backends differ, which an offline ``init`` cannot reach.
    """
    require("terraform", "provider-mirror")
    root, stacks = tmp_path_factory.mktemp("backends"), {}
    for backend, part in product(BACKENDS, PARTS):
        stack = deployed(state=STATES[backend]).files[f"dev-{part}"].parent
        stacks[backend, part] = workspace.copy(stack, into=root / backend)
        workspace.override(stacks[backend, part], {"terraform": {"backend": {"local": {}}}})
    modules = {"-".join(key): {"source": f"./{folder.relative_to(root)}"} for key, folder in stacks.items()}
    (root / workspace.STACK_FILE).write_text(json.dumps({"module": modules}))
    terraform = Terraform(root, environment=NOWHERE)
    terraform.init(verify_once=True)
    terraform.validate()
    return stacks


@pytest.mark.feature("H2", "E2")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("part", PARTS)
def test_valid_with_every_backend(backend: str, part: str, validated: Mapping[tuple[str, str], Path]) -> None:
    written = json.loads((validated[backend, part] / workspace.STACK_FILE).read_text())
    assert backend in {*written["terraform"], *written["terraform"].get("backend", {})}
    if part == "airflow":
        assert written["data"]["terraform_remote_state"]["foundation"]["backend"] == REMOTE_STATES[backend]


def _root(folder: Path, configuration: dict[str, Any]) -> Terraform:
    folder.mkdir(exist_ok=True)
    (folder / workspace.STACK_FILE).write_text(json.dumps(configuration))
    workspace.for_offline_plan(folder, outputs={})
    root = Terraform(folder, environment=NOWHERE)
    root.init(verify_once=True)
    return root


def _managed(deployment: Deployment) -> int:
    return sum(not item.is_data for item in deployment.configuration.resources.values())


@pytest.mark.feature("H2")
def test_validation_rejects_an_argument_that_the_provider_does_not_know(tmp_path: Path) -> None:
    """The plans above can fail: the same root with a misspelled argument does."""
    require("terraform", "provider-mirror")
    deployment = deployed_data(SMALLEST)
    wrong = joined(deployment.foundation, deployment.airflow)
    wrong["resource"]["aws_ecs_cluster"]["cluster"]["nmae"] = "typo"
    root = _root(tmp_path / "root", wrong)
    with pytest.raises(TerraformError, match="nmae"):
        root.validate()
