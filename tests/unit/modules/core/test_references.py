"""Outputs of the foundation that the stack of Airflow reads."""

from __future__ import annotations

import json
import re

import pytest
from terraform_gate.reading.expression import references
from terraform_harness.assertions import Match

from tests.synthesis import deployed
from tests.unit.modules.variants import LARGE


@pytest.mark.feature("E3")
def test_each_output_that_airflow_reads_exists_and_has_a_description() -> None:
    deployment = deployed(**LARGE)
    airflow, foundation = deployment.template_of("airflow"), deployment.template_of("foundation")
    text = json.dumps([block.values for block in (*airflow.resources, *airflow.of_type("output"))])
    read = set(re.findall(r"data\.terraform_remote_state\.foundation\.outputs\.(\w+)", text))
    assert len(read) > 10
    assert not read - {output.address.removeprefix("output.") for output in foundation.of_type("output")}
    foundation.every("output", description=Match.regex(".+"))


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
