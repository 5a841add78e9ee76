"""The secrets of an environment: names, purposes, how a value is made and checked, which processes read them."""

from __future__ import annotations

import base64
import binascii
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass

from environments.facts.topology import Topology, uses_celery

LETTERS_AND_DIGITS = string.ascii_letters + string.digits
PUNCTUATION = "!#$%&()*+,-.:;<=>?[]^_{|}~"
REJECTED_BY_STORES = '/@" '
"""Characters that RDS rejects in a password and ElastiCache in an AUTH token."""
FERNET_BYTES = 32

SERVERS = ("api-server", "scheduler", "dag-processor", "triggerer", "standalone")
DATABASE_PASSWORD, BROKER_TOKEN = "database-password", "broker-auth-token"  # names, not values
FERNET_KEY, JWT_SECRET, API_SECRET_KEY = "fernet-key", "jwt-secret", "api-secret-key"  # names, not values
ADMIN_PASSWORD = "admin-password"  # noqa: S105  # a name, not a value

DEPLOY_KEY = "git-deploy-key"
"""Parameter of the private SSH key for the DAG repository. People write the key; no program can generate it."""
DEPLOY_KEY_PURPOSE = "Private SSH key for the DAG repository"
OIDC_CLIENT_SECRET = "oidc-client-secret"  # noqa: S105  # a name, not a value
"""Parameter of Airflow's client secret at the identity provider. The identity provider generates the value."""
OIDC_CLIENT_SECRET_PURPOSE = "Client secret of Airflow at the identity provider"  # noqa: S105
OIDC_CLIENT_SECRET_VARIABLE = "AIRFLOW_OIDC_CLIENT_SECRET"  # noqa: S105
OTLP_HEADERS, OPENLINEAGE_API_KEY = "otlp-headers", "openlineage-api-key"  # names, not values
"""Parameters of the secrets for receivers of telemetry. People write them, as their vendors issue them."""
OTLP_HEADERS_PURPOSE = "Header line for the receiver of OpenTelemetry data"
OPENLINEAGE_API_KEY_PURPOSE = "Key of Airflow at the receiver of OpenLineage events"
GIVEN_BY_PEOPLE = frozenset({DEPLOY_KEY, OIDC_CLIENT_SECRET, OTLP_HEADERS, OPENLINEAGE_API_KEY})
"""Parameters that exist when a key of the environment asks for them, and that no program can generate."""
GIT_SYNC_DEPLOY_KEY_VARIABLE = "GITSYNC_DEPLOY_KEY"
GIT_BUNDLE_DEPLOY_KEY_VARIABLE = "AIRFLOW_GIT_DEPLOY_KEY"
OTLP_HEADERS_VARIABLE, OPENLINEAGE_API_KEY_VARIABLE = "OTEL_EXPORTER_OTLP_HEADERS", "OPENLINEAGE_API_KEY"


@dataclass(frozen=True, kw_only=True)
class SecretSpecification:
    """One SecureString below ``/<name_prefix>/<environment>/``.

    Attributes:
        name: Last part of the parameter's name.
        variable: Environment variable of a container that holds the value.
        purpose: Description of the parameter.
        length: Random characters of a generated value.
        min_length: Fewest characters of a valid value.
        max_length: Most characters of a valid value.
        excluded: Characters that a value must not contain.
        punctuation: True when a generated value may contain punctuation.
        suffix: Characters after the random ones.
        processes: Commands of the image that read the secret.
    """

    name: str
    variable: str
    purpose: str
    length: int
    min_length: int
    max_length: int
    excluded: str = ""
    punctuation: bool = False
    suffix: str = ""
    processes: tuple[str, ...]

    def generate(self) -> str:
        """A new random value."""
        alphabet = LETTERS_AND_DIGITS + (PUNCTUATION if self.punctuation else "")
        return "".join(secrets.choice(alphabet) for _ in range(self.length))

    def validate(self, value: str) -> str | None:
        """The problem with ``value`` without the value itself; None when it is valid."""
        if not self.min_length <= len(value) <= self.max_length:
            return f"has {len(value)} characters, must have {self.min_length} to {self.max_length}"
        if set(value) & set(self.excluded):
            return f"contains a character of {self.excluded!r}"
        return None


