"""Whatever the strategy draws is valid, and says the same in YAML, JSON and the schema."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from environments import Environment, parse
from environments.derived.connection_budget import connection_budget
from environments.derived.effective_values import effective
from environments.derived.parallelism import parallelism
from environments.generated_files import schema_text
from environments.load import from_data
from tests.strategies import environment_data, environments

lean = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
VALIDATOR = jsonschema.Draft202012Validator(yaml.safe_load(schema_text()))


@pytest.mark.feature("E1")
@lean
@given(environment_data())
def test_drawn_environments_are_valid_and_schema_agrees(data: dict[str, Any]) -> None:
    environment = parse(yaml.safe_dump(data), source="drawn")
    assert environment == from_data(data, source="drawn")
    VALIDATOR.validate(data)


@pytest.mark.feature("E1")
@lean
@given(environments())
def test_an_environment_survives_the_round_trip(environment: Environment) -> None:
    written = environment.model_dump(mode="json", exclude_unset=True)
    assert from_data(written, source="again") == environment


@pytest.mark.feature("E1")
@lean
@given(environments())
def test_what_show_prints_is_the_same_environment(environment: Environment) -> None:
    values = effective(environment)
    assert effective(from_data(values, source="shown")) == values
    VALIDATOR.validate(values)


@pytest.mark.feature("D2")
@lean
@given(environments(topology="celery"))
def test_no_valid_environment_overdraws_its_database(environment: Environment) -> None:
    assert environment.database.proxy or not connection_budget(environment).is_exceeded


@pytest.mark.feature("T1")
@lean
@given(environments())
def test_every_topology_can_run_an_airflow_task(environment: Environment) -> None:
    assert parallelism(environment) >= 1
    assert bool(environment.workers) == (environment.topology == "celery")
