"""Runs a one-off Fargate task and waits for its exit code and log."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from operations import database
from operations.account import Account, missing
from operations.errors import OperationError, PreconditionError
from operations.progress import wait_for
from operations.task_log import TaskLog

POLL_SECONDS = 5
TIMEOUT_SECONDS = 3600
TAIL_LINES = 20


@dataclass(frozen=True)
class Ended:
    """How a Fargate task ended.

    ``exit_code`` is None when its container never ran; ``seconds`` is the time that its containers ran.
    """

    task: str
    exit_code: int | None
    reason: str
    lines: tuple[str, ...]
    seconds: float | None = None

    def event(self, name: str) -> dict[str, Any] | None:
        """The last JSON line whose ``event`` is ``name``."""
        for line in reversed(self.lines):
            if line.startswith("{"):
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                if record.get("event") == name:
                    return dict(record)
        return None

    @property
    def tail(self) -> str:
        """The last lines of its log, indented."""
        return "\n".join(f"  {line}" for line in self.lines[-TAIL_LINES:]) or "  (no log)"


def run(
    account: Account,
    process: str,
    *,
    command: Sequence[str] = (),
    show: Callable[[str], None] | None = None,
    family: str = "",
    groups: Sequence[str] = (),
) -> Ended:
    """Run the newest revision of the task definition of ``process`` once, and wait until it stops.

    Args:
        process: a one-off process, or a service whose task definition is used because it has all secrets.
        command: replaces the command of the main container.
        show: called with each line of its log while it runs.
        family: another task definition with the containers and the log group of ``process``.
        groups: names of further security groups.

    Raises:
        PreconditionError: the stacks are not applied, or the database is stopped; another ``family`` has its own.
        OperationError: the Fargate task does not start or does not stop.
    """
    ecs, names = account.client("ecs"), account.names
    container = _container(account, process)
    if not family:
        database.require_awake(account)
    overrides = {"containerOverrides": [{"name": container, "command": list(command)}]}
    try:
        answer = ecs.run_task(
            cluster=names.name,
            taskDefinition=family or names.one_off(process),
            launchType="FARGATE",
            startedBy="operations",
            networkConfiguration={"awsvpcConfiguration": _network(account, process, groups)},
            **({"overrides": overrides} if command else {}),
        )
    except ClientError as error:
        if missing(error, "ClusterNotFoundException"):
            raise PreconditionError(f"cluster {names.name} does not exist. Fix: {account.command('deploy')}") from None
        raise
    if not answer["tasks"]:
        reasons = "; ".join(failure.get("reason", "unknown") for failure in answer.get("failures", ()))
        raise OperationError(f"{process} did not start: {reasons or 'ECS gave no reason'}")
    arn = answer["tasks"][0]["taskArn"]
    return _wait(account, process, arn, container, show=show)


def _container(account: Account, process: str) -> str:
    """The main container: the first of the task definition."""
    return str(definition(account, process)["containerDefinitions"][0]["name"])


def definition(account: Account, process: str) -> dict[str, Any]:
    """The newest task definition of ``process``. Raises PreconditionError when it does not exist."""
    family = account.names.one_off(process)
    try:
        found = account.client("ecs").describe_task_definition(taskDefinition=family)
    except ClientError as error:
        if not missing(error, "ClientException", "InvalidParameterException"):
            raise
        raise PreconditionError(f"task definition {family} does not exist. Fix: {account.command('deploy')}") from None
    return dict(found["taskDefinition"])


def _network(account: Account, process: str, further: Sequence[str] = ()) -> dict[str, Any]:
    """Application subnets, the security group of the process and further groups, by their names."""
    ec2, names = account.client("ec2"), account.names
    wanted = [names.one_off(process), *further]
    found = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": wanted}])["SecurityGroups"]
    groups = {group["GroupName"]: group["GroupId"] for group in found}
    absent = [f"security group {name}" for name in wanted if name not in groups]
    existing = account.environment.network.existing
    if existing:
        subnets = list(existing.application_subnet_ids)
    else:
        named = [{"Name": "tag:Name", "Values": [f"{names.name}-application-*"]}]
        subnets = sorted(subnet["SubnetId"] for subnet in ec2.describe_subnets(Filters=named)["Subnets"])
    if not subnets:
        absent.append(f"subnets {names.name}-application-*")
    if absent:
        raise PreconditionError(f"{absent[0]} not found. Fix: {account.command('deploy')}")
    return {"subnets": subnets, "securityGroups": [groups[name] for name in wanted], "assignPublicIp": "DISABLED"}


def _wait(
    account: Account, process: str, arn: str, container: str, *, show: Callable[[str], None] | None = None
) -> Ended:
    ecs, cluster = account.client("ecs"), account.names.name
    log = TaskLog(account, process, task=arn, container=container)

    def stopped() -> dict[str, Any] | None:
        found: dict[str, Any] = ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"][0]
        if show:
            for line in log.following():
                show(line)
        return found if found["lastStatus"] == "STOPPED" else None

    fix = f"It may still be running. Check: aws ecs describe-tasks --cluster {cluster} --tasks {arn}"
    task = wait_for(
        f"{process} to end", stopped, seconds=TIMEOUT_SECONDS, every=POLL_SECONDS, fix=fix, sleep=account.sleep
    )
    main = next(item for item in task["containers"] if item["name"] == container)
    reason = "; ".join(text for text in (task.get("stoppedReason"), main.get("reason")) if text)
    began, ended = task.get("startedAt"), task.get("executionStoppedAt") or task.get("stoppedAt")
    seconds = (ended - began).total_seconds() if began and ended else None
    return Ended(task=arn, exit_code=main.get("exitCode"), reason=reason, lines=log.tail(), seconds=seconds)
