"""Secrets from Parameter Store, where nobody injected them (ECS does it by itself)."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_fargate.components import PARAMETERS
from airflow_fargate.startup_error import Refusal


def fetch(*, names: tuple[str, ...], environ: Mapping[str, str]) -> dict[str, str]:
    """The values of those secrets in ``names`` that ``environ`` lacks, from below AIRFLOW_PARAMETER_PATH.

    Empty where nothing is lacking or no path is given; what does not exist is left out. Raises Refusal where
    Parameter Store does not answer.
    """
    path = environ.get("AIRFLOW_PARAMETER_PATH", "").rstrip("/")
    wanted = {f"{path}/{PARAMETERS[name]}": name for name in names if not environ.get(name)}
    if not path or not wanted:
        return {}
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        # Ten names a call is the service's limit; there are six.
        found = boto3.client("ssm").get_parameters(Names=sorted(wanted), WithDecryption=True)
    except (BotoCoreError, ClientError) as error:
        raise Refusal(
            f"Parameter Store gave nothing below {path}: {error}. Fix: check the task role, AWS_REGION and the "
            "way to the ssm end point"
        ) from error
    return {wanted[parameter["Name"]]: parameter["Value"] for parameter in found["Parameters"]}
