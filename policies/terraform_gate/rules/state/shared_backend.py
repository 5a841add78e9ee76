"""AF_STATE_3: the state is stored where the whole team and its recovery can reach it."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration, Stack
from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.settings import BACKEND
from terraform_gate.rule import Rule
from terraform_gate.rules.shared.settings_rule import backend_example, s3_backend, settings_in

_WHY_NOT = {
    "local": "the state is a file on one machine",
    "inmem": "the state is lost when Terraform ends",
    "http": "the backend states neither versions nor access control of the state",
}


class SharedBackend(Rule):
    """Backends of type local, inmem and http.

    The stack that creates the state bucket of other stacks may have a local backend: the bucket does not exist yet. A
    stack without any backend block has no finding, because HCP Terraform can hold its state.
    """

    id = "AF_STATE_3"
    title = "The state of every stack is in a shared backend with versions and access control"
    severity = Severity.MEDIUM
    why = (
        "A local state has no lock, no versions and no access control, and only one machine can change the "
        "environment; an HTTP backend has only the protections of its server. Without its state, an environment must "
        "be imported resource by resource."
    )
    remediation = "Use an S3 backend or HCP Terraform; accept a local backend of a sandbox by a waiver."
    references = ()
    resource_types = (BACKEND,)
    passing = (backend_example("an S3 backend", "s3", s3_backend()),)
    failing = (
        backend_example("a local file", "local", {"path": "prod.tfstate"}),
        backend_example(
            "an HTTP backend", "http", {"address": "https://state.example.com/prod", "lock_address": "https://lock"}
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Check the type of each backend."""
        for stack, backend in settings_in(configuration, BACKEND):
            reason = _WHY_NOT.get(backend.name)
            if reason and not (backend.name == "local" and _creates_state_bucket(stack, configuration)):
                yield Finding.fail(backend, f"{reason} (backend {backend.name!r})")
            else:
                yield Finding.pass_(backend)


def _creates_state_bucket(stack: Stack, configuration: Configuration) -> bool:
    """Whether the stack manages a bucket in which another stack stores its state."""
    others = (item for other in (*configuration.stacks, *configuration.other_stacks) for item in other.settings)
    used = {str(item.get("bucket")) for item in others if item.type == BACKEND and item.get("bucket")}
    buckets = (item for item in configuration.of_type("aws_s3_bucket") if item.stack == stack.name)
    return any(str(bucket.get("bucket")) in used for bucket in buckets)


rule = SharedBackend()
