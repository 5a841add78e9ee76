"""Generated environments: valid for the model, the schema and YAML alike."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from environments import Environment, parse
from environments.generated_files import schema_text
from environments.load import from_data
from tests.strategies import environment_data, environments

lean = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
VALIDATOR = jsonschema.Draft202012Validator(yaml.safe_load(schema_text()))


@pytest.mark.feature("E1")
@lean
@given(environment_data())
def test_generated_environments_are_valid_for_model_and_schema(data: dict[str, Any]) -> None:
    environment = parse(yaml.safe_dump(data), source="generated")
    assert environment == from_data(data, source="generated")
    VALIDATOR.validate(data)


@pytest.mark.feature("E1")
@lean
@given(environments())
def test_environment_survives_a_round_trip(environment: Environment) -> None:
    written = environment.model_dump(mode="json", exclude_unset=True)
    assert from_data(written, source="again") == environment
