"""CloudWatch Logs: saved queries, and metrics in log events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from moto.cloudwatch.models import cloudwatch_backends
from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse

from terraform_harness.emulator.patches.patch import backend_data, patch

REASON = "moto has no saved Logs Insights queries (aws_cloudwatch_query_definition)"


def _queries(response: Any) -> dict[str, Any]:
    return backend_data(response.logs_backend, "query_definitions")


@patch(LogsResponse, reason=REASON)
def put_query_definition(self: Any) -> str:
    key = self._get_param("queryDefinitionId") or str(uuid4())
    _queries(self)[key] = {
        "queryDefinitionId": key,
        "name": self._get_param("name"),
        "queryString": self._get_param("queryString"),
        "logGroupNames": self._get_param("logGroupNames") or [],
    }
    return json.dumps({"queryDefinitionId": key})


@patch(LogsResponse, reason=REASON)
def describe_query_definitions(self: Any) -> str:
    prefix = self._get_param("queryDefinitionNamePrefix") or ""
    return json.dumps({"queryDefinitions": [q for q in _queries(self).values() if q["name"].startswith(prefix)]})


@patch(LogsResponse, reason=REASON)
def delete_query_definition(self: Any) -> str:
    return json.dumps({"success": _queries(self).pop(self._get_param("queryDefinitionId"), None) is not None})


_put_log_events = LogsBackend.put_log_events


@patch(LogsBackend, reason="moto extracts no metrics from log events in the embedded metric format")
def put_log_events(self: Any, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]) -> Any:
    answer = _put_log_events(self, log_group_name, log_stream_name, log_events)
    metrics = cloudwatch_backends[self.account_id][self.region_name]
    for event in log_events:
        if '"CloudWatchMetrics"' in event["message"]:
            # CloudWatch Logs keeps an event that does not follow the format, and extracts nothing.
            with suppress(ValueError, KeyError, TypeError, AttributeError):
                body = json.loads(event["message"])
                for directive in body["_aws"]["CloudWatchMetrics"]:
                    metrics.put_metric_data(directive["Namespace"], _datapoints(body, directive))
    return answer


def _datapoints(body: Mapping[str, Any], directive: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The datapoints of one directive, one for each metric and each set of dimensions.

    Source:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    time = datetime.fromtimestamp(body["_aws"]["Timestamp"] / 1000, UTC).replace(tzinfo=None)  # as moto stores it
    return [
        {
            "MetricName": metric["Name"],
            "Timestamp": time,
            "Unit": metric.get("Unit", "None"),
            "Dimensions": [{"Name": name, "Value": body[name]} for name in names],
            "Values": values if isinstance(values := body[metric["Name"]], list) else [values],
        }
        for metric in directive["Metrics"]
        for names in directive["Dimensions"]
    ]
