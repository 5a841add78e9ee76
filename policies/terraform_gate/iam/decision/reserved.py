"""Resources of AWS that no principal of an account can change, whatever its policies permit.

Sources:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html (AWS-managed policies)
    https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html (AWSReservedSSO_ roles)
    https://docs.aws.amazon.com/kms/latest/developerguide/alias-create.html (aliases that begin with aws/)
"""

from __future__ import annotations

_READING = ("iam:generate", "iam:get", "iam:list", "iam:simulate")
_ALIAS_CHANGES = frozenset({"kms:createalias", "kms:deletealias", "kms:updatealias"})


def is_reserved(action: str, arn: str) -> bool:
    """Return whether AWS rejects an action (in lower case) on a resource that belongs to AWS."""
    if action in _ALIAS_CHANGES:
        return ":alias/aws/" in arn
    belongs_to_aws = ":iam::aws:policy/" in arn or ":role/aws-reserved/" in arn
    return belongs_to_aws and action.startswith("iam:") and not action.startswith(_READING)
