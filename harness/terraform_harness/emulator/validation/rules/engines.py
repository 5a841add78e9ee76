"""Instance classes and families of parameter groups against engine versions."""

from __future__ import annotations

import re
from typing import Any

from terraform_harness.emulator.validation.requests import Call
from terraform_harness.emulator.validation.rules.rule import rule
from terraform_harness.emulator.validation.violation import Violation

RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html"
CACHE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html"
CLASSES = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html"
REDIS_6 = 6
# Families of instance classes of RDS that PostgreSQL supports up to a major version; 0 for Aurora's.
LAST_POSTGRES = {**dict.fromkeys(("t1", "t2", "m1", "m2", "m3", "m4", "r3", "r4"), 12), "serverless": 0}


@rule("rds:CreateDBInstance", "rds:ModifyDBInstance", source=RDS)
def db_parameter_group_family(call: Call) -> None:
    engine, version = _after(call, "Engine", "engine"), _after(call, "EngineVersion", "engine_version")
    group = call.backend("rds").db_parameter_groups.get(call.parameters.get("DBParameterGroupName", ""))
    if engine != "postgres" or not version or group is None:
        return
    _same_family(group.name, group.family, f"postgres{version.split('.')[0]}", version)


@rule("rds:CreateDBInstance", "rds:ModifyDBInstance", source=CLASSES)
def db_instance_class(call: Call) -> None:
    engine, version = _after(call, "Engine", "engine"), _after(call, "EngineVersion", "engine_version")
    name = _after(call, "DBInstanceClass", "db_instance_class")
    major, last = version.partition(".")[0], LAST_POSTGRES.get(name.split(".")[1] if "." in name else "")
    if engine == "postgres" and major.isdigit() and last is not None and int(major) > last:
        raise Violation(
            "InvalidParameterCombination",
            "RDS does not support creating a DB instance with the following combination: "
            f"DBInstanceClass={name}, Engine={engine}, EngineVersion={version}; "
            + (f"{name} supports PostgreSQL up to {last}" if last else f"{name} belongs to Aurora"),
        )


def _after(call: Call, parameter: str, attribute: str) -> str:
    """Return an argument of the call; without it, the value that the database has."""
    there = call.backend("rds").databases.get(call.parameters["DBInstanceIdentifier"])
    return str(call.parameters.get(parameter) or getattr(there, attribute, "") or "")


@rule("elasticache:CreateReplicationGroup", "elasticache:ModifyReplicationGroup", source=CACHE)
def cache_parameter_group_family(call: Call) -> None:
    parameters, backend = call.parameters, call.backend("elasticache")
    there = backend.replication_groups.get(parameters["ReplicationGroupId"].lower())
    engine = parameters.get("Engine") or getattr(there, "engine", None) or "redis"
    version = parameters.get("EngineVersion") or getattr(there, "engine_version", "") or ""
    name = parameters.get("CacheParameterGroupName", "")
    if version and (family := _cache_family(backend, name)):
        _same_family(name, family, expected_cache_family(engine, version), version)


def expected_cache_family(engine: str, version: str) -> str:
    """Return the family of an engine's version, for instance ``redis7`` of Redis OSS 7.1.

    >>> expected_cache_family("redis", "6.2"), expected_cache_family("valkey", "8.0")
    ('redis6.x', 'valkey8')
    """
    major, _, minor = version.partition(".")
    if engine == "redis" and int(major) < REDIS_6:
        return f"redis{major}.{minor.split('.')[0]}"
    return f"{engine}{major}.x" if engine == "redis" and int(major) == REDIS_6 else f"{engine}{major}"


def _cache_family(backend: Any, name: str) -> str:
    default = re.fullmatch(r"default\.(.+?)(?:\.cluster\.on)?", name)
    if default:
        return default[1]
    groups: Any = backend.__dict__.get("_harness_parameter_groups") or getattr(backend, "parameter_groups", {})
    group = groups.get(name)
    family = group.get("CacheParameterGroupFamily") if isinstance(group, dict) else getattr(group, "family", "")
    return str(family or "")


def _same_family(name: str, family: str, expected: str, version: str) -> None:
    if family != expected:
        raise Violation(
            "InvalidParameterCombination",
            f"The parameter group {name} with family {family} cannot be used with engine version {version}; "
            f"use a parameter group with family {expected}",
        )
