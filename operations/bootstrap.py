"""The state bucket of an account, with the CI roles.

The state of the bootstrap stack is a local file while Terraform runs and is kept in the bucket otherwise.
"""

from __future__ import annotations

from pathlib import Path

from botocore.exceptions import ClientError

from environments.facts.state import s3_state_key
from operations import stacks
from operations.account import Account, missing
from operations.errors import PreconditionError
from operations.progress import say
from operations.stacks import Confirm, Stack


def bootstrap(account: Account, *, confirm: Confirm) -> None:
    """Create or update the state bucket.

    Raises:
        PreconditionError: the environment keeps its state elsewhere, or the bucket belongs to another account.
    """
    environment = account.environment
    bucket = environment.state.bucket
    if environment.state.backend != "s3" or bucket is None:
        raise PreconditionError(
            f"{account.file}: state.backend is {environment.state.backend}, so there is no state bucket to create. "
            f"Fix: {account.command('deploy')}"
        )
    name = f"bootstrap-{environment.account_id}"
    folder = stacks.STACKS / name
    state = folder / f"{name}.tfstate"
    account.steps.plan(name, "copy of its state in the bucket")
    resumed = state.exists()
    complete = bucket_exists(account, bucket) and not resumed and _fetch(account, bucket, state)
    if not resumed and not complete and bucket_exists(account, bucket):
        say(f"bucket {bucket} exists and was not created by this project: it is not changed")
        account.steps.plan()
        return
    with account.steps.run(name):
        Stack(account, "bootstrap", folder=folder).bring_up(confirm=confirm, in_use=complete)
    with account.steps.run("copy of its state in the bucket"):
        account.client("s3").put_object(Bucket=bucket, Key=_key(state), Body=state.read_bytes())
        state.unlink()


def require_state_bucket(account: Account) -> None:
    """Raises PreconditionError when the environment keeps its state in a bucket that does not exist yet."""
    state = account.environment.state
    if state.backend == "s3" and state.bucket and state.role_arn is None and not bucket_exists(account, state.bucket):
        raise PreconditionError(f"state bucket {state.bucket} does not exist. Fix: {account.command('bootstrap')}")


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
    """Whether ``bucket`` exists in the environment's account.

    Raises:
        PreconditionError: the bucket belongs to another account, or the credentials may not see it.
    """
    try:
        account.client("s3").head_bucket(Bucket=bucket, ExpectedBucketOwner=account.environment.account_id)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            return False
        if status != 403:
            raise
        raise PreconditionError(
            f"bucket {bucket}: AWS answers 403: it belongs to another account, or your role may not list it. Fix: "
            f"choose another state.bucket in {account.file}, or allow your role s3:ListBucket"
        ) from None
    return True
