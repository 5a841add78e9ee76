"""Checks a running environment through the AWS API; each problem is reported with its fix."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from environments.derived.service_counts import service_counts
from environments.facts.secrets import SPECIFICATIONS, names_for_topology
from operations import broker_auth, database, database_proxy, given_secrets, image, load_balancer_sign_on, migrate
from operations.account import Account
from operations.alarms import active_alarms
from operations.aws_errors import explain
from operations.bootstrap import bucket_exists
from operations.errors import OperationError, PreconditionError
from operations.parameters import Parameters
from operations.services import services, unsettled

SIGN_ON = "sign-on at the load balancer"


@dataclass(frozen=True)
class Check:
    """The result of one check; ``problem`` is None when it passes."""

    what: str
    problem: str | None = None

    @property
    def text(self) -> str:
        """The result for people."""
        mark, detail = ("FAIL", f": {self.problem}") if self.problem else ("  ok", "")
        return f"{mark}  {self.what}{detail}"

    @property
    def item(self) -> dict[str, Any]:
        """The result for programs."""
        return {"what": self.what, "ok": self.problem is None, "problem": self.problem}


def verify(account: Account) -> list[Check]:
    """Run every check. A check that raises is reported as a problem and does not end the others."""
    return [check for name, checks in CHECKS.items() for check in _results(name, checks, account)]


def _results(name: str, checks: Callable[[Account], Iterator[Check]], account: Account) -> Iterator[Check]:
    try:
        yield from checks(account)
    except (PreconditionError, OperationError) as error:
        yield Check(name, str(error))
    except (ClientError, BotoCoreError) as error:
        yield Check(name, explain(error, caller=account.arn))


def _secrets(account: Account) -> Iterator[Check]:
    parameters = Parameters(account)
    for name in names_for_topology(account.environment.topology, broker=account.environment.broker.authentication):
        found = parameters.read(name)
        problem = "does not exist" if found is None else SPECIFICATIONS[name].validate(found.value)
        yield Check(f"secret {name}", problem)
    absent = {secret.name for secret in given_secrets.missing(account, parameters)}
    for secret in given_secrets.given(account.environment):
        if secret.needed(account.environment):
            yield Check(f"secret {secret.name}", "does not exist" if secret.name in absent else None)


def _database(account: Account) -> Iterator[Check]:
    found = database.describe(account)
    status = found["DBInstanceStatus"]
    wake = f". Fix: {account.command('wake')}" if status in database.STOPPED else ""
    yield Check("database available", None if status == "available" else f"is {status}{wake}")
    yield Check("database encrypted", None if found["StorageEncrypted"] else "its storage is not encrypted")
    yield Check("database private", "has a public address" if found["PubliclyAccessible"] else None)


def _proxy(account: Account) -> Iterator[Check]:
    if not account.environment.database.proxy:
        return
    current = database_proxy.has_password(account, Parameters(account).require("database-password"))
    fix = f"is not the password of the database. Fix: {account.command('rotate', 'database')}"
    yield Check("password of the database proxy", None if current else fix)


def _broker(account: Account) -> Iterator[Check]:
    if account.environment.topology != "celery":
        return
    found = broker_auth.describe(account)
    yield Check("broker available", None if found["Status"] == "available" else f"is {found['Status']}")
    fix = f"Fix: {account.command('secrets')}"
    if account.environment.broker.authentication == "iam":
        users = account.names.name in found.get("UserGroupIds", ())
        yield Check("broker requires its users", None if users else f"has not the user group of the file. {fix}")
    else:
        token = found.get("AuthTokenEnabled")
        yield Check("broker requires its token", None if token else f"accepts connections without a token. {fix}")
    yield Check("broker over TLS", None if found.get("TransitEncryptionEnabled") else "accepts connections without TLS")


def _services(account: Account) -> Iterator[Check]:
    found = {service["serviceName"]: service for service in services(account)}
    for name, (least, most) in service_counts(account.environment).items():
        service = found.get(name)
        if service is None:
            yield Check(f"service {name}", f"does not exist. Fix: {account.command('deploy')}")
            continue
        count = service["desiredCount"]
        below = count < least and account.environment.hibernation is None
        low = f"desired count is {count}, {account.file} says {least} to {most}" if below else None
        yield Check(f"service {name}", unsettled(service) or low)
    for name in sorted(found.keys() - service_counts(account.environment).keys()):
        yield Check(f"service {name}", f"is not in {account.file}")


def _targets(account: Account) -> Iterator[Check]:
    balancing = account.client("elbv2")
    for service in services(account):
        for attached in service.get("loadBalancers", ()):
            health = balancing.describe_target_health(TargetGroupArn=attached["targetGroupArn"])
            states = [target["TargetHealth"]["State"] for target in health["TargetHealthDescriptions"]]
            healthy = states.count("healthy")
            problem = None if healthy or not service["desiredCount"] else f"none of {len(states)} is healthy"
            yield Check(f"targets of {service['serviceName']}", problem)


def _sign_on(account: Account) -> Iterator[Check]:
    if not account.environment.auth.at_load_balancer:
        return
    found = "; ".join(load_balancer_sign_on.problems(account))
    yield Check(SIGN_ON, f"{found}. Fix: {account.command('deploy')}" if found else None)


def _alarms(account: Account) -> Iterator[Check]:
    active = active_alarms(account)
    yield Check("alarms", f"in state ALARM: {', '.join(active)}" if active else None)


def _image(account: Account) -> Iterator[Check]:
    image.check(account)
    yield Check(f"image for {account.environment.architecture}")


def _state(account: Account) -> Iterator[Check]:
    state = account.environment.state
    if state.backend == "s3" and state.bucket and state.role_arn is None:
        problem = None if bucket_exists(account, state.bucket) else "does not exist"
        yield Check("bucket of the Terraform state", problem)


def _schema(account: Account) -> Iterator[Check]:
    fix = f"no migration is recorded. Fix: {account.command('migrate')}"
    yield Check("database migrated", None if migrate.is_recorded(account) else fix)


CHECKS: dict[str, Callable[[Account], Iterator[Check]]] = {
    "bucket of the Terraform state": _state,
    "secrets": _secrets,
    "database": _database,
    "password of the database proxy": _proxy,
    "broker": _broker,
    "image": _image,
    "database migrated": _schema,
    "services": _services,
    "targets of the load balancer": _targets,
    SIGN_ON: _sign_on,
    "alarms": _alarms,
}
