"""The secrets of an environment as SecureStrings whose values are in neither plan nor state."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import Fn
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from environments.facts.secrets import SPECIFICATIONS, SecretSpecification
from modules.core.container import Secret
from modules.core.ephemeral import random_value
from modules.core.grants import statement
from modules.core.json_text import json_text
from modules.core.task import Client


@dataclass(frozen=True)
class SecretsReference:
    """A selection of an environment's secrets.

    Args:
        secrets: the secrets that a client gets.
    """

    secrets: tuple[Secret, ...]

    def some(self, *names: str) -> SecretsReference:
        """Return the selection of the secrets called ``names``."""
        return SecretsReference(tuple(secret for secret in self.secrets if secret.name in names))

    def serve(self, client: Client) -> None:
        """Give ``client`` each secret as the environment variable that Airflow reads."""
        for secret in self.secrets:
            client.add_secret(SPECIFICATIONS[secret.name].variable, secret)


@dataclass(frozen=True)
class SecretsBackendReference:
    """Airflow connections and variables in Parameter Store.

    Args:
        path: prefix of the parameters, without a slash at the end.
        account_id: AWS account of the parameters.
        region: AWS region of the parameters.
        key_arn: KMS key of the parameters.
    """

    path: str
    account_id: str
    region: str
    key_arn: str

    def serve(self, client: Client) -> None:
        """Configure the secrets backend of ``client`` and allow it to read connections and variables."""
        backend = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend"
        prefixes = {f"{kind}_prefix": f"{self.path}/{kind}" for kind in KINDS}
        client.add_environment(
            AIRFLOW__SECRETS__BACKEND=backend,
            AIRFLOW__SECRETS__BACKEND_KWARGS=json_text({**prefixes, "config_prefix": None}),
        )
        parameters = [f"arn:aws:ssm:{self.region}:{self.account_id}:parameter{self.path}/{kind}/*" for kind in KINDS]
        client.task_role.grant(
            "read-connections-and-variables",
            statement("ssm:GetParameter", on=parameters),
            statement(
                "kms:Decrypt",
                on=[self.key_arn],
                conditions={"StringLike": {"kms:EncryptionContext:PARAMETER_ARN": parameters}},
            ),
        )


KINDS = ("connections", "variables")


class Secrets(Construct):
    """The SecureStrings of one environment below ``/<prefix>/<environment>/``.

    The first values come from ephemeral resources through write-only arguments: neither plan nor state contains them.
    Terraform keeps a value that an operation writes later (rotation); it knows only the parameter's version.

    Args:
        scope: parent construct.
        id_: id of the construct.
        path: prefix of all parameters, without a slash at the end.
        key_arn: KMS key of the parameters.
        account_id: AWS account of the parameters.
        region: AWS region of the parameters.
        names: keys of ``SPECIFICATIONS``; all by default.

    Raises:
        KeyError: ``names`` contains a name that is not a key of ``SPECIFICATIONS``.

    Example:
        >>> secrets = Secrets(stack, "secrets", path="/airflow/prod", key_arn=key_arn, account_id="111122223333",
        ...                   region="eu-central-1", names=("fernet-key",))
        >>> resource("aws_ssm_parameter.secrets_fernet_key")["type"]
        'SecureString'
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        path: str,
        key_arn: str,
        account_id: str,
        region: str,
        names: tuple[str, ...] = tuple(SPECIFICATIONS),
    ) -> None:
        super().__init__(scope, id_)
        self._path, self._key_arn = path, key_arn
        self._secrets = {name: self._make(name, SPECIFICATIONS[name]) for name in names}
        self.backend = SecretsBackendReference(path=path, account_id=account_id, region=region, key_arn=key_arn)

    def secret(self, name: str) -> Secret:
        """Return the secret called ``name``."""
        return self._secrets[name]

    @property
    def reference(self) -> SecretsReference:
        """All secrets."""
        return SecretsReference(tuple(self._secrets.values()))

    def _make(self, name: str, specification: SecretSpecification) -> Secret:
        parameter = SsmParameter(
            self,
            name,
            name=f"{self._path}/{name}",
            description=specification.purpose,
            type="SecureString",
            key_id=self._key_arn,
            value_wo=self._first_value(name, specification),
            value_wo_version=1,
        )
        version = str(Fn.tostring(parameter.version))
        return Secret(name=name, arn=parameter.arn, key_arn=self._key_arn, version=version)

    def _first_value(self, name: str, specification: SecretSpecification) -> str:
        random = random_value(
            self,
            name,
            length=specification.length,
            deferred_until=self._key_arn,
            exclude=specification.excluded if specification.punctuation else "",
            punctuation=specification.punctuation,
        )
        return random + specification.suffix
