"""Applies the base environments to the emulator, and plans changes of them with the real provider."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from terraform_harness.emulator import Emulator
from terraform_harness.emulator.seed import seed
from terraform_harness.terraform.run import Terraform

from day_two.bases import ABSENT, GUEST, REGION, changed
from day_two.joining import Document, Module, affected, copied
from day_two.known_values import attributes, with_known_values

PROVIDER = "registry.terraform.io/hashicorp/aws"
WITH_MANAGED_POLICIES = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
"""The roles of the CI system use policies that AWS manages, which moto loads on request."""
STATES = "states-of-day-two"
LOCAL: Document = {"local": {}}
S3: Document = {"s3": {"bucket": STATES, "key": "bases.tfstate", "region": REGION, "use_path_style": True}}
"""During an apply Terraform writes a local state after each resource, and a state in S3 every 20 seconds."""


@dataclass(frozen=True)
class Change:
    """A changed environment that is planned.

    Args:
        name: name of its module in the plan.
        base: name of the applied environment.
        before: the applied module.
        after: the changed module.
    """

    name: str
    base: str
    before: Module = field(repr=False)
    after: Module = field(repr=False)


def guest(emulator: Emulator) -> dict[str, Any]:
    """The environment GUEST, with the ids of a VPC that this function creates in the emulator."""
    ec2, cidr = emulator.client("ec2"), str(GUEST["network"]["existing"]["cidr"])
    vpc = ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    zones = GUEST["network"]["zones"]
    ids = iter(
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.99.{number}.0/24", AvailabilityZone=zones[number % 2])["Subnet"][
            "SubnetId"
        ]
        for number in range(6)
    )
    tiers = ("public_subnet_ids", "application_subnet_ids", "data_subnet_ids")
    existing = {"vpc_id": vpc, **{tier: [next(ids), next(ids)] for tier in tiers}}
    return changed(GUEST, {"network": {"cidr": ABSENT, "existing": existing}})


def apply(bases: Mapping[str, Module], *, emulator: Emulator, folder: Path) -> dict[str, Any]:
    """Apply all ``bases`` at once, one module each, and return the state file.

    Raises:
        TerraformError: the emulator or the provider rejects a base.
    """
    for module in bases.values():
        seed(emulator, module.document())
    emulator.make_state_bucket(STATES)
    modules = {name: module.document() for name, module in bases.items()}
    write(folder, modules, {}, next(iter(bases.values())), backend=S3)
    # Databases and load balancers make the provider wait for minutes: they must not hold up the others.
    flags = {"TF_CLI_ARGS_apply": "-parallelism=50"}
    terraform = Terraform(folder, environment={**emulator.environment, **flags})
    terraform.init(verify_once=True)
    terraform.apply(terraform.plan())
    return settled(bases, emulator=emulator, folder=folder)


def settled(bases: Mapping[str, Module], *, emulator: Emulator, folder: Path) -> dict[str, Any]:
    """The state after the default network ACLs were read again, which lose their subnets during the apply."""
    targets = [
        f"-target=module.{name}.{address}"
        for name, module in bases.items()
        for address in module.stack_of
        if address.startswith("aws_default_network_acl.")
    ]
    flags = {"TF_CLI_ARGS_plan": " ".join(targets)}
    terraform = Terraform(folder, environment={**emulator.environment, **flags})
    terraform.apply(terraform.plan())
    return terraform.pull()


def plan(changes: Sequence[Change], *, state: Document, emulator: Emulator, folder: Path) -> dict[str, list[Document]]:
    """Plan ``changes`` over the applied state in one run of Terraform, without reading the emulator again.

    Returns:
        The changes of resources (as in ``terraform show -json``, with addresses inside the module) by name of change.
    """
    documents: dict[str, Any] = {}
    providers: dict[str, Document] = {}
    resources: list[Document] = []
    applied = {base: attributes(state, base) for base in {change.base for change in changes}}
    for change in changes:
        reach = affected(change.before, change.after)
        if not reach.planned and not reach.removed:
            continue
        values = {address: applied[change.base][address] for address in reach.known}
        nodes = with_known_values({address: change.after.nodes[address] for address in reach.planned}, values)
        documents[change.name] = replace(change.after, nodes=nodes).document()
        if change.after.provider != change.before.provider:
            providers[change.name] = change.after.provider
        resources += copied(state, applied=change.base, module=change.name, addresses=reach.planned | reach.removed)
    found: dict[str, list[Document]] = {change.name: [] for change in changes}
    if not documents:
        return found
    write(folder, documents, providers, changes[0].before)
    content = {**state, "outputs": {}, "resources": resources, "check_results": None}
    (folder / "terraform.tfstate").write_text(json.dumps(content))
    terraform = Terraform(folder, environment=emulator.environment)
    terraform.init(verify_once=True)
    shown = terraform.show(terraform.plan(refresh=False))
    for item in _changes(shown):
        name = item["module_address"].removeprefix("module.")
        found[name].append({**item, "address": item["address"].removeprefix(f"module.{name}.")})
    return found


def _changes(shown: Document) -> Iterable[dict[str, Any]]:
    for item in shown.get("resource_changes", ()):
        if item["mode"] == "managed" and item["change"]["actions"] != ["no-op"]:
            yield dict(item)


def write(
    folder: Path,
    modules: Mapping[str, Document],
    providers: Mapping[str, Document],
    like: Module,
    *,
    backend: Document = LOCAL,
) -> None:
    """Write a root that calls ``modules``, with the provider of ``like`` except where ``providers`` has another one.

    The common provider has no default tags: those of the environments differ, and each would need a provider process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    common = {name: value for name, value in _for_emulator(like.provider).items() if name != "default_tags"}
    blocks = [common, *({**_for_emulator(each), "alias": n} for n, each in providers.items())]
    calls: dict[str, Any] = {}
    for name, document in modules.items():
        (folder / name).mkdir()
        (folder / name / "main.tf.json").write_text(json.dumps(document))
        calls[name] = {"source": f"./{name}", **({"providers": {"aws": f"aws.{name}"}} if name in providers else {})}
    terraform = {"required_providers": like.required, "backend": backend}
    root = {"terraform": terraform, "provider": {"aws": blocks}, "module": calls}
    (folder / "main.tf.json").write_text(json.dumps(root))


def _for_emulator(provider: Document) -> dict[str, Any]:
    return {**provider, "s3_use_path_style": True}
