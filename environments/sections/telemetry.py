"""Receivers of traces, metrics and data lineage outside of AWS CloudWatch."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Len
from pydantic import StrictBool

from environments.facts.http_addresses import problem_in_http_address
from environments.fields import IN_PLACE, ROLLING, Section, synth
from environments.formats import Ipv4Cidr, Pattern, checked_text

Endpoint = Annotated[
    str,
    Len(0, 300),
    Pattern(r"^https?://\S+$", "an HTTP address such as https://otel.example.com:4318"),
    checked_text(problem_in_http_address),
]
ReceiverCidr = Annotated[
    Ipv4Cidr | None,
    synth("CIDR block of a receiver with private addresses; needs `network.existing`.", effect=IN_PLACE),
]


class OtlpReceiver(Section):
    """A receiver of OpenTelemetry data: a collector or a vendor's endpoint."""

    endpoint: Annotated[
        Endpoint,
        synth("Address that takes OTLP over HTTP; `/v1/traces` and `/v1/metrics` are appended.", effect=ROLLING),
    ]
    cidr: ReceiverCidr = None
    authenticate: Annotated[
        StrictBool,
        synth("Send the HTTP headers in the parameter `otlp-headers`, such as `api-key=...`.", effect=ROLLING),
    ] = False


class OpenLineageReceiver(Section):
    """A receiver of OpenLineage events, such as Marquez or DataHub."""

    endpoint: Annotated[
        Endpoint,
        synth(
            "Address that takes OpenLineage events; `/api/v1/lineage` is appended to an address without a path.",
            effect=ROLLING,
        ),
    ]
    cidr: ReceiverCidr = None
    authenticate: Annotated[
        StrictBool,
        synth("Send the API key in the parameter `openlineage-api-key` as bearer token.", effect=ROLLING),
    ] = False


class Telemetry(Section):
    """Traces, metrics and data lineage for receivers of other vendors; CloudWatch gets metrics without these keys."""

    otlp: Annotated[
        OtlpReceiver | None,
        synth("Receiver of OpenTelemetry traces and metrics; nothing is sent when absent.", effect=ROLLING),
    ] = None
    openlineage: Annotated[
        OpenLineageReceiver | None,
        synth("Receiver of OpenLineage events; nothing is sent when absent.", effect=ROLLING),
    ] = None
