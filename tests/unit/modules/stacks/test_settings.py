"""Settings objects of constructs have the values of the environment's section."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from pydantic import BaseModel

from environments.sections.network import LoadBalancer
from environments.sections.stores import Broker, Database
from modules.constructs.broker import BrokerSettings
from modules.constructs.load_balancer import LoadBalancerSettings
from modules.constructs.metadata_database import DatabaseSettings
from modules.stacks.settings import settings_from

NOT_IN_THE_SECTION = {"log_retention_days", "access_logs_bucket", "health_check_path"}


@pytest.mark.parametrize(
    ("section", "kind"),
    [(Broker(), BrokerSettings), (Database(), DatabaseSettings), (LoadBalancer(), LoadBalancerSettings)],
)
def test_each_field_of_the_settings_is_a_key_of_the_section(section: BaseModel, kind: type) -> None:
    keys = set(type(section).model_fields)
    assert {field.name for field in fields(kind)} - keys <= NOT_IN_THE_SECTION


def test_settings_have_the_values_of_the_section() -> None:
    settings = settings_from(Database(multi_az=False, storage_gib=99), DatabaseSettings, log_retention_days=7)
    assert (settings.multi_az, settings.storage_gib, settings.log_retention_days) == (False, 99, 7)


@pytest.mark.parametrize("others", [{"retention": 7}, {"log_retention_day": 7}])
def test_unknown_field_is_rejected(others: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        settings_from(Database(), DatabaseSettings, **others)
