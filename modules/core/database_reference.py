"""The reference to the metadata database, with or without RDS Proxy."""

from __future__ import annotations

from dataclasses import dataclass, field

from environments.facts.naming import LOGIN_POLICY
from environments.facts.secrets import DATABASE_PASSWORD, SPECIFICATIONS
from modules.core.connections import Connections
from modules.core.container import Secret
from modules.core.grants import statement
from modules.core.references import OUTPUT_PREFIX
from modules.core.task import Client

PORT = 5432
DATABASE = "airflow"
USER = "airflow"


@dataclass(frozen=True)
class TokenLogin:
    """Logins with IAM tokens in place of the password.

    Args:
        resource_id: the instance's resource id (``db-ABCDEFGHIJKL01234``), which stays when the instance is renamed.
        account_id: AWS account of the instance.
        region: AWS region of the instance.
    """

    resource_id: str
    account_id: str
    region: str

    def user_arn(self, user: str) -> str:
        """ARN of the database user ``user``, the resource of ``rds-db:connect``."""
        return f"arn:aws:rds-db:{self.region}:{self.account_id}:dbuser:{self.resource_id}/{user}"


@dataclass(frozen=True)
class MetadataDatabaseReference:
    """The metadata database as its clients need it.

    Args:
        connections: security group of the database or of its proxy.
        address: DNS name.
        password: the SecureString that holds the password.
        tokens: how clients log in with tokens; None when they log in with the password.
    """

    connections: Connections = field(metadata={OUTPUT_PREFIX: ""})
    address: str
    password: Secret
    tokens: TokenLogin | None = field(default=None, metadata={OUTPUT_PREFIX: ""})

    def serve(self, client: Client) -> None:
        """Give ``client`` network access, the address, and the password or the permission to log in with tokens."""
        self._connect(client, USER)
        if self.tokens is None:
            client.add_secret(SPECIFICATIONS[DATABASE_PASSWORD].variable, self.password)
        else:
            self._allow_login(client, USER, self.tokens)

    def serve_as(self, user: str, client: Client) -> None:
        """Give ``client`` network access, the address, and the permission to log in as ``user`` with tokens.

        Raises:
            ValueError: clients log in with the password, which is that of Airflow's user.
        """
        if self.tokens is None:
            raise ValueError(f"{user} logs in with tokens: environments.rules should have rejected the environment")
        self._connect(client, user)
        self._allow_login(client, user, self.tokens)

    def _connect(self, client: Client, user: str) -> None:
        self.connections.allow_default_port_from(client.connections, why="metadata database over TLS")
        client.add_environment(
            AIRFLOW_DB_HOST=self.address, AIRFLOW_DB_PORT=str(PORT), AIRFLOW_DB_NAME=DATABASE, AIRFLOW_DB_USER=user
        )

    def _allow_login(self, client: Client, user: str, tokens: TokenLogin) -> None:
        client.add_environment(AIRFLOW_DB_AUTHENTICATION="iam")
        client.task_role.grant(LOGIN_POLICY, statement("rds-db:connect", on=[tokens.user_arn(user)]))


@dataclass(frozen=True)
class WorkerDatabase:
    """The metadata database as a worker uses it in an environment with teams (docs/teams.md).

    Args:
        database: the metadata database.
        user: PostgreSQL user that reaches the rows of Celery's results that it wrote itself.
    """

    database: MetadataDatabaseReference
    user: str

    def serve(self, client: Client) -> None:
        """Give ``client`` network access, the address, and the permission to log in as the user."""
        self.database.serve_as(self.user, client)
