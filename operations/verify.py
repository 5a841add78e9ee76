"""What must be true of a running environment, looked up in AWS; each thing that is not comes with its fix."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from environments.derived.service_counts import service_counts
from environments.facts.secrets import DEPLOY_KEY, SPECIFICATIONS, names_for_topology
from environments.facts.topology import uses_celery
from operations import broker_auth, database, image
from operations.account import Account
from operations.bootstrap import bucket_exists
from operations.errors import Failed, Refused
from operations.parameters import Parameters
from operations.services import services, unsettled


@dataclass(frozen=True)
class Check:
    """One thing looked at; ``trouble`` is None when it is right."""

    what: str
    trouble: str | None = None


def verify(account: Account) -> list[Check]:
    """Look at everything; a look that fails is a trouble, not an end."""
    return [check for look in LOOKS for check in _looked(look, account)]


def _looked(look: Callable[[Account], Iterator[Check]], account: Account) -> Iterator[Check]:
    try:
        yield from look(account)
    except (Refused, Failed, ClientError, BotoCoreError) as error:
        yield Check((look.__doc__ or look.__name__).rstrip("."), str(error))


def _secrets(account: Account) -> Iterator[Check]:
    """secrets."""
    parameters = Parameters(account)
    for name in names_for_topology(account.environment.topology):
        found = parameters.read(name)
        trouble = "does not exist" if found is None else SPECIFICATIONS[name].validate(found.value)
        yield Check(f"secret {name}", trouble)
    if account.environment.dags.deploy_key:
        yield Check(f"secret {DEPLOY_KEY}", None if parameters.read(DEPLOY_KEY) else "does not exist")


def _database(account: Account) -> Iterator[Check]:
    """database."""
    found = database.describe(account)
    status = found["DBInstanceStatus"]
    yield Check("database available", None if status == "available" else f"is {status}")
    yield Check("database encrypted", None if found["StorageEncrypted"] else "its storage is not encrypted")
    yield Check("database private", "has a public address" if found["PubliclyAccessible"] else None)


def _broker(account: Account) -> Iterator[Check]:
    """broker."""
    if not uses_celery(account.environment.topology):
        return
    found = broker_auth.describe(account)
    yield Check("broker available", None if found["Status"] == "available" else f"is {found['Status']}")
    fix = f"takes anybody; python -m operations secrets {account.environment.name}"
    yield Check("broker demands its token", None if found.get("AuthTokenEnabled") else fix)
    yield Check("broker over TLS", None if found.get("TransitEncryptionEnabled") else "answers without TLS")


def _services(account: Account) -> Iterator[Check]:
    """services."""
    found = {service["serviceName"]: service for service in services(account)}
    for name, (least, most) in service_counts(account.environment).items():
        service = found.get(name)
        if service is None:
            yield Check(f"service {name}", "does not exist")
            continue
        count = service["desiredCount"]
        asleep = count < least and account.environment.hibernation is None
        low = f"{count} Fargate tasks wanted, the file says {least} to {most}" if asleep else None
        yield Check(f"service {name}", unsettled(service) or low)
    for name in sorted(found.keys() - service_counts(account.environment).keys()):
        yield Check(f"service {name}", "is not in the environment file")


def _targets(account: Account) -> Iterator[Check]:
    """targets of the load balancer."""
    balancing = account.client("elbv2")
    for service in services(account):
        for attached in service.get("loadBalancers", ()):
            health = balancing.describe_target_health(TargetGroupArn=attached["targetGroupArn"])
            states = [one["TargetHealth"]["State"] for one in health["TargetHealthDescriptions"]]
            healthy = states.count("healthy")
            trouble = None if healthy or not service["desiredCount"] else f"none of {len(states)} is healthy"
            yield Check(f"targets of {service['serviceName']}", trouble)


def _alarms(account: Account) -> Iterator[Check]:
    """alarms."""
    # Alarms that scale ring all day; those that tell somebody are meant.
    pages = account.client("cloudwatch").get_paginator("describe_alarms")
    ringing = [
        alarm["AlarmName"]
        for page in pages.paginate(AlarmNamePrefix=f"{account.names.name}-", StateValue="ALARM")
        for alarm in page["MetricAlarms"]
        if any(action.startswith("arn:aws:sns:") for action in alarm["AlarmActions"])
    ]
    yield Check("alarms", f"ringing: {', '.join(sorted(ringing))}" if ringing else None)


def _image(account: Account) -> Iterator[Check]:
    """image."""
    image.check(account)
    yield Check(f"image for {account.environment.architecture}")


def _state(account: Account) -> Iterator[Check]:
    """Terraform state."""
    state = account.environment.state
    if state.backend == "s3" and state.bucket and state.role_arn is None:
        yield Check("bucket of the Terraform state", None if bucket_exists(account, state.bucket) else "does not exist")


def _schema(account: Account) -> Iterator[Check]:
    """record of the last migration."""
    ssm: Any = account.client("ssm")
    found = ssm.get_parameters(Names=[account.names.parameter("schema")])["Parameters"]
    yield Check(
        "migration recorded", None if found else f"never; python -m operations migrate {account.environment.name}"
    )


LOOKS = (_state, _secrets, _database, _broker, _image, _schema, _services, _targets, _alarms)
