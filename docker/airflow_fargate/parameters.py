"""Fetches secrets from Parameter Store outside ECS, which injects them itself."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_fargate.components import PARAMETERS
from airflow_fargate.startup_error import StartupError


def fetch(*, names: tuple[str, ...], environ: Mapping[str, str]) -> dict[str, str]:
    """Fetch the secrets in ``names`` that ``environ`` lacks from below AIRFLOW_PARAMETER_PATH.

    Returns:
        Values by variable, without parameters that do not exist; empty where AIRFLOW_PARAMETER_PATH is not set.

    Raises:
        StartupError: Parameter Store does not answer or denies access.
    """
    path = environ.get("AIRFLOW_PARAMETER_PATH", "").rstrip("/")
    wanted = {f"{path}/{PARAMETERS[name]}": name for name in names if not environ.get(name)}
    if not path or not wanted:
        return {}
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        # GetParameters takes up to ten names; there are seven.
        found = boto3.client("ssm").get_parameters(Names=sorted(wanted), WithDecryption=True)
    except (BotoCoreError, ClientError) as error:
        raise StartupError(
            f"Parameter Store: reading {path} failed: {error}. Fix: check the task role, AWS_REGION and the "
            "network path to the ssm endpoint"
        ) from error
    return {wanted[parameter["Name"]]: parameter["Value"] for parameter in found["Parameters"]}
