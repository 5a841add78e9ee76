"""Provider, tags, addresses and versions of a stack."""

from __future__ import annotations

import re

import pytest

from tests.synthesis import deployed
from tests.unit.modules.variants import CUSTOM, LARGE


@pytest.mark.feature("E4")
@pytest.mark.parametrize("layer", ["bootstrap", "foundation", "airflow"])
def test_provider_is_limited_to_one_account_and_region(layer: str) -> None:
    template = deployed().template_of(layer)
    template.count("provider.aws", 1)
    template.every("provider.aws", allowed_account_ids=["111111111111"], region="eu-central-1")


@pytest.mark.feature("E4")
def test_default_tags_name_the_environment() -> None:
    tags = deployed(**CUSTOM).template_of("airflow").one("provider.aws").values["default_tags"][0]["tags"]
    assert tags == {"ManagedBy": "terraform", "airflow-fargate:environment": "dev", "cost-center": "data"}


@pytest.mark.feature("O1")
def test_addresses_have_no_hash_and_names_are_not_random() -> None:
    deployment = deployed(**LARGE)
    hashed = re.compile(r"_(?=[0-9A-F]*\d)[0-9A-F]{8}$")
    assert not [item.address for item in deployment.configuration.resources.values() if hashed.search(item.name)]
    assert not [kind for kind in deployment.types if kind.startswith("random_")]


@pytest.mark.feature("E3")
def test_terraform_and_provider_versions_are_pinned() -> None:
    for stack in deployed().stacks.values():
        assert stack["terraform"]["required_version"] == ">= 1.11.0"
        assert stack["terraform"]["required_providers"]["aws"]["version"] == "5.100.0"
