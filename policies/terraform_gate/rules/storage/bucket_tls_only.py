"""AF_S3_1: every bucket denies requests without TLS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.iam.documents import MalformedError, UnknownDocumentError, statements_in
from terraform_gate.iam.statement import Statement
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import policy
from terraform_gate.rules.shared.resources import Resources
from terraform_gate.terraform_resource import Resource

_ARN = "${aws_s3_bucket.logs.arn}"


def _bucket(*statements: dict[str, object]) -> Resources:
    resources: Resources = {"aws_s3_bucket": {"logs": {"bucket": "airflow-logs"}}}
    if statements:
        body = {"bucket": "${aws_s3_bucket.logs.id}", "policy": policy(*statements)}
        resources["aws_s3_bucket_policy"] = {"logs": body}
    return resources


_DENY: dict[str, object] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [_ARN, f"{_ARN}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


class TlsOnly(Rule):
    """Buckets that accept plain HTTP."""

    id = "AF_S3_1"
    title = "Every bucket denies requests without TLS"
    severity = Severity.MEDIUM
    why = "S3 accepts plain HTTP: logs and DAGs can be read in transit."
    remediation = "Deny s3:* for all principals on the bucket and its objects when aws:SecureTransport is false."
    references = ("FSBP S3.5", "cdk-nag AwsSolutions-S10", "Prowler s3_bucket_secure_transport_policy", "CKV_AWS_379")
    resource_types = ("aws_s3_bucket",)
    passing = (Example(title="plain HTTP is denied", resources=_bucket(_DENY)),)
    failing = (
        Example(title="no bucket policy", resources=_bucket()),
        Example(title="denied for s3:GetObject only", resources=_bucket({**_DENY, "Action": "s3:GetObject"})),
        Example(title="denied for the bucket, not for its objects", resources=_bucket({**_DENY, "Resource": [_ARN]})),
        Example(
            title="denied for one principal only",
            resources=_bucket({**_DENY, "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}),
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Find the Deny statement in the bucket policy."""
        listed = _policies(configuration)
        for bucket in configuration.of_type(*self.resource_types):
            policies = listed.get(bucket.key) or listed.get(bucket.get("bucket") or "", [])
            try:
                statements = [item for owner in policies for item in statements_in(owner.get("policy"), configuration)]
            except (UnknownDocumentError, MalformedError) as error:
                yield Finding.unknown(bucket, str(error))
                continue
            closed = any(_denies_plain(statement) for statement in statements)
            yield Finding.pass_(bucket) if closed else Finding.fail(bucket, "accepts requests without TLS")


def _policies(configuration: Configuration) -> Mapping[object, list[Resource]]:
    """Map the key of a bucket, or its literal name, to its bucket policies."""
    found: dict[object, list[Resource]] = defaultdict(list)
    for owner in configuration.of_type("aws_s3_bucket_policy"):
        bucket = configuration.find(owner.get("bucket"))
        found[bucket.key if bucket else str(owner.get("bucket"))].append(owner)
    return found


def _denies_plain(statement: Statement) -> bool:
    plain = any("false" in keys.get("aws:securetransport", ()) for keys in statement.conditions.values())
    everyone = any("*" in values for values in statement.principals.values())
    whole = any(resource == "*" or resource.endswith("/*") for resource in statement.resources)
    every_action = bool({"*", "s3:*"} & set(statement.actions))
    return not statement.allows and plain and everyone and whole and every_action


rule = TlsOnly()
