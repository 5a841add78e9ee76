"""The alarms of an environment that have an SNS action."""

from __future__ import annotations

from operations.account import Account


def active_alarms(account: Account) -> list[str]:
    """Names of the alarms in state ALARM, sorted.

    Alarms of scaling policies are in this state most of the time, so only alarms with an SNS action count.
    """
    pages = account.client("cloudwatch").get_paginator("describe_alarms")
    return sorted(
        alarm["AlarmName"]
        for page in pages.paginate(AlarmNamePrefix=f"{account.names.name}-", StateValue="ALARM")
        for alarm in page["MetricAlarms"]
        if any(action.startswith("arn:aws:sns:") for action in alarm["AlarmActions"])
    )
