"""AF_BROKER_3: replication groups are encrypted at rest."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Finding, Severity
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.endpoint_examples import replication_group as broker
from terraform_gate.rules.shared.settings_rule import is_on
from terraform_gate.terraform_resource import Resource


class BrokerEncryption(Rule):
    """`at_rest_encryption_enabled` of replication groups: by default false for Redis and true for Valkey."""

    id = "AF_BROKER_3"
    title = "A replication group is encrypted at rest"
    severity = Severity.MEDIUM
    why = (
        "Snapshots and swap of a replication group contain the arguments of Airflow tasks. Redis is not encrypted by "
        "default, and encryption cannot be switched on later without a replacement."
    )
    remediation = "Set at_rest_encryption_enabled to true."
    references = ("FSBP ElastiCache.4", "CKV_AWS_29", "trivy AVD-AWS-0045")
    resource_types = ("aws_elasticache_replication_group",)
    passing = (
        Example(title="encrypted", resources=broker(at_rest_encryption_enabled=True)),
        Example(title="the provider's default for Valkey", resources=broker(engine="valkey")),
    )
    failing = (
        Example(title="the provider's default for Redis", resources=broker()),
        Example(title="not encrypted", resources=broker(at_rest_encryption_enabled=False)),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Compare the argument, or the default of the engine, with true."""
        if resource.get("global_replication_group_id"):
            return  # a secondary group has the encryption of the primary group
        enabled = is_on(resource.get("at_rest_encryption_enabled", default=resource.get("engine") == "valkey"))
        if enabled is None:
            yield Finding.unknown(resource, "at_rest_encryption_enabled is not known before the apply")
        elif not enabled:
            yield Finding.fail(resource, "at_rest_encryption_enabled is not true")


rule = BrokerEncryption()
