"""Receivers of traces, metrics and data lineage: what a component needs to send to them."""

from __future__ import annotations

from dataclasses import dataclass

from environments.facts.secrets import OPENLINEAGE_API_KEY_VARIABLE, OTLP_HEADERS_VARIABLE
from modules.core.connections import Connections
from modules.core.container import Secret
from modules.core.flows import Endpoint, identifier
from modules.core.task import Client

HTTPS = 443


@dataclass(frozen=True)
class Receiver:
    """An HTTP server that takes telemetry.

    Args:
        server: its address without a path.
        path: path of the address, which may be empty.
        port: TCP port of the address.
        cidr: CIDR block of a receiver with private addresses; ``None`` for a public one.
        secret: secret that clients send, if any.
    """

    server: str
    path: str
    port: int
    cidr: str | None = None
    secret: Secret | None = None

    def allow(self, client: Connections, *, why: str) -> None:
        """Allow ``client`` to connect; HTTPS to public addresses is open for every component already."""
        if self.cidr:
            block = Endpoint(identifier(self.cidr), "internet", (self.cidr,))
            client.allow_to(block, ports=(self.port, self.port), why=why)
        elif self.port != HTTPS:
            client.allow_to_internet(port=self.port, why=why)


@dataclass(frozen=True)
class Otlp:
    """OpenTelemetry over HTTP: Airflow sends traces, and the StatsD sidecar sends Airflow's metrics.

    Airflow has one backend for metrics, and alarms need StatsD: the sidecar therefore sends them to both.

    Args:
        receiver: collector or endpoint of a vendor.
        environment: name of the environment, the ``service.namespace`` of all data.
    """

    receiver: Receiver
    environment: str

    @property
    def headers(self) -> Secret | None:
        """HTTP headers that authenticate the client."""
        return self.receiver.secret

    def serve(self, client: Client) -> None:
        """Give ``client`` the way to the receiver and the settings of its traces."""
        self.receiver.allow(client.connections, why="OpenTelemetry receiver")
        variables = self.variables(client.connections.endpoint.name)
        client.add_environment(AIRFLOW__TRACES__OTEL_ON="True", OTEL_TRACES_EXPORTER="otlp_proto_http", **variables)
        if self.receiver.secret:
            client.add_secret(OTLP_HEADERS_VARIABLE, self.receiver.secret)

    def variables(self, component: str) -> dict[str, str]:
        """Variables of the OpenTelemetry SDK in a container of ``component``.

        Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/
        """
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"{self.receiver.server}{self.receiver.path}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_RESOURCE_ATTRIBUTES": f"service.namespace={self.environment}",
            "OTEL_SERVICE_NAME": component,
        }


@dataclass(frozen=True)
class OpenLineage:
    """OpenLineage events about DAG runs and Airflow tasks.

    The variables of the OpenLineage client replace ``[openlineage] transport``, whose value would contain the API key.

    Args:
        receiver: server of the events.
        environment: name of the environment, the namespace of its jobs.
    """

    receiver: Receiver
    environment: str

    def serve(self, client: Client) -> None:
        """Give ``client`` the way to the receiver and the settings of its events.

        Source: https://openlineage.io/docs/client/python/configuration
        """
        self.receiver.allow(client.connections, why="OpenLineage receiver")
        client.add_environment(
            OPENLINEAGE_URL=self.receiver.server,
            AIRFLOW__OPENLINEAGE__NAMESPACE=self.environment,
            # The default forks the process of the Airflow task, which may stay "running" when the receiver is slow.
            AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD="True",
        )
        if self.receiver.path:
            client.add_environment(OPENLINEAGE_ENDPOINT=self.receiver.path.removeprefix("/"))
        if self.receiver.secret:
            client.add_secret(OPENLINEAGE_API_KEY_VARIABLE, self.receiver.secret)
