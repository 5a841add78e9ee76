"""All values of an environment in the form of an environment file."""

from __future__ import annotations

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from environments import Environment
from environments.derived.effective_values import effective
from environments.generated_files import schema_text
from environments.load import from_data
from tests.strategies import environments

lean = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
VALIDATOR = jsonschema.Draft202012Validator(yaml.safe_load(schema_text()))


@pytest.mark.feature("E1")
@lean
@given(environments())
def test_effective_values_make_the_same_environment(environment: Environment) -> None:
    values = effective(environment)
    assert effective(from_data(values, source="shown")) == values
    VALIDATOR.validate(values)
