"""AF_BROKER_1: the Celery broker does not evict keys."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.resources import Resources
from terraform_gate.terraform_resource import Resource

_POLICY = "maxmemory-policy"


def _broker(value: str | None) -> Resources:
    group = {"replication_group_id": "airflow", "description": "Celery broker", "node_type": "cache.t4g.micro"}
    if value is None:
        return {"aws_elasticache_replication_group": {"broker": group}}
    parameters = {"name": "airflow", "family": "redis7", "parameter": [{"name": _POLICY, "value": value}]}
    return {
        "aws_elasticache_parameter_group": {"broker": parameters},
        "aws_elasticache_replication_group": {
            "broker": {**group, "parameter_group_name": "${aws_elasticache_parameter_group.broker.name}"}
        },
    }


class BrokerEviction(Rule):
    """Redis or Valkey replication groups that evict keys when memory is full."""

    id = "AF_BROKER_1"
    title = "A replication group used as Celery broker evicts no keys"
    severity = Severity.HIGH
    why = (
        "ElastiCache's default maxmemory-policy, volatile-lru, deletes keys when memory is full: queued "
        "Airflow tasks are lost."
    )
    remediation = "Use a parameter group with maxmemory-policy noeviction."
    references = ()
    resource_types = ("aws_elasticache_replication_group",)
    passing = (Example(title="noeviction", resources=_broker("noeviction")),)
    failing = (
        Example(title="the default parameter group", resources=_broker(None)),
        Example(title="allkeys-lru", resources=_broker("allkeys-lru")),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Read maxmemory-policy from the parameter group."""
        for group in configuration.of_type(*self.resource_types):
            name = group.get("parameter_group_name")
            parameters = configuration.find(name)
            if parameters is None and name and not str(name).startswith("default."):
                yield Finding.unknown(group, f"parameter group {name} is not in the configuration")
            else:
                yield _evaluate(group, _eviction(parameters))


def _eviction(parameters: Resource | None) -> str:
    blocks = parameters.blocks("parameter") if parameters else ()
    return next((str(block.get("value")) for block in blocks if block.get("name") == _POLICY), "volatile-lru")


def _evaluate(group: Resource, policy: str) -> Finding:
    if not is_known(policy):
        return Finding.unknown(group, f"{_POLICY} is not known before the apply: {policy}")
    return Finding.pass_(group) if policy == "noeviction" else Finding.fail(group, f"{_POLICY} is {policy}")


rule = BrokerEviction()
