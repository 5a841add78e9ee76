"""The Fernet keys of restored data: connections and variables are readable only with the keys of their time."""

from __future__ import annotations

import datetime

from environments.facts.secrets import FERNET_KEY, SPECIFICATIONS
from operations.account import Account
from operations.errors import PreconditionError
from operations.parameters import Parameters
from operations.progress import say


def missing_keys(source: Account, target: Account, *, taken: datetime.datetime) -> list[str]:
    """Keys that ``source`` had at the time ``taken`` and that ``target`` does not have.

    Raises:
        PreconditionError: the key of ``source`` does not exist, so that nothing can decrypt the data.
    """
    then = _keys_at(source, taken)
    have = Parameters(target).require(FERNET_KEY).value.split(",")
    return [key for key in then if key not in have]


def require_readable(source: Account, target: Account, *, taken: datetime.datetime, copy: bool) -> None:
    """Reject a restore whose connections the target could not decrypt.

    An environment gets its own old keys without a question; ``copy`` allows those of another environment.
    """
    if source.names == target.names or copy or not missing_keys(source, target, taken=taken):
        return
    raise PreconditionError(
        f"{target.environment.name} has another Fernet key than {source.environment.name}, so it cannot decrypt the "
        f"restored connections and variables. Fix: add --copy-fernet-key, which stores the key of "
        f"{source.environment.name} after that of {target.environment.name} until `rotate fernet` has encrypted "
        "everything again"
    )


def add_keys(source: Account, target: Account, *, taken: datetime.datetime) -> bool:
    """Store the missing keys after those of ``target``; returns whether the target has several keys now."""
    parameters, added = Parameters(target), missing_keys(source, target, taken=taken)
    keys = [*parameters.require(FERNET_KEY).value.split(","), *added]
    if added:
        parameters.write(FERNET_KEY, ",".join(keys), purpose=SPECIFICATIONS[FERNET_KEY].purpose, replace=True)
        say(f"fernet-key: added {len(added)} keys of the restored data; they decrypt, but do not encrypt")
    return len(keys) > 1


def _keys_at(source: Account, taken: datetime.datetime) -> list[str]:
    """The keys in the version of the parameter that was valid at ``taken``; Parameter Store keeps 100 versions.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
    """
    current = Parameters(source).require(FERNET_KEY)
    if current.changed <= taken:
        return current.value.split(",")
    pages = source.client("ssm").get_paginator("get_parameter_history")
    found = pages.paginate(Name=source.names.parameter(FERNET_KEY), WithDecryption=True)
    versions = [version for page in found for version in page["Parameters"]]
    before = [version for version in versions if version["LastModifiedDate"] <= taken]
    if not before:
        say("fernet-key: Parameter Store has no version that is as old as the data; the oldest version is used")
    return str((before[-1] if before else versions[0])["Value"]).split(",")
