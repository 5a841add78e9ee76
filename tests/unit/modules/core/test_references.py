"""Outputs of the foundation that the stack of Airflow reads."""

from __future__ import annotations

import json
import re

import pytest
from terraform_gate.reading.expression import references

from tests.synthesis import deployed
from tests.unit.modules.variants import LARGE


@pytest.mark.feature("E3")
def test_each_output_that_airflow_reads_exists_and_has_a_description() -> None:
    deployment = deployed(**LARGE)
    text = json.dumps(deployment.airflow["resource"]) + json.dumps(deployment.airflow["output"])
    published = deployment.foundation["output"]
    read = {name for name in published if f"terraform_remote_state.foundation.outputs.{name}" in text}
    assert text.count("data.terraform_remote_state.foundation.outputs.") >= len(read) > 10
    unknown = _outputs_read(text) - set(published)
    assert not unknown
    assert all(output["description"] for output in published.values())


def _outputs_read(text: str) -> set[str]:
    return set(re.findall(r"terraform_remote_state\.foundation\.outputs\.(\w+)", text))


@pytest.mark.feature("E3")
def test_each_reference_finds_its_resource() -> None:
    deployment = deployed(**LARGE)
    for resource in deployment.configuration.resources.values():
        for reference in references(resource.body):
            if (
                not reference.key.partition("//")[2].startswith(("ephemeral.", "data."))
                and "ephemeral" not in reference.key
            ):
                assert deployment.configuration.find(reference), (
                    f"{resource.key} refers to {reference.key}, which does not exist"
                )
