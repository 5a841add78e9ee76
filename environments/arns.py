"""The formats of ARNs, and what an ARN tells about its resource."""

from __future__ import annotations

from typing import Annotated

from environments.formats import Pattern


def arn(service: str, *, rest: str, label: str, regional: bool, account: str = "[0-9]{12}") -> Pattern:
    """The pattern of an ARN of ``service`` in a commercial region, whose resource matches ``rest``."""
    region = "[a-z0-9-]+" if regional else ""
    return Pattern(rf"^arn:aws:{service}:{region}:{account}:{rest}$", label)


_IAM_NAME = "[A-Za-z0-9+=,.@_/-]+"
RoleArn = Annotated[
    str,
    arn(
        "iam",
        rest=f"role/{_IAM_NAME}",
        label="the ARN of an IAM role, arn:aws:iam::<account>:role/<name>",
        regional=False,
    ),
]
PolicyArn = Annotated[
    str,
    arn(
        "iam",
        rest=f"policy/{_IAM_NAME}",
        label="the ARN of an IAM policy, arn:aws:iam::<account>:policy/<name>",
        regional=False,
        account="([0-9]{12}|aws)",
    ),
]
KmsKeyArn = Annotated[
    str,
    arn(
        "kms",
        rest="key/[A-Za-z0-9-]+",
        label="the ARN of a KMS key, arn:aws:kms:<region>:<account>:key/<id>",
        regional=True,
    ),
]
CertificateArn = Annotated[
    str,
    arn(
        "acm",
        rest="certificate/[A-Za-z0-9-]+",
        label="the ARN of an ACM certificate, arn:aws:acm:<region>:<account>:certificate/<id>",
        regional=True,
    ),
]
OidcProviderArn = Annotated[
    str,
    arn(
        "iam",
        rest="oidc-provider/[A-Za-z0-9._/:-]+",
        label="the ARN of an IAM OIDC provider, arn:aws:iam::<account>:oidc-provider/<host>",
        regional=False,
    ),
]


def arn_region(value: str) -> str:
    """The region in an ARN; empty for a global service."""
    return value.split(":")[3]


def arn_account(value: str) -> str:
    """The account in an ARN; empty when the ARN names none."""
    return value.split(":")[4]
