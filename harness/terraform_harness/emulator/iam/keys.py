"""Permissions for KMS keys that a request needs: services use the keys with the permissions of their caller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from terraform_harness.emulator.iam import names
from terraform_harness.emulator.iam.actions import prefix_of
from terraform_harness.emulator.iam.needed import Needed, value
from terraform_harness.emulator.iam.state import key_arn
from terraform_harness.emulator.validation.requests import Call

_GRANTS = ("kms:CreateGrant", "kms:DescribeKey")
_DATA = ("kms:Decrypt", "kms:GenerateDataKey")
# (service, operation, parameter with the key) -> actions on the key through the service. Sources: encryption at rest in
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html (RDS),
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html (ElastiCache),
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html (ECR),
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html (EventBridge Scheduler),
# https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html (Parameter Store)
KEYS: Mapping[tuple[str, str, str], tuple[str, ...]] = {
    ("rds", "CreateDBInstance", "KmsKeyId"): _GRANTS,
    ("rds", "CreateDBInstance", "PerformanceInsightsKMSKeyId"): (*_GRANTS, *_DATA),
    ("rds", "ModifyDBInstance", "PerformanceInsightsKMSKeyId"): (*_GRANTS, *_DATA),
    ("elasticache", "CreateReplicationGroup", "KmsKeyId"): _GRANTS,
    ("ecr", "CreateRepository", "encryptionConfiguration.kmsKey"): _GRANTS,
    ("scheduler", "CreateSchedule", "KmsKeyArn"): ("kms:DescribeKey", *_DATA),
    ("scheduler", "UpdateSchedule", "KmsKeyArn"): ("kms:DescribeKey", *_DATA),
    ("secretsmanager", "CreateSecret", "KmsKeyId"): _DATA,
}


def needed_by(call: Call) -> Iterator[Needed]:
    """Yield the actions on keys that a call needs."""
    yield from _keys(call)
    yield from _parameters(call)
    yield from _bucket_keys(call)


def _through(call: Call, actions: Iterable[str], key: str, **context: str) -> Iterator[Needed]:
    values = {"kms:ViaService": f"{prefix_of(call)}.{call.region}.amazonaws.com", "kms:CallerAccount": call.account}
    for action in actions:
        own = {"kms:GrantIsForAWSResource": "true"} if action == "kms:CreateGrant" else {}
        yield Needed(action, key_arn(call, key), {**values, **own, **context})


def _keys(call: Call) -> Iterator[Needed]:
    for (service, operation, path), actions in KEYS.items():
        if (service, operation) == (call.service, call.operation) and (key := value(call.parameters, path)):
            yield from _through(call, actions, str(key))


def _parameters(call: Call) -> Iterator[Needed]:
    """Yield what SecureStrings need: Parameter Store uses the caller's permissions for the key."""
    if call.service != "ssm":
        return
    if call.operation == "PutParameter" and call.parameters.get("Type") == "SecureString":
        key = str(call.parameters.get("KeyId") or "alias/aws/ssm")
        arn = names.values(call, "ssm", "ParameterNameWithoutLeadingSlash")[0]
        yield from _decrypt(call, key, arn, "kms:Encrypt")
    elif call.parameters.get("WithDecryption"):
        for name in names.values(call, "ssm", "ParameterNameWithoutLeadingSlash"):
            found = call.backend("ssm").get_parameter(f"/{name}") or call.backend("ssm").get_parameter(name)
            if found is not None and found.parameter_type == "SecureString":
                yield from _decrypt(call, found.keyid, name, "kms:Decrypt")


def _decrypt(call: Call, key: str, name: str, action: str) -> Iterator[Needed]:
    arn = f"arn:aws:ssm:{call.region}:{call.account}:parameter/{name}"
    yield from _through(call, (action,), key, **{"kms:EncryptionContext:PARAMETER_ARN": arn})


def _bucket_keys(call: Call) -> Iterator[Needed]:
    """Yield what objects need that are encrypted with a key.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    actions = {"GetObject": ("kms:Decrypt",), "HeadObject": ("kms:Decrypt",), "PutObject": ("kms:GenerateDataKey",)}
    if call.service != "s3" or call.operation not in actions:
        return
    if call.parameters.get("ServerSideEncryption") == "AES256":
        return
    from moto.s3.models import s3_backends

    bucket = s3_backends[call.account]["aws"].buckets.get(str(call.parameters["Bucket"]))
    rule = ((bucket.encryption or {}).get("Rule") or {}) if bucket else {}
    key = (rule.get("ApplyServerSideEncryptionByDefault") or {}).get("KMSMasterKeyID")
    if key:
        yield from _through(call, actions[call.operation], str(key))
