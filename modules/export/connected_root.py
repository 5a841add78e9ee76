"""A root that calls exported modules with the values of their examples and connects them with each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from terraform_gate.reading.hcl_document import document_of
from terraform_gate.reading.hcl_syntax import HclError

from modules.export import interface
from modules.export.declarations import InterfaceError, bare
from modules.export.readme import EXAMPLE

# Inputs of single constructs that are outputs of other modules.
CONNECTIONS: Mapping[str, str] = {
    "certificate_arn": "${module.certificate.arn}",
    "key_arn": "${module.encryption_key.arn}",
    "cluster_arn": "${module.cluster.arn}",
    "database_security_group_id": "${module.metadata_database.security_group_id}",
    "load_balancer_dns_name": "${module.load_balancer.dns_name}",
    "load_balancer_zone_id": "${module.load_balancer.zone_id}",
    "namespace_id": "${module.cluster.namespace_id}",
    "repository_arn": "${module.image_repository.arn}",
    "role_arns": "${module.one_off_task.role_arns}",
    "security_group_id": "${module.one_off_task.security_group_id}",
    "target_group_arn": "${module.load_balancer.target_group_arn}",
    "task_definition_arn": "${module.one_off_task.task_definition_arn}",
    "load_balancer_arn": "${module.load_balancer.arn}",
    "route_table_ids": "${module.network.application_route_table_ids}",
    "secrets_key_arn": "${module.encryption_key.arn}",
    "database_password_arn": "${module.secrets.database_password_arn}",
    "broker_auth_token_arn": "${module.secrets.broker_auth_token_arn}",
    "vpc_id": "${module.network.vpc_id}",
    **{f"{tier}_subnet_ids": f"${{module.network.{tier}_subnet_ids}}" for tier in ("public", "application", "data")},
}
FOUNDATION, AIRFLOW = "foundation", "airflow"


def label(name: str) -> str:
    """The label of the module's block in a root."""
    return name.replace("-", "_")


def calls(folder: Path, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The calls of the modules ``names`` and of those that they are connected to, by label, without ``source``.

    Args:
        folder: holds one folder for each module.
        names: modules of single constructs, or of the two stacks; both kinds claim the same names in an account.

    Raises:
        InterfaceError: a module or its example cannot be read.
    """
    known = {label(path.name): path for path in folder.iterdir() if (path / EXAMPLE).is_file()}
    made: dict[str, dict[str, Any]] = {}
    wanted = [label(name) for name in names]
    while wanted:
        name = wanted.pop()
        if name in known and name not in made:
            made[name] = _values(known[name]) | _connections(known[name], known)
            wanted += [value.split(".")[1] for value in _references(made[name])]
    return dict(sorted(made.items()))


def _references(values: Mapping[str, Any]) -> list[str]:
    return [bare(value) for value in values.values() if bare(value).startswith("module.")]


def _values(module: Path) -> dict[str, Any]:
    try:
        body: dict[str, Any] = document_of((module / EXAMPLE).read_text())[0]["module"][label(module.name)]
    except (HclError, KeyError, OSError) as problem:
        raise InterfaceError(f"{module / EXAMPLE}: no call of the module: {problem}") from None
    return {name: value for name, value in body.items() if name != "source"}


def _connections(module: Path, known: Mapping[str, Path]) -> dict[str, str]:
    inputs = interface.read(module)["inputs"]
    if module.name == AIRFLOW and FOUNDATION in known:
        outputs = interface.read(known[FOUNDATION])["outputs"]
        return {name: f"${{module.{FOUNDATION}.{name}}}" for name in inputs if name in outputs}
    if module.name in {FOUNDATION, AIRFLOW}:
        return {}
    required = {name for name, item in inputs.items() if item["required"]}
    return {
        name: value
        for name, value in CONNECTIONS.items()
        if name in required and value.split(".")[1] in known and value.split(".")[1] != label(module.name)
    }
