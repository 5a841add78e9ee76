"""Every construct is exported as a module, with a diagram and the permissions that it needs."""

from __future__ import annotations

import ast
import pkgutil
from pathlib import Path

import pytest

import modules.constructs
from modules import export
from modules.export import permissions, write
from modules.export.build import Module

# Added to the Fargate task of another construct; they have no resources.
WITHOUT_RESOURCES = {"dag_delivery", "metric_sidecars", "telemetry"}


def imported_by_export() -> set[str]:
    """Modules of ``modules.constructs`` that the registry's modules import."""
    trees = [ast.parse(path.read_text()) for path in Path(export.__path__[0]).glob("*_modules.py")]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {str(node.module).rpartition(".")[2] for node in nodes}


@pytest.mark.feature("M1")
def test_every_construct_has_a_module() -> None:
    constructs = {item.name for item in pkgutil.iter_modules(modules.constructs.__path__)} - WITHOUT_RESOURCES
    assert constructs - imported_by_export() == set()


@pytest.mark.feature("M3")
def test_every_resource_type_of_a_module_has_its_actions_in_the_readme(every_module: dict[str, Module]) -> None:
    for module in every_module.values():
        text = write.content(module)["README.md"]
        for kind in module.sections.get("resource", {}):
            if kind != "terraform_data":
                service = permissions.service_of(kind)
                assert service is not None, f"modules/export/permissions.py lacks the service of {kind}"
                assert f'"{service}:' in text, f"{module.name}: {kind}"
                assert f"  {kind}[" in text


@pytest.mark.feature("M3")
def test_permissions_include_the_use_of_keys_and_ephemeral_resources(every_module: dict[str, Module]) -> None:
    actions = {name: permissions.actions(module.sections) for name, module in every_module.items()}
    assert {"rds:Create*", "kms:CreateGrant", "ssm:Get*"} <= set(actions["metadata-database"])
    assert "kms:CreateGrant" not in actions["flow-logs"]
    assert "secretsmanager:GetRandomPassword" in actions["secrets"]
    assert [action for action in actions["dns-record"] if not action.startswith("route53:")] == []


@pytest.mark.feature("M1")
def test_a_service_takes_environment_variables_and_secrets_of_the_caller(every_module: dict[str, Module]) -> None:
    files = write.content(every_module["service"])
    assert "[for name, value in var.environment : { name = name, value = value }])" in files["services.tf"]
    assert (
        "secrets                = [for name, value in var.secrets : { name = name, valueFrom = value }]"
        in (files["services.tf"])
    )
    assert "Resource = values(var.secrets)" in files["iam.tf"]
    assert "VALUE_OF_THE_CALLER" not in "".join(files.values())
    roles = write.content(every_module["scheduled-task"])["main.tf"]
    assert "Resource = var.role_arns" in roles
    assert "Resource = [var.task_definition_arn]" in roles
