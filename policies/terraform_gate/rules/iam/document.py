"""AF_IAM_1: every policy document is valid."""

from __future__ import annotations

import json
from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.iam.documents import MalformedError, UnknownDocumentError, statements_in
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import policy, role_policy
from terraform_gate.rules.shared.statement_rule import IDENTITY, RESOURCE, TRUST

_READ = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::airflow-logs/*"}
_NO_EFFECT = json.dumps({"Version": "2012-10-17", "Statement": [{**_READ, "Effect": "allow"}]})
_OLD = json.dumps({"Version": "2008-10-17", "Statement": [{**_READ, "Effect": "Allow"}]})
_BODY = {"name": "logs", "policy": _OLD}


class ValidPolicyDocument(Rule):
    """Policy documents that are not JSON, have no statements, or use an old version."""

    id = "AF_IAM_1"
    title = "Every policy document is valid JSON of version 2012-10-17"
    severity = Severity.HIGH
    why = (
        "AWS rejects a malformed document during the apply, and treats policy variables in documents of "
        "an older version as literal text."
    )
    remediation = "Write the document with a JSON encoder, version 2012-10-17, and Effect Allow or Deny."
    references = ("parliament MALFORMED_JSON", "parliament MALFORMED", "parliament OLD_VERSION")
    resource_types = tuple(dict.fromkeys([*IDENTITY, *TRUST, *RESOURCE]))
    passing = (Example(title="a document with one statement", resources=role_policy(_READ)),)
    failing = (
        Example(title="version 2008-10-17", resources={"aws_iam_policy": {"logs": _BODY}}),
        Example(
            title="Effect in lower case",
            resources={"aws_iam_policy": {"logs": {**_BODY, "policy": _NO_EFFECT}}},
        ),
        Example(
            title="truncated JSON",
            resources={"aws_iam_policy": {"logs": {**_BODY, "policy": policy(_READ)[:-1]}}},
            not_plannable_because="the provider rejects it",
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Parse every policy document of every resource."""
        for resource in configuration.of_type(*self.resource_types):
            for documents in (IDENTITY, TRUST, RESOURCE):
                value = resource.get(documents[resource.type]) if resource.type in documents else None
                if value is None:
                    continue
                try:
                    statements_in(value, configuration)
                except UnknownDocumentError as error:
                    yield Finding.unknown(resource, str(error))
                except MalformedError as error:
                    yield Finding.fail(resource, str(error))
                else:
                    old = '"2008-10-17"' in str(value)
                    yield Finding.fail(resource, "version 2008-10-17") if old else Finding.pass_(resource)


rule = ValidPolicyDocument()
