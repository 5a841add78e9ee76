"""One screen about a running environment: what runs, what waits, what is wrong, what ends soon."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from environments.derived.service_counts import most_airflow_tasks, service_counts
from environments.derived.teams import team_of
from environments.facts import metrics
from environments.facts.topology import AIRFLOW_TASK, uses_celery
from operations import broker_auth, database, migrate
from operations.account import Account
from operations.alarms import active_alarms
from operations.aws_errors import explain
from operations.errors import PreconditionError
from operations.services import services, unsettled

WAIVER_DAYS = 30
"""Days before its last day from which a waiver is listed."""
DESCRIBED_AT_ONCE = 100
"""https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html"""
METRIC_MINUTES = 10
"""The newest value of a metric within this time is shown; the image publishes one each minute."""


def status(account: Account) -> dict[str, Any]:
    """The state of an environment, part by part; a part that cannot be read is ``{"problem": <message>}``.

    Returns:
        ``services``, ``database``, ``broker``, ``migration``, ``queues``, ``airflow_tasks``, ``alarms``, ``waivers``
        and ``asleep``.

    Raises:
        PreconditionError: neither services nor data stores exist.
    """
    found = services(account)
    parts = {name: _read(account, part) for name, part in PARTS.items()}
    stores = [part for part in (parts["database"], parts["broker"]) if part and "problem" not in part]
    if not found and not stores:
        raise PreconditionError(
            f"{account.environment.name} has no services in {account.environment.region}. Fix: "
            f"{account.command('deploy')}, or correct region and account_id in {account.file}"
        )
    return {
        "environment": account.environment.name,
        "account": account.environment.account_id,
        "region": account.environment.region,
        "asleep": bool(found) and not any(service["desiredCount"] for service in found),
        "services": [_service(account, service) for service in sorted(found, key=lambda item: item["serviceName"])],
        **parts,
    }


def _read(account: Account, part: Callable[[Account], Any]) -> Any:
    try:
        return part(account)
    except PreconditionError as error:
        return {"problem": str(error)}
    except (ClientError, BotoCoreError) as error:
        return {"problem": explain(error, caller=account.arn)}


def _service(account: Account, service: dict[str, Any]) -> dict[str, Any]:
    least, most = service_counts(account.environment).get(service["serviceName"], (None, None))
    return {
        "name": service["serviceName"],
        "running": service["runningCount"],
        "desired": service["desiredCount"],
        "bounds": [least, most],
        "task_definition": service["taskDefinition"].rsplit("/", 1)[-1],
        "problem": unsettled(service),
    }


def _database(account: Account) -> dict[str, Any]:
    found = database.describe(account)
    return {
        "status": found["DBInstanceStatus"],
        "engine": f"{found['Engine']} {found.get('EngineVersion', '')}".strip(),
        "class": found["DBInstanceClass"],
    }


def _broker(account: Account) -> dict[str, Any] | None:
    if not uses_celery(account.environment.topology):
        return None
    found = broker_auth.describe(account)
    return {"status": found["Status"], "node_type": found.get("CacheNodeType")}


def _migration(account: Account) -> dict[str, Any] | None:
    name = account.names.parameter(migrate.RECORD)
    found = account.client("ssm").get_parameters(Names=[name])["Parameters"]
    return dict(json.loads(found[0]["Value"])) if found else None


def _queues(account: Account) -> list[dict[str, Any]]:
    groups = account.environment.workers if uses_celery(account.environment.topology) else ()
    wanted = [(group.name, name) for group in groups for name in (metrics.TASK_LOAD, metrics.OLDEST_QUEUED)]
    values = _newest(account, wanted)
    return [
        {
            "group": group.name,
            "team": team.name if (team := team_of(account.environment, group.name)) else None,
            "queues": list(group.queues),
            "tasks": values.get((group.name, metrics.TASK_LOAD)),
            "oldest_queued_seconds": values.get((group.name, metrics.OLDEST_QUEUED)),
        }
        for group in groups
    ]


def _airflow_tasks(account: Account) -> dict[str, Any] | None:
    """The Airflow tasks that run in separate Fargate tasks: how many run or start, and since when the oldest runs.

    DescribeTasks also returns the command, which contains a token: it is not kept.
    """
    if account.environment.ecs_executor is None:
        return None
    ecs, cluster, family = account.client("ecs"), account.names.name, account.names.one_off(AIRFLOW_TASK)
    pages = ecs.get_paginator("list_tasks").paginate(cluster=cluster, family=family, desiredStatus="RUNNING")
    arns = [arn for page in pages for arn in page["taskArns"]]
    parts = [arns[start : start + DESCRIBED_AT_ONCE] for start in range(0, len(arns), DESCRIBED_AT_ONCE)]
    tasks = [task for part in parts for task in ecs.describe_tasks(cluster=cluster, tasks=part)["tasks"]]
    running = [task for task in tasks if task["lastStatus"] == "RUNNING"]
    began = min((task["startedAt"] for task in running if task.get("startedAt")), default=None)
    return {
        "running": len(running),
        "starting": len(tasks) - len(running),
        "at_most": most_airflow_tasks(account.environment),
        "oldest_since": began.astimezone(datetime.UTC).isoformat(timespec="seconds") if began else None,
    }


def _newest(account: Account, wanted: list[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """The newest value of each metric, by worker group and name."""
    if not wanted:
        return {}
    now = datetime.datetime.now(datetime.UTC)
    answer = account.client("cloudwatch").get_metric_data(
        MetricDataQueries=[_query(account, index, *metric) for index, metric in enumerate(wanted)],
        StartTime=now - datetime.timedelta(minutes=METRIC_MINUTES),
        EndTime=now,
        ScanBy="TimestampDescending",
    )
    results = {result["Id"]: result["Values"] for result in answer["MetricDataResults"]}
    return {metric: values[0] for index, metric in enumerate(wanted) if (values := results.get(f"m{index}"))}


def _query(account: Account, index: int, group: str, metric: str) -> dict[str, Any]:
    dimensions = {metrics.ENVIRONMENT: account.names.name, metrics.WORKER_GROUP: group}
    return {
        "Id": f"m{index}",
        "MetricStat": {
            "Metric": {
                "Namespace": metrics.NAMESPACE,
                "MetricName": metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            },
            "Period": 60,
            "Stat": "Maximum",
        },
    }


def _waivers(account: Account) -> list[dict[str, Any]]:
    """Waivers that ended or end within 30 days."""
    today = datetime.datetime.now(datetime.UTC).date()
    limit = today + datetime.timedelta(days=WAIVER_DAYS)
    return [
        {"rule": waiver.rule, "address": waiver.address, "owner": waiver.owner, "expires": waiver.expires}
        for waiver in account.environment.waivers
        if waiver.expires <= limit
    ]


PARTS: dict[str, Callable[[Account], Any]] = {
    "database": _database,
    "broker": _broker,
    "migration": _migration,
    "queues": _queues,
    "airflow_tasks": _airflow_tasks,
    "alarms": active_alarms,
    "waivers": _waivers,
}
