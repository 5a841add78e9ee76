"""The reference to the metadata database, with or without RDS Proxy."""

from __future__ import annotations

from dataclasses import dataclass, field

from environments.facts.secrets import DATABASE_PASSWORD, SPECIFICATIONS
from modules.core.connections import Connections
from modules.core.references import OUTPUT_PREFIX
from modules.core.task import Client, Secret

PORT = 5432
DATABASE = "airflow"
USER = "airflow"


@dataclass(frozen=True)
class MetadataDatabaseReference:
    """The metadata database as its clients need it.

    Args:
        connections: security group of the database or of its proxy.
        address: DNS name.
        password: the SecureString that holds the password.
    """

    connections: Connections = field(metadata={OUTPUT_PREFIX: ""})
    address: str
    password: Secret

    def serve(self, client: Client) -> None:
        """Give ``client`` network access, the address and the password."""
        self.connections.allow_default_port_from(client.connections, why="metadata database over TLS")
        client.add_environment(
            AIRFLOW_DB_HOST=self.address, AIRFLOW_DB_PORT=str(PORT), AIRFLOW_DB_NAME=DATABASE, AIRFLOW_DB_USER=USER
        )
        client.add_secret(SPECIFICATIONS[DATABASE_PASSWORD].variable, self.password)
