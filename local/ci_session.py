"""Sessions of the CI roles in the emulator, as a job of GitHub Actions starts them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError
from terraform_harness.emulator import Emulator
from terraform_harness.lifecycle import LifecycleError

FORBIDDEN = "airflow-not-permitted"


def of(emulator: Emulator, role: str) -> dict[str, str]:
    """Environment variables of a session of ``role``, for the first subject that its trust policy names.

    Raises:
        EmulatorError: the role does not accept the subject.
    """
    trust = emulator.client("iam").get_role(RoleName=role.rpartition("/")[2])["Role"]["AssumeRolePolicyDocument"]
    return emulator.environment_of(role, web_identity=claims(trust))


def claims(trust: Mapping[str, Any]) -> dict[str, str]:
    """The claims of a token that the trust policy of a CI role accepts."""
    statement = trust["Statement"][0]
    issuer = statement["Principal"]["Federated"].partition(":oidc-provider/")[2]
    tests = {key: value for by_key in statement["Condition"].values() for key, value in by_key.items()}
    subject = tests[f"{issuer}:sub"]
    first = subject if isinstance(subject, str) else subject[0]
    return {"iss": f"https://{issuer}", "aud": tests[f"{issuer}:aud"], "sub": first.replace("*", "x")}


def rejected_change(emulator: Emulator, session: Mapping[str, str]) -> str:
    """Try to create a log group in a session that must not do so, and return AWS's answer.

    Raises:
        LifecycleError: the log group was created.
    """
    client = boto3.client(
        "logs",
        endpoint_url=emulator.url,
        region_name=emulator.region,
        aws_access_key_id=session["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=session["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=session["AWS_SESSION_TOKEN"],
    )
    try:
        client.create_log_group(logGroupName=FORBIDDEN)
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDeniedException":
            return str(error.response["Error"]["Message"]).partition(" (emulator: ")[0]
        raise
    raise LifecycleError(f"the plan role created the log group {FORBIDDEN}. Fix: remove logs:CreateLogGroup from it")
