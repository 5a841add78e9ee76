"""Quotas of databases, alarms, dashboards, saved queries, parameters and namespaces."""

from __future__ import annotations

import json
from typing import Any

from terraform_harness.emulator.validation.quotas import CLOUD_MAP, CLOUDWATCH, LOGS, PARAMETERS, RDS
from terraform_harness.emulator.validation.requests import Call
from terraform_harness.emulator.validation.rules.rule import rule, within

DATABASES = {
    "CreateDBInstance": ("db_instances", "databases"),
    "CreateDBParameterGroup": ("db_parameter_groups", "db_parameter_groups"),
    "CreateDBSubnetGroup": ("db_subnet_groups", "subnet_groups"),
    "CreateDBProxy": ("db_proxies", "db_proxies"),
}


@rule(*(f"rds:{operation}" for operation in DATABASES), source=RDS)
def databases(call: Call) -> None:
    quota, attribute = DATABASES[call.operation]
    within(call, quota, len(getattr(call.backend("rds"), attribute)) + 1)


@rule("cloudwatch:PutMetricAlarm", source=CLOUDWATCH)
def alarms(call: Call) -> None:
    there = call.backend("cloudwatch").alarms
    within(call, "alarms", len({*there, call.parameters["AlarmName"]}))


@rule("cloudwatch:PutDashboard", source=CLOUDWATCH)
def dashboards(call: Call) -> None:
    name = f"dashboard {call.parameters['DashboardName']}"
    widgets = _widgets(call.parameters["DashboardBody"])
    within(call, "widgets_per_dashboard", len(widgets), of=name)
    metrics = [len(widget.get("properties", {}).get("metrics", ())) for widget in widgets]
    within(call, "metrics_per_widget", max(metrics, default=0), of=name)
    within(call, "metrics_per_dashboard", sum(metrics), of=name)


def _widgets(body: str) -> list[Any]:
    try:
        return list(json.loads(body).get("widgets", ()))
    except (ValueError, AttributeError):
        return []  # moto rejects it


@rule("logs:PutQueryDefinition", source=LOGS)
def log_groups_of_a_query(call: Call) -> None:
    within(
        call, "query_log_groups", len(call.parameters.get("logGroupNames", ())), of=f"query {call.parameters['name']}"
    )


@rule("ssm:PutParameter", source=PARAMETERS)
def standard_parameters(call: Call) -> None:
    if call.parameters.get("Tier", "Standard") == "Standard":
        used = len(call.parameters.get("Value", "").encode())
        within(call, "standard_parameter_size", used, of=f"parameter {call.parameters['Name']}")


@rule(
    "servicediscovery:CreatePrivateDnsNamespace",
    "servicediscovery:CreatePublicDnsNamespace",
    "servicediscovery:CreateHttpNamespace",
    source=CLOUD_MAP,
)
def namespaces(call: Call) -> None:
    within(call, "namespaces", len(call.backend("servicediscovery").namespaces) + 1)
