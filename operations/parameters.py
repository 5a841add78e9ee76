"""The SecureStrings of one environment in Parameter Store. Values are never printed or logged."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from operations.account import Account, missing
from operations.aws_errors import DENIED, code_of
from operations.errors import PreconditionError

DELETED_AT_ONCE = 10
"""https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html"""


@dataclass(frozen=True)
class Secret:
    """A parameter of Parameter Store; ``repr`` omits its value."""

    name: str
    value: str = field(repr=False)
    changed: datetime.datetime


class Parameters:
    """The parameters below ``/<prefix>/<environment>/``."""

    def __init__(self, account: Account) -> None:
        self._names, self._ssm, self._kms = account.names, account.client("ssm"), account.client("kms")
        self._account = account

    def read(self, name: str) -> Secret | None:
        """The secret ``name``, or None when it does not exist.

        Raises:
            PreconditionError: it cannot be decrypted, or it is not a SecureString.
        """
        try:
            found = self._ssm.get_parameter(Name=self._names.parameter(name), WithDecryption=True)["Parameter"]
        except ClientError as error:
            if missing(error, "ParameterNotFound"):
                return None
            if code_of(error) not in DENIED:
                raise
            raise PreconditionError(
                f"{self._names.parameter(name)} cannot be read: {error}. Fix: allow your role ssm:GetParameter, and "
                f"kms:Decrypt with {self._names.secrets_key}"
            ) from None
        if found["Type"] != "SecureString":
            raise PreconditionError(
                f"{self._names.parameter(name)} is a {found['Type']}, which is not encrypted. Fix: delete it, then "
                f"{self._account.command('secrets')}"
            )
        return Secret(name=name, value=found["Value"], changed=found["LastModifiedDate"])

    def require(self, name: str) -> Secret:
        """The secret ``name``. Raises PreconditionError when it does not exist."""
        found = self.read(name)
        if found is None:
            raise PreconditionError(
                f"{self._names.parameter(name)} does not exist. Fix: {self._account.command('secrets')}"
            )
        return found

    def write(self, name: str, value: str, *, purpose: str, replace: bool = False) -> None:
        """Store a SecureString encrypted with the environment's KMS key.

        Args:
            purpose: description of the parameter.
            replace: overwrite an existing value; otherwise an existing value is kept.

        Raises:
            PreconditionError: the foundation, which has the key, is not applied.
        """
        try:
            self._ssm.put_parameter(
                Name=self._names.parameter(name),
                Description=purpose,
                Value=value,
                Type="SecureString",
                KeyId=self._key(),
                Overwrite=replace,
            )
        except ClientError as error:
            if not missing(error, "ParameterAlreadyExists"):  # another run stored a value: keep it
                raise

    def delete(self, name: str) -> None:
        """Delete ``name`` if it exists."""
        self._ssm.delete_parameters(Names=[self._names.parameter(name)])

    def names(self) -> list[str]:
        """Full names of all parameters of the environment, sorted."""
        pages = self._ssm.get_paginator("get_parameters_by_path").paginate(Path=self._names.path, Recursive=True)
        return sorted(parameter["Name"] for page in pages for parameter in page["Parameters"])

    def delete_all(self) -> list[str]:
        """Delete every parameter of the environment; returns their full names."""
        names = self.names()
        for start in range(0, len(names), DELETED_AT_ONCE):
            self._ssm.delete_parameters(Names=names[start : start + DELETED_AT_ONCE])
        return names

    def _key(self) -> str:
        """ARN of the environment's key: Terraform compares the parameter's KeyId with the ARN, not with the alias."""
        try:
            found = self._kms.describe_key(KeyId=self._names.secrets_key)
        except ClientError as error:
            if not missing(error, "NotFoundException"):
                raise
            raise PreconditionError(
                f"KMS key {self._names.secrets_key} does not exist. Fix: {self._account.command('deploy')}"
            ) from None
        return str(found["KeyMetadata"]["Arn"])