@dataclass(frozen=True, kw_only=True)
class FernetKeySpecification(SecretSpecification):
    """One Fernet key, or several with commas between them while a rotation runs."""

    def generate(self) -> str:
        """32 random bytes in URL-safe base64."""
        return base64.urlsafe_b64encode(secrets.token_bytes(FERNET_BYTES)).decode()

    def validate(self, value: str) -> str | None:
        """The number of the first key that is not a Fernet key; None when all are."""
        for position, key in enumerate(value.split(","), start=1):
            if not _is_fernet_key(key):
                return f"key {position} is not {FERNET_BYTES} bytes in URL-safe base64"
        return None


def _is_fernet_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == FERNET_BYTES
    except (binascii.Error, ValueError):
        return False


# Terraform generates a Fernet key without base64: 42 random characters, then one whose last bits are zero (32 bytes
# are 43 characters of base64, and the last character carries four bits only), then the pad.
_ALL = (
    SecretSpecification(
        name=DATABASE_PASSWORD,
        variable="AIRFLOW_DB_PASSWORD",
        purpose="Password of the metadata database",
        length=40,
        min_length=8,
        max_length=128,
        excluded=REJECTED_BY_STORES,
        punctuation=True,
        processes=(
            *SERVERS,
            "worker",
            "migrate",
            "db-clean",
            "downgrade",
            "database-report",
            "password-login",
            "metrics",
            "pause",
            "resume",
        ),
    ),
    SecretSpecification(
        name=BROKER_TOKEN,
        variable="AIRFLOW_BROKER_PASSWORD",
        purpose="AUTH token of the broker",
        length=64,
        min_length=16,
        max_length=128,
        excluded=REJECTED_BY_STORES,
        processes=("scheduler", "worker", "flower"),
    ),
    FernetKeySpecification(
        name=FERNET_KEY,
        variable="AIRFLOW__CORE__FERNET_KEY",
        purpose="Fernet key of connections and variables",
        length=42,
        suffix="A=",
        min_length=44,
        max_length=4096,
        processes=(*SERVERS, "pause", "resume"),
    ),
    SecretSpecification(
        name=JWT_SECRET,
        variable="AIRFLOW__API_AUTH__JWT_SECRET",
        purpose="Signs the tokens between components",
        length=64,
        min_length=32,
        max_length=4096,
        processes=SERVERS,
    ),
    SecretSpecification(
        name=API_SECRET_KEY,
        variable="AIRFLOW__API__SECRET_KEY",
        purpose="Signs sessions and log requests",
        length=64,
        min_length=32,
        max_length=4096,
        processes=(*SERVERS, "worker"),
    ),
    SecretSpecification(
        name=ADMIN_PASSWORD,
        variable="AIRFLOW_ADMIN_PASSWORD",
        purpose="First password of the user admin",
        length=24,
        min_length=12,
        max_length=128,
        processes=("migrate",),
    ),
)
SPECIFICATIONS: Mapping[str, SecretSpecification] = {specification.name: specification for specification in _ALL}


def names_for_topology(topology: Topology, *, broker: str = "token") -> tuple[str, ...]:
    """Names of the secrets of a topology; the broker's AUTH token exists with Celery and ``broker: token`` only."""
    requires_token = uses_celery(topology) and broker == "token"
    return tuple(name for name in SPECIFICATIONS if name != BROKER_TOKEN or requires_token)


def names_for_process(process: str) -> tuple[str, ...]:
    """Names of the secrets that a command of the image reads."""
    return tuple(name for name, specification in SPECIFICATIONS.items() if process in specification.processes)


def own_names_for_process(process: str) -> tuple[str, ...]:
    """The same without the secrets that come with the use of the database and of the broker."""
    return tuple(name for name in names_for_process(process) if name not in {DATABASE_PASSWORD, BROKER_TOKEN})
