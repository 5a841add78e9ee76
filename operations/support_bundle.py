"""Collects the facts that support needs about an environment, without its secrets, in one archive."""

from __future__ import annotations

import datetime
import io
import json
import platform
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from environments import atomic_file
from environments.derived.service_counts import service_counts
from environments.secret_text import MASK, is_secret, masked
from operations import doctor, verify
from operations.account import Account
from operations.aws_errors import explain
from operations.errors import OperationError, PreconditionError
from operations.logs import component_lines
from operations.parameters import Parameters
from operations.progress import step
from operations.services import services
from operations.status import status

LOG_LINES = 500
PACKAGES = ("cdktf", "cdktf-cdktf-provider-aws", "boto3", "checkov")
SHORTEST_SECRET = 6
"""Shorter values would mask ordinary words."""


def collect(account: Account, *, target: Path, since: datetime.timedelta) -> list[str]:
    """Write the archive ``target`` and return the names of its files.

    A part that cannot be read is replaced by the reason. Values of the environment's secrets are masked everywhere.

    Args:
        target: path of a ZIP file that does not exist yet.
        since: age of the oldest log line.

    Raises:
        PreconditionError: ``target`` exists, or its folder does not.
    """
    if target.exists():
        raise PreconditionError(f"{target} exists. Fix: choose another file with --out, or delete it")
    if not target.parent.is_dir():
        raise PreconditionError(f"folder {target.parent} does not exist. Fix: create it, or choose another --out")
    secrets = _values(account)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in _parts(account, since):
            with step(f"collect {name}"):
                archive.writestr(name, _without(secrets, _text(part, caller=account.arn)))
        names = archive.namelist()
    atomic_file.write(target, content.getvalue(), mode=0o600)
    return names


def _parts(account: Account, since: datetime.timedelta) -> Iterator[tuple[str, Callable[[], Any]]]:
    yield "versions.json", _versions
    yield "machine.json", lambda: [vars(finding) for finding in doctor.machine(account.environment.architecture)]
    yield "environment.yaml", lambda: (account.folder / f"{account.environment.name}.yaml").read_text("utf-8")
    yield "status.json", lambda: status(account)
    yield "verify.json", lambda: [vars(check) for check in verify.verify(account)]
    yield "services.json", lambda: services(account)
    yield "stopped_tasks.json", lambda: _stopped(account)
    yield "task_definitions.json", lambda: _task_definitions(account)
    yield "alarm_history.json", lambda: _alarm_history(account)
    for component in service_counts(account.environment):
        yield f"logs/{component}.log", partial(_log, account, component, since)


def _text(part: Callable[[], Any], *, caller: str) -> str:
    try:
        found = part()
    except (PreconditionError, OperationError, OSError) as error:
        found = {"problem": str(error)}
    except (ClientError, BotoCoreError) as error:
        found = {"problem": explain(error, caller=caller)}
    return found if isinstance(found, str) else json.dumps(found, indent=2, default=str)


def _values(account: Account) -> list[str]:
    """Values of the environment's parameters, longest first; a value may be a part of another."""
    parameters = Parameters(account)
    names = [name.removeprefix(f"{account.names.path}/") for name in parameters.names()]
    values: set[str] = set()
    for name in names:
        try:
            found = parameters.read(name)
        except PreconditionError:
            continue  # a plain parameter is no secret; one that cannot be decrypted cannot be in a log
        if found:
            values.update(part for part in [found.value, *found.value.splitlines()] if len(part) >= SHORTEST_SECRET)
    return sorted(values, key=len, reverse=True)


def _without(secrets: list[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK).replace(json.dumps(secret)[1:-1], MASK)
    return "\n".join(masked(line) for line in text.splitlines()) + "\n"


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        **{name: version(name) for name in PACKAGES},
    }


def _stopped(account: Account) -> list[dict[str, Any]]:
    """Fargate tasks that stopped within the last hour, with the reason; ECS forgets older ones."""
    ecs, cluster = account.client("ecs"), account.names.name
    arns = ecs.list_tasks(cluster=cluster, desiredStatus="STOPPED")["taskArns"]
    return list(ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]) if arns else []


def _task_definitions(account: Account) -> list[dict[str, Any]]:
    ecs = account.client("ecs")
    names = {service["taskDefinition"] for service in services(account)}
    found = [ecs.describe_task_definition(taskDefinition=name)["taskDefinition"] for name in sorted(names)]
    for definition in found:
        for container in definition["containerDefinitions"]:
            for variable in container.get("environment", ()):
                if is_secret(variable["name"], variable["value"]):
                    variable["value"] = MASK
    return found


def _alarm_history(account: Account) -> list[dict[str, Any]]:
    pages = (
        account.client("cloudwatch")
        .get_paginator("describe_alarm_history")
        .paginate(HistoryItemType="StateUpdate", PaginationConfig={"MaxItems": 200})
    )
    prefix = f"{account.names.name}-"
    return [item for page in pages for item in page["AlarmHistoryItems"] if item["AlarmName"].startswith(prefix)]


def _log(account: Account, component: str, since: datetime.timedelta) -> str:
    return "\n".join([*component_lines(account, component, since=since)][-LOG_LINES:])
