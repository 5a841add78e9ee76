"""Under enforced IAM, the workers of a team reach the secrets, the data and the logs of their own team only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from terraform_harness.emulator import Emulator

from local.ecs.role_session import RoleSession
from tests.reading import AIRFLOW_TASK_ROLE, EXECUTION_ROLE, fargate_tasks, role_of
from tests.synthesis import deployed
from tests.unit.environments.cases import TWO_TEAMS

pytestmark = pytest.mark.feature("T9", "H9")
ACCOUNT, REGION = "111111111111", "eu-central-1"
LOGS, DATA = "logs-of-all-teams", "data-of-sales"
PARAMETERS = (
    "teams/sales/connections/warehouse",
    "teams/sales/git-deploy-key",
    "teams/ops/connections/warehouse",
    "teams/ops/git-deploy-key",
    "teams/ops/token",
    "git-deploy-key",
    "connections/shared",
)
Client = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A boto3 client with the synthesized role of a worker group: ``client("sales/task_role_arn", "s3")``."""
    with Emulator(account_id=ACCOUNT, region=REGION, iam="enforce") as aws:
        key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
        for name in PARAMETERS:
            aws.client("ssm").put_parameter(Name=f"/airflow/dev/{name}", Value=name, Type="SecureString", KeyId=key)
        for bucket in (LOGS, DATA):
            where = {"LocationConstraint": REGION}
            aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        for object_key in ("task-logs/dag_id=sales.a/run_id=1/1.log", "task-logs/dag_id=ops.a/run_id=1/1.log"):
            aws.client("s3").put_object(Bucket=LOGS, Key=object_key, Body=b"log")
        aws.client("s3").put_object(Bucket=DATA, Key="table", Body=b"data")
        sessions: dict[str, RoleSession] = {}

        def make(who: str, service: str) -> Any:
            if who not in sessions:
                group, _, kind = who.partition("/")
                sessions[who] = RoleSession(account=aws, role=_role(aws, group, kind, key=key), name=group)
            return sessions[who].client(service)

        yield make


def _role(aws: Emulator, group: str, kind: str, *, key: str) -> str:
    """Create the role of a worker group with the policies that Terraform would create; return its ARN."""
    deployment = deployed(**TWO_TEAMS)
    role = role_of(deployment, fargate_tasks(deployment)[f"worker-{group}"], kind)
    iam, name = aws.client("iam"), str(role.body["name"])
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=role.body["assume_role_policy"])
    for item in deployment.of("aws_iam_role_policy"):
        if deployment.resolve(item.body["role"]) == role:
            document = re.sub(r"\$\{[^}]*\}", lambda found: _known(found[0], key), item.body["policy"])
            iam.put_role_policy(RoleName=name, PolicyName=item.body["name"], PolicyDocument=document)
    return str(made["Role"]["Arn"])


def _known(reference: str, key: str) -> str:
    """The ARN to which a reference of a synthesized policy would resolve in the emulator."""
    if "key" in reference:
        return key
    return f"arn:aws:s3:::{LOGS}" if "bucket" in reference else f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/other"


