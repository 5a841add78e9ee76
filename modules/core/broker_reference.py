"""The reference to the Celery broker, with its AUTH token or with IAM tokens."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from environments.facts.broker_users import airflow_user, team_user
from environments.facts.naming import BROKER_LOGIN_POLICY
from environments.facts.secrets import BROKER_TOKEN, SPECIFICATIONS
from modules.core.connections import Connections
from modules.core.container import Secret
from modules.core.grants import statement
from modules.core.references import OUTPUT_PREFIX
from modules.core.task import Client

PORT = 6379


@dataclass(frozen=True)
class BrokerLogin:
    """Logins to the broker with IAM tokens in place of the AUTH token.

    Args:
        cache: id of the replication group, for which a token is valid.
        account_id: AWS account of the broker.
        region: AWS region of the broker.
        team: the team whose user logs in; Airflow's own user when empty.
    """

    cache: str
    account_id: str
    region: str
    team: str = ""

    @property
    def user(self) -> str:
        """Name and id of the user, which are equal for users that log in with IAM tokens."""
        return team_user(self.cache, self.team) if self.team else airflow_user(self.cache)

    def allow(self, client: Client) -> None:
        """Give ``client`` the name of the user, and the permission to log in as this user only."""
        client.add_environment(
            AIRFLOW_BROKER_AUTHENTICATION="iam", AIRFLOW_BROKER_CACHE=self.cache, AIRFLOW_BROKER_USER=self.user
        )
        if self.team:
            client.add_environment(AIRFLOW_BROKER_TEAM=self.team)
        base = f"arn:aws:elasticache:{self.region}:{self.account_id}"
        resources = [f"{base}:replicationgroup:{self.cache}", f"{base}:user:{self.user}"]
        client.task_role.grant(BROKER_LOGIN_POLICY, statement("elasticache:Connect", on=resources))


@dataclass(frozen=True)
class BrokerReference:
    """The broker as its clients need it.

    Args:
        connections: security group of the broker.
        address: DNS name of the primary node.
        token: the SecureString that holds the AUTH token; None when clients log in with IAM tokens.
        login: how clients log in with IAM tokens; None when they log in with the AUTH token.
    """

    connections: Connections = field(metadata={OUTPUT_PREFIX: ""})
    address: str
    token: Secret | None
    login: BrokerLogin | None = field(default=None, metadata={OUTPUT_PREFIX: ""})

    def serve(self, client: Client) -> None:
        """Give ``client`` network access, the address, and the AUTH token or the permission to log in."""
        self.connections.allow_default_port_from(client.connections, why="Celery broker over TLS")
        client.add_environment(AIRFLOW_BROKER_HOST=self.address, AIRFLOW_BROKER_PORT=str(PORT))
        if self.login:
            self.login.allow(client)
        elif self.token:
            client.add_secret(SPECIFICATIONS[BROKER_TOKEN].variable, self.token)

    def of_team(self, team: str) -> BrokerReference:
        """Return the broker for the worker groups of ``team``, which log in as the user of this team."""
        return replace(self, login=replace(self.login, team=team)) if self.login else self
