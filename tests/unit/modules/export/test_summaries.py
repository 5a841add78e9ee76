"""Comments of a module: each group of resources has the sentence of the docstring of its construct."""

from __future__ import annotations

import re

import pytest

from modules.export.build import Module
from modules.export.file_layout import files


def code(module: Module) -> str:
    return "\n".join(text for name, text in files(module).items() if not name.startswith(("variables", "outputs")))


@pytest.mark.feature("M1")
def test_a_group_of_resources_begins_with_the_docstring_of_its_construct(every_module: dict[str, Module]) -> None:
    text = files(every_module["metadata-database"])["database.tf"]
    assert text.startswith(
        "# Metadata database: an encrypted RDS for PostgreSQL instance in the data subnets that accepts TLS\n"
        "# connections only.\n"
        'resource "aws_db_subnet_group" "subnets" {\n'
    )
    endpoint = files(every_module["airflow"])["load_balancer.tf"]
    assert re.findall(r"^# (\w[\w ]+):", endpoint, re.MULTILINE) == ["Certificate", "Load balancer"]


@pytest.mark.feature("M1")
def test_every_resource_of_a_construct_belongs_to_a_commented_group(every_module: dict[str, Module]) -> None:
    for module in every_module.values():
        resources = module.sections["resource"]
        addresses = {f"{kind}.{name}" for kind, items in resources.items() for name in items}
        assert addresses - module.groups.keys() <= {"terraform_data.first_apply"}, module.name
        assert all(group.comment.endswith(".") for group in module.groups.values()), module.name
        assert "EACH" not in code(module)


@pytest.mark.feature("M1")
def test_resources_of_a_construct_are_together(every_module: dict[str, Module]) -> None:
    for name, text in files(every_module["foundation"]).items():
        comments = re.findall(r"^# (\w[\w ]+): ", text, re.MULTILINE)
        assert len(comments) == len(set(comments)), name
