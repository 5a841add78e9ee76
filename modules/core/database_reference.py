"""The metadata database as its clients see it, pooled or not."""

from __future__ import annotations

from dataclasses import dataclass

from environments.facts.secrets import DATABASE_PASSWORD, SPECIFICATIONS
from modules.core.connections import Connections
from modules.core.task import Client, Secret

PORT = 5432
DATABASE = "airflow"
USER = "airflow"


@dataclass(frozen=True)
class MetadataDatabaseReference:
    """Its address, the way in and where the password is."""

    connections: Connections
    address: str
    password: Secret

    def serve(self, client: Client) -> None:
        """Give ``client`` the way in, the address and the credentials."""
        self.connections.allow_default_port_from(client.connections, why="metadata database over TLS")
        client.add_environment(
            AIRFLOW_DB_HOST=self.address, AIRFLOW_DB_PORT=str(PORT), AIRFLOW_DB_NAME=DATABASE, AIRFLOW_DB_USER=USER
        )
        client.add_secret(SPECIFICATIONS[DATABASE_PASSWORD].variable, self.password)
