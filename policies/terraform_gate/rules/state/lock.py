"""AF_STATE_1: two runs cannot write the same state at once."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.settings import BACKEND
from terraform_gate.rules.shared.settings_rule import SettingsRule, backend_example, is_on, s3_backend
from terraform_gate.terraform_resource import Resource


class StateLock(SettingsRule):
    """The lock of S3 and HTTP backends. The other backends always lock."""

    id = "AF_STATE_1"
    title = "The state of every stack is locked while Terraform writes it"
    severity = Severity.HIGH
    why = (
        "Neither the S3 nor the HTTP backend locks by default. Two applies at once overwrite each other's state: "
        "resources exist that no state contains."
    )
    remediation = "Set use_lockfile = true (S3, since Terraform 1.10), or lock_address (HTTP)."
    references = ()
    resource_types = (BACKEND,)
    passing = (
        backend_example("a lock file", "s3", s3_backend()),
        backend_example("a DynamoDB table", "s3", s3_backend(use_lockfile=None, dynamodb_table="airflow-locks")),
    )
    failing = (
        backend_example("the default of the S3 backend", "s3", s3_backend(use_lockfile=None)),
        backend_example("the lock file is off", "s3", s3_backend(use_lockfile=False)),
        backend_example("an HTTP backend without a lock", "http", {"address": "https://state.example.com/prod"}),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Check the arguments that switch the lock on."""
        if resource.name == "http" and not resource.get("lock_address"):
            yield Finding.fail(resource, "no lock_address: the state is not locked")
        if resource.name != "s3" or resource.get("dynamodb_table") or resource.get("lock_table"):
            return
        lock = is_on(resource.get("use_lockfile"))
        if lock is None:
            yield Finding.unknown(resource, f"use_lockfile is not known: {resource.get('use_lockfile')}")
        elif not lock:
            yield Finding.fail(resource, "neither use_lockfile = true nor dynamodb_table: the state is not locked")


rule = StateLock()
