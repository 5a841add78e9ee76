"""The state bucket of an account. Its own state is a local file while Terraform runs, and lies in that bucket else."""

from __future__ import annotations

from pathlib import Path

from botocore.exceptions import ClientError

from environments.facts.stacks import bootstrap_stack
from environments.facts.state import s3_state_key, state_file
from operations import stacks
from operations.account import Account, missing
from operations.errors import Refused
from operations.progress import say
from operations.stacks import Confirm, Stack


def bootstrap(account: Account, *, confirm: Confirm) -> None:
    """Make the state bucket, or change it. Raises Refused when there is none to make, or it is somebody else's."""
    environment = account.environment
    bucket = environment.state.bucket
    if environment.state.backend != "s3" or bucket is None:
        raise Refused(f"{environment.name} keeps its state in {environment.state.backend}: there is no bucket to make")
    name = bootstrap_stack(environment.account_id)
    folder = stacks.STACKS / name
    state = folder / state_file(name)
    if bucket_exists(account, bucket) and not _fetch(account, bucket, state):
        say(f"bucket {bucket} is there, and was not made by us: left as it is")
        return
    Stack(account, "bootstrap", folder=folder).bring_up(confirm=confirm)
    account.client("s3").upload_file(str(state), bucket, _key(state))


def _fetch(account: Account, bucket: str, state: Path) -> bool:
    try:
        account.client("s3").download_file(bucket, _key(state), str(state))
    except ClientError as error:
        if missing(error, "404", "NoSuchKey"):
            return False
        raise
    return True


def _key(state: Path) -> str:
    return s3_state_key(state.stem)


def bucket_exists(account: Account, bucket: str) -> bool:
    """Is ``bucket`` there and ours? Raises Refused when it is somebody else's."""
    try:
        account.client("s3").head_bucket(Bucket=bucket, ExpectedBucketOwner=account.environment.account_id)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            return False
        raise Refused(
            f"bucket {bucket}: AWS answers {status}; it is another account's, or your role may not see it. Fix: "
            f"another state.bucket in environments/{account.environment.name}.yaml, or s3:ListBucket for your role"
        ) from None
    return True
