"""The arguments of a restore, checked before AWS is contacted."""

from __future__ import annotations

import datetime
import re

from operations.account import Account
from operations.errors import PreconditionError

SNAPSHOT = re.compile(
    r"(arn:aws[a-z-]*:rds:[a-z0-9-]+:[0-9]{12}:snapshot:)?((rds|awsbackup):)?[A-Za-z](-?[A-Za-z0-9]){0,254}"
)
"""A snapshot of people, of RDS (``rds:``) or of AWS Backup, or the ARN of one that another account shares:
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html"""


def require_arguments(account: Account, *, snapshot: str, time: str, into: str, copy_keys: bool) -> None:
    """Reject arguments that name no data, two sources, or a target that is the source.

    Args:
        account: the environment whose data is restored.
        snapshot: identifier of a snapshot, or empty.
        time: a point in time, or empty.
        into: name of the environment that gets the data; empty for the one of ``account``.
        copy_keys: whether the Fernet key is copied.

    Raises:
        PreconditionError: an argument is wrong.
    """
    name = account.environment.name
    if not snapshot and not time:
        raise PreconditionError(
            f"name --snapshot or --time. Fix: {account.command('backups')} lists the snapshots; --time takes "
            "2026-11-28T02:10:00 (UTC)"
        )
    if snapshot and time:
        raise PreconditionError("--snapshot and --time name two sources. Fix: omit one of them")
    if snapshot and not SNAPSHOT.fullmatch(snapshot):
        raise PreconditionError(
            f"--snapshot {snapshot!r} is not the identifier of a snapshot (letters, digits and single hyphens). Fix: "
            f"{account.command('backups')} lists them"
        )
    if time:
        parse(time)
    if into == name:
        raise PreconditionError(f"--into {into}: the data is from {into} itself. Fix: omit --into")
    if copy_keys and not into:
        raise PreconditionError(
            f"--copy-fernet-key needs --into: {name} has its own Fernet key. Fix: omit it, or add --into ENVIRONMENT"
        )


def parse(text: str) -> datetime.datetime:
    """A time in UTC, unless it names its offset; whole seconds, as RDS expects them.

    Raises:
        PreconditionError: ``text`` is no time, or a time in the future.
    """
    try:
        found = datetime.datetime.fromisoformat(text).replace(microsecond=0)
        when = found.astimezone(datetime.UTC) if found.tzinfo else found.replace(tzinfo=datetime.UTC)
    except (ValueError, OverflowError):
        raise PreconditionError(
            f"--time {text!r} is not a time. Fix: write it as 2026-11-28T02:10:00 (UTC) or 2026-11-28T03:10:00+01:00"
        ) from None
    now = datetime.datetime.now(datetime.UTC)
    if when > now:
        raise PreconditionError(
            f"--time {text} is in the future: it is {now:%Y-%m-%dT%H:%M:%S} UTC. Fix: name an earlier time; without "
            "an offset a time is in UTC"
        )
    return when
