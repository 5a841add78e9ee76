"""The base class of rules about single policy statements."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding
from terraform_gate.iam.documents import MalformedError, UnknownDocumentError, statements_in
from terraform_gate.iam.statement import Statement
from terraform_gate.rule import Rule
from terraform_gate.terraform_resource import Resource

IDENTITY: dict[str, str] = {
    "aws_iam_policy": "policy",
    "aws_iam_role_policy": "policy",
    "aws_iam_user_policy": "policy",
    "aws_iam_group_policy": "policy",
    "aws_iam_role": "policy",
    "aws_ssoadmin_permission_set_inline_policy": "inline_policy",
}
"""Resource type -> argument that contains an identity policy."""
TRUST: dict[str, str] = {"aws_iam_role": "assume_role_policy"}
RESOURCE: dict[str, str] = {
    "aws_s3_bucket_policy": "policy",
    "aws_kms_key": "policy",
    "aws_kms_key_policy": "policy",
    "aws_sns_topic_policy": "policy",
    "aws_sqs_queue_policy": "policy",
    "aws_secretsmanager_secret_policy": "policy",
    "aws_ecr_repository_policy": "policy",
    "aws_cloudwatch_log_resource_policy": "policy_document",
    "aws_efs_file_system_policy": "policy",
    "aws_backup_vault_policy": "policy",
    "aws_dynamodb_resource_policy": "policy",
    "aws_opensearch_domain_policy": "access_policies",
    "aws_cloudwatch_event_bus_policy": "policy",
}
"""Resource type -> argument that contains a resource policy, with principals."""


ALL: dict[str, str] = {**RESOURCE, **TRUST, **IDENTITY}


class StatementRule(Rule):
    """A rule about each policy statement. Subclasses set ``documents`` and implement ``violations``."""

    documents: ClassVar[dict[str, str]]
    """Resource type -> argument."""

    def __init_subclass__(cls) -> None:
        """Derive the resource types from ``documents``."""
        if "documents" in cls.__dict__:
            cls.resource_types = tuple(cls.documents)

    @abstractmethod
    def violations(self, statement: Statement) -> Iterator[str]:
        """Yield what is wrong with one statement."""

    def unknown(self, statement: Statement) -> Iterator[str]:  # noqa: ARG002  subclasses use it
        """Yield what must be known about one statement for a verdict, and is not."""
        yield from ()

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Evaluate every document of every resource."""
        for resource in configuration.of_type(*self.resource_types):
            yield from self._evaluate_documents(resource, configuration)

    def _evaluate_documents(self, resource: Resource, configuration: Configuration) -> Iterator[Finding]:
        for value in _documents(resource, self.documents[resource.type]):
            try:
                statements = statements_in(value, configuration)
            except UnknownDocumentError as error:
                yield Finding.unknown(resource, str(error))
                continue
            except MalformedError:
                continue  # AF_IAM_1 reports it
            violations = [
                f"{statement.label}: {text}" for statement in statements for text in self.violations(statement)
            ]
            gaps = [f"{statement.label}: {gap}" for statement in statements for gap in self.unknown(statement)]
            yield from [Finding.fail(resource, text) for text in violations]
            yield from [Finding.unknown(resource, gap) for gap in gaps]
            if not violations and not gaps:
                yield Finding.pass_(resource)


def _documents(resource: Resource, argument: str) -> Iterator[Any]:
    if resource.get(argument) is not None:
        yield resource.get(argument)
    if resource.type == "aws_iam_role" and argument == "policy":
        yield from (block["policy"] for block in resource.blocks("inline_policy") if block.get("policy"))
