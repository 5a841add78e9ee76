"""CloudWatch Logs: saved queries."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

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
