"""RDS: resource ids, Performance Insights, subnet groups, parameters set by the user."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from moto.rds.models import DBParameterGroup, RDSBackend

from terraform_harness.emulator.patches.patch import patch

DAYS_FREE = 7
_create = RDSBackend.create_db_instance
_modify = RDSBackend.modify_db_instance
_modify_subnets = RDSBackend.modify_db_subnet_group
_update = DBParameterGroup.update_parameters


@patch(
    RDSBackend,
    reason="moto does not store Performance Insights, so the second plan enables them; and it gives every instance the "
    "same resource id, under which the provider then finds two",
)
def create_db_instance(self: Any, db_kwargs: dict[str, Any]) -> Any:
    database = _create(self, db_kwargs)
    database.dbi_resource_id = _resource_id(self, database)
    _set_insights(database, db_kwargs)
    return database


@patch(
    RDSBackend, reason="moto ignores Performance Insights in a change, so that every further plan enables them again"
)
def modify_db_instance(self: Any, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> Any:
    wanted = dict(db_kwargs)
    database = _modify(self, db_instance_identifier, db_kwargs)
    if wanted.get("enable_performance_insights") is not None:
        _set_insights(database, wanted)
    return database


def _set_insights(database: Any, wanted: dict[str, Any]) -> None:
    database.performance_insights_enabled = bool(wanted.get("enable_performance_insights"))
    if database.performance_insights_enabled:
        database.performance_insights_kms_key_id = wanted.get("performance_insights_kms_key_id")
        days = wanted.get("performance_insights_retention_period")
        database.performance_insights_retention_period = days or DAYS_FREE


def _resource_id(backend: Any, database: Any) -> str:
    """An id that no other instance has, also when that was created with the same name and renamed since."""
    used = {other.dbi_resource_id for other in backend.databases.values() if other is not database}
    candidates = (f"{database.db_instance_arn}{'+' * count}" for count in range(len(used) + 1))
    ids = (f"db-{sha256(text.encode()).hexdigest()[:26].upper()}" for text in candidates)
    return next(found for found in ids if found not in used)


@patch(DBParameterGroup, reason="the provider reads parameters whose source is `user`; moto reports no source")
def update_parameters(self: Any, new_parameters: Iterable[dict[str, Any]]) -> None:
    _update(self, ({**parameter, "Source": "user"} for parameter in new_parameters))


@patch(RDSBackend, reason="moto forgets a subnet group that is changed, so that no zone can be added")
def modify_db_subnet_group(self: Any, subnet_name: str, description: str, subnets: Any) -> Any:
    group = _modify_subnets(self, subnet_name, description, subnets)
    self.subnet_groups[subnet_name] = group
    return group
