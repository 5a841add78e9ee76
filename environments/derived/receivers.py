"""The receivers of telemetry that an environment file names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from environments.facts.http_addresses import HttpAddress, parsed
from environments.facts.secrets import OPENLINEAGE_API_KEY, OTLP_HEADERS
from environments.model import Environment
from environments.sections.telemetry import OpenLineageReceiver, OtlpReceiver


@dataclass(frozen=True)
class Receiver:
    """A receiver.

    Args:
        path: its key in the file.
        section: its settings.
        parameter: name of the parameter that it needs when it authenticates.
    """

    path: str
    section: OtlpReceiver | OpenLineageReceiver
    parameter: str

    @property
    def address(self) -> HttpAddress:
        """The parts of its address."""
        return parsed(self.section.endpoint)


def receivers(environment: Environment) -> Iterator[Receiver]:
    """The receivers in use."""
    telemetry = environment.telemetry
    if telemetry.otlp:
        yield Receiver("telemetry.otlp", telemetry.otlp, OTLP_HEADERS)
    if telemetry.openlineage:
        yield Receiver("telemetry.openlineage", telemetry.openlineage, OPENLINEAGE_API_KEY)


def authenticated(environment: Environment) -> frozenset[str]:
    """Names of the parameters with the secrets that receivers demand."""
    return frozenset(receiver.parameter for receiver in receivers(environment) if receiver.section.authenticate)
