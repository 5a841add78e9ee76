"""SecureStrings of one environment in Parameter Store. A value goes in and out; it is never printed or logged."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from operations.account import Account, missing
from operations.errors import Refused


@dataclass(frozen=True)
class Secret:
    """A parameter as Parameter Store holds it; its value stays out of ``repr``."""

    name: str
    value: str = field(repr=False)
    changed: datetime.datetime


class Parameters:
    """The parameters below ``/airflow/<environment>/``."""

    def __init__(self, account: Account) -> None:
        self._names, self._ssm, self._kms = account.names, account.client("ssm"), account.client("kms")
        self._environment = account.environment.name

    def read(self, name: str) -> Secret | None:
        """The secret ``name``, None where there is none. Raises Refused when it cannot be decrypted."""
        try:
            found = self._ssm.get_parameter(Name=self._names.parameter(name), WithDecryption=True)["Parameter"]
        except ClientError as error:
            if missing(error, "ParameterNotFound"):
                return None
            raise Refused(
                f"{self._names.parameter(name)} cannot be read: {error}. Fix: ssm:GetParameter and kms:Decrypt of "
                f"{self._names.secrets_key} for your role"
            ) from None
        if found["Type"] != "SecureString":
            raise Refused(
                f"{self._names.parameter(name)} is a {found['Type']}, so anybody may read it. Fix: delete it, then "
                f"python -m operations secrets {self._environment}"
            )
        return Secret(name=name, value=found["Value"], changed=found["LastModifiedDate"])

    def require(self, name: str) -> Secret:
        """The secret ``name``; raises Refused where there is none."""
        found = self.read(name)
        if found is None:
            raise Refused(
                f"{self._names.parameter(name)} does not exist. Fix: python -m operations secrets {self._environment}"
            )
        return found

    def write(self, name: str, value: str, *, purpose: str, replace: bool = False) -> None:
        """Store a SecureString under the environment's key. Raises Refused when the foundation is not applied."""
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
            if not missing(error, "ParameterAlreadyExists"):  # somebody was faster: theirs is as good
                raise

    def delete(self, name: str) -> None:
        """Forget ``name``; nothing happens where there is none."""
        self._ssm.delete_parameters(Names=[self._names.parameter(name)])

    def _key(self) -> str:
        kms = self._kms
        try:
            kms.describe_key(KeyId=self._names.secrets_key)
        except ClientError as error:
            if not missing(error, "NotFoundException"):
                raise
            raise Refused(
                f"KMS key {self._names.secrets_key} does not exist. Fix: make deploy ENV={self._environment}"
            ) from None
        return self._names.secrets_key
