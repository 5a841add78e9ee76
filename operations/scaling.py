"""Sets the number of Fargate tasks of one service by hand, for a time or until further notice."""

from __future__ import annotations

import datetime
import re
from typing import Any

from botocore.exceptions import ClientError

from environments.derived.service_counts import service_counts
from environments.errors import nearest
from operations import database
from operations.account import Account, missing
from operations.errors import PreconditionError
from operations.hibernation import DIMENSION, scalable_targets, set_counts, set_limits
from operations.logs import duration
from operations.progress import say, step
from operations.services import names_of, services, wait_until_steady

AUTOMATIC = "auto"
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
LIMITS, COUNT, SCHEDULE = "limits of autoscaling", "count", "scheduled end"


def scale(account: Account, service: str, count: str, *, until: str | None = None) -> None:
    """Keep exactly ``count`` Fargate tasks of ``service``; ``auto`` gives the service back to autoscaling.

    Args:
        service: name of an ECS service, for example ``worker-default``.
        count: a number, or ``auto``.
        until: a duration (``2h``) or a time in UTC (``2026-12-01T06:00``) at which autoscaling takes over again.

    Raises:
        PreconditionError: the service, the count or the time is not possible, or the environment hibernates; nothing
            was changed.
        OperationError: the service is not steady in time.
    """
    least, most = _bounds(account, service)
    target = next((found for found in scalable_targets(account) if found["ResourceId"].endswith(f"/{service}")), None)
    wanted = (least, most) if count == AUTOMATIC else (_count(account, service, count, most),) * 2
    end = _end(until, target, count)
    database.require_awake(account)
    account.steps.plan(SCHEDULE, LIMITS, COUNT)
    with account.steps.run(SCHEDULE):
        if target:
            _schedule(account, service, target, end=end, bounds=(least, most))
    with account.steps.run(LIMITS):
        if target:
            set_limits(account, target["ResourceId"], least=wanted[0], most=wanted[1])
    with account.steps.run(COUNT), step(f"scale {service}"):
        if count != AUTOMATIC or not target:
            set_counts(account, {service: wanted[0]})
        wait_until_steady(account)
    if end:
        say(f"autoscaling between {least} and {most} takes over at {end:%Y-%m-%dT%H:%M} UTC")


def _bounds(account: Account, service: str) -> tuple[int, int]:
    running, counts = names_of(services(account)), service_counts(account.environment)
    if not running:
        raise PreconditionError(f"{account.environment.name} has no services. Fix: {account.command('deploy')}")
    if service not in counts or service not in running:
        known = [name for name in running if name in counts]
        also = nearest(service, known)
        raise PreconditionError(f"no service {service!r}{also}. Allowed: {', '.join(known)}. Fix: name one of them")
    return counts[service]


def _count(account: Account, service: str, text: str, most: int) -> int:
    """The bound is the file's, because the connections of the database were counted with it."""
    if not text.isascii() or not text.isdigit():
        raise PreconditionError(f"{text!r} is not a count. Fix: give a number from 0 to {most}, or {AUTOMATIC}")
    if int(text) > most:
        raise PreconditionError(
            f"{service} can have 0 to {most} Fargate tasks, or {AUTOMATIC}; got {text!r}. Fix: raise its maximum in "
            f"{account.file}, then {account.command('deploy')}"
        )
    return int(text)


def _end(until: str | None, target: dict[str, Any] | None, count: str) -> datetime.datetime | None:
    if until is None:
        return None
    if target is None or count == AUTOMATIC:
        raise PreconditionError(
            "--until needs a service with autoscaling, and a number as COUNT. Fix: omit --until, and scale again later"
        )
    now = datetime.datetime.now(datetime.UTC)
    if TIME.fullmatch(until):
        try:
            end = datetime.datetime.fromisoformat(until).replace(tzinfo=datetime.UTC)
        except ValueError as error:
            raise PreconditionError(f"--until {until}: {error}. Fix: write a date that exists") from None
    else:
        end = now + duration(until)
    if end <= now:
        raise PreconditionError(
            f"--until {until} is in the past: it is {now:%Y-%m-%dT%H:%M} UTC. Fix: give a later time"
        )
    return end


def _schedule(
    account: Account,
    service: str,
    target: dict[str, Any],
    *,
    end: datetime.datetime | None,
    bounds: tuple[int, int],
) -> None:
    """Replace the scheduled action of an earlier call; without ``end`` only delete it."""
    scaling = account.client("application-autoscaling")
    action = {
        "ServiceNamespace": "ecs",
        "ScheduledActionName": f"{account.names.name}-{service}-scale",
        "ResourceId": target["ResourceId"],
        "ScalableDimension": DIMENSION,
    }
    if end is None:
        try:
            scaling.delete_scheduled_action(**action)
        except ClientError as error:
            if not missing(error, "ObjectNotFoundException"):
                raise
        return
    scaling.put_scheduled_action(
        **action,
        Schedule=f"at({end:%Y-%m-%dT%H:%M:%S})",
        ScalableTargetAction={"MinCapacity": bounds[0], "MaxCapacity": bounds[1]},
    )