def denied(call: Callable[..., Any], **arguments: Any) -> bool:
    """Whether AWS denies a request."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] in {"AccessDenied", "AccessDeniedException"}
    return False


@pytest.mark.parametrize(("own", "other"), [("sales", "ops"), ("ops", "sales")])
def test_worker_reads_the_connections_of_its_team_and_is_denied_those_of_others(
    client: Client, own: str, other: str
) -> None:
    ssm = client(f"{own}/{AIRFLOW_TASK_ROLE}", "ssm")

    def read(name: str) -> str:
        found = ssm.get_parameter(Name=f"/airflow/dev/{name}", WithDecryption=True)
        return str(found["Parameter"]["Value"])

    mine = f"teams/{own}/connections/warehouse"
    assert read(mine) == mine
    for name in (*(name for name in PARAMETERS if name.startswith(f"teams/{other}/")), "connections/shared"):
        assert denied(ssm.get_parameter, Name=f"/airflow/dev/{name}", WithDecryption=True), name
    assert denied(ssm.get_parameters_by_path, Path=f"/airflow/dev/teams/{other}")
    assert denied(ssm.put_parameter, Name=f"/airflow/dev/teams/{other}/connections/new", Value="a", Type="String")


@pytest.mark.parametrize(("own", "other"), [("sales", "ops"), ("ops", "sales")])
def test_start_of_a_worker_reads_the_deploy_key_of_its_team_and_is_denied_other_keys(
    client: Client, own: str, other: str
) -> None:
    ssm = client(f"{own}/{EXECUTION_ROLE}", "ssm")

    def read(name: str) -> Any:
        return ssm.get_parameters(Names=[f"/airflow/dev/{name}"], WithDecryption=True)["Parameters"]

    assert read(f"teams/{own}/git-deploy-key")[0]["Value"] == f"teams/{own}/git-deploy-key"
    for name in (f"teams/{other}/git-deploy-key", "git-deploy-key", *(["teams/ops/token"] if own == "sales" else [])):
        with pytest.raises(ClientError, match="AccessDenied"):
            read(name)


def test_worker_reads_the_logs_and_the_data_of_its_team_and_is_denied_those_of_others(client: Client) -> None:
    sales, ops = (client(f"{team}/{AIRFLOW_TASK_ROLE}", "s3") for team in ("sales", "ops"))
    log = "task-logs/dag_id={}.a/run_id=1/1.log".format
    assert sales.get_object(Bucket=LOGS, Key=log("sales"))["Body"].read() == b"log"
    ops.put_object(Bucket=LOGS, Key=log("ops"), Body=b"more")
    assert sales.list_objects_v2(Bucket=LOGS, Prefix="task-logs/dag_id=sales.a/")["KeyCount"] == 1
    assert denied(sales.get_object, Bucket=LOGS, Key=log("ops"))
    assert denied(sales.put_object, Bucket=LOGS, Key=log("ops"), Body="forged")
    assert denied(sales.list_objects_v2, Bucket=LOGS, Prefix="task-logs/dag_id=ops.a/")
    assert denied(sales.put_object, Bucket=LOGS, Key="task-logs/dag_id=sales/run_id=1/1.log", Body="of no team")
    assert sales.get_object(Bucket=DATA, Key="table")["Body"].read() == b"data"
    assert denied(ops.get_object, Bucket=DATA, Key="table")


def test_worker_can_take_neither_the_role_nor_the_task_definition_of_another_team(client: Client) -> None:
    ops = client(f"ops/{AIRFLOW_TASK_ROLE}", "sts").get_caller_identity()["Arn"].split("/")[1]
    sts, ecs = (client(f"sales/{AIRFLOW_TASK_ROLE}", service) for service in ("sts", "ecs"))
    assert denied(sts.assume_role, RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{ops}", RoleSessionName="sales")
    assert denied(ecs.describe_task_definition, taskDefinition="airflow-dev-worker-ops")


def test_worker_can_change_neither_its_own_user_of_the_broker_nor_others(client: Client) -> None:
    cache, user = client(f"sales/{AIRFLOW_TASK_ROLE}", "elasticache"), {"UserId": "airflow-dev-team-sales"}
    assert denied(cache.modify_user, **user, AccessString="on ~* +@all")
    assert denied(cache.create_user, UserId="a", UserName="default", Engine="redis", AccessString="on ~* +@all")
    assert denied(cache.modify_user_group, UserGroupId="airflow-dev", UserIdsToAdd=["a"])
    group = {"ReplicationGroupId": "airflow-dev", "ApplyImmediately": True}
    assert denied(cache.modify_replication_group, **group, RemoveUserGroups=True)
    assert denied(cache.describe_users)
