"""The receivers of telemetry of an environment, as backing services."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from environments.derived.receivers import Receiver as ReceiverInFile
from environments.derived.receivers import receivers
from environments.facts.secrets import OPENLINEAGE_API_KEY, OTLP_HEADERS
from environments.model import Environment
from modules.constructs.telemetry import OpenLineage, Otlp, Receiver
from modules.core.airflow_process import DAG_PROCESSOR, FLOWER
from modules.core.container import Secret

WITHOUT_LINEAGE = (DAG_PROCESSOR.name, FLOWER.name)
"""Processes in which no Airflow task and no DAG run changes its state."""


class Telemetry:
    """Maps the section ``telemetry`` to backing services.

    Args:
        environment: names the receivers.
        name: name of the environment with its prefix.
        secret: returns the reference to a parameter that people write.
    """

    def __init__(self, environment: Environment, *, name: str, secret: Callable[[str], Secret]) -> None:
        self._name, self._secret = name, secret
        self._receivers = {item.parameter: self._receiver(item) for item in receivers(environment)}

    @property
    def otlp(self) -> Otlp | None:
        """The receiver of OpenTelemetry data, if there is one."""
        found = self._receivers.get(OTLP_HEADERS)
        return Otlp(found, self._name) if found else None

    def services(self, process: str) -> Iterator[Otlp | OpenLineage]:
        """The receivers to which ``process`` sends."""
        if self.otlp:
            yield self.otlp
        found = self._receivers.get(OPENLINEAGE_API_KEY)
        if found and process not in WITHOUT_LINEAGE:
            yield OpenLineage(found, self._name)

    def _receiver(self, item: ReceiverInFile) -> Receiver:
        address = item.address
        return Receiver(
            server=address.server,
            path=address.path,
            port=address.port,
            cidr=item.section.cidr,
            secret=self._secret(item.parameter) if item.section.authenticate else None,
        )
