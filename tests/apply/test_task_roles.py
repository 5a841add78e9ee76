"""A Fargate task starts as its execution role and acts as its task role, and neither can do more than it may."""

# ruff: noqa: S310 - loopback addresses

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from terraform_harness.emulator import Emulator

from local.containers.definition import ContainerDefinition
from local.containers.engine import EngineError
from local.ecs.agent import Agent
from local.ecs.service_catalog import LogGroup, TaskDefinition
from local.ecs.task_roles import TaskRoles

ACCOUNT, REGION, CLUSTER = "111111111111", "eu-central-1", "c"
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/airflow/live/password"
REPOSITORY = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/airflow"
STREAM = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/airflow/worker:log-stream:*"
# What the execution role of a task needs, by action; each test leaves out one.
NEEDED = {
    "ecr:GetAuthorizationToken": "*",
    "ecr:BatchCheckLayerAvailability": REPOSITORY,
    "ecr:BatchGetImage": REPOSITORY,
    "ecr:GetDownloadUrlForLayer": REPOSITORY,
    "ssm:GetParameters": PARAMETER,
    "logs:CreateLogStream": STREAM,
    "logs:PutLogEvents": STREAM,
}


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with Emulator(account_id=ACCOUNT, iam="enforce") as emulator:
        emulator.client("ssm").put_parameter(Name="/airflow/live/password", Value="secret", Type="String")
        emulator.client("ecr").create_repository(repositoryName="airflow")
        emulator.client("logs").create_log_group(logGroupName="/airflow/worker")
        yield emulator


@pytest.fixture
def agent() -> Iterator[Agent]:
    agent = Agent(host="127.0.0.1")
    agent.start()
    yield agent
    agent.stop()


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _role(aws: Emulator, name: str, allowed: dict[str, str], *, service: str = "ecs-tasks.amazonaws.com") -> str:
    """Create a role that may do each action on one resource; return its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    iam = aws.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document([trust]))
    statements = [{"Effect": "Allow", "Action": action, "Resource": on} for action, on in allowed.items()]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_document(statements))
    return str(made["Role"]["Arn"])


@pytest.fixture
def task(aws: Emulator, request: pytest.FixtureRequest) -> Callable[..., TaskRoles]:
    def make(*, allowed: dict[str, str] | None = None, execution: dict[str, str] = NEEDED, **trust: str) -> TaskRoles:
        name = request.node.name.replace("[", "-").replace("]", "").replace(":", "-")[-50:]
        container = ContainerDefinition(
            name="main",
            image=f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/airflow:1",
            environment={},
            secrets={"PASSWORD": PARAMETER},
            depends_on={},
        )
        definition = TaskDefinition(
            arn="d",
            family="f",
            containers=(container,),
            volumes=(),
            task_role=_role(aws, f"{name}-task", allowed or {"sns:ListTopics": "*"}, **trust),
            execution_role=_role(aws, f"{name}-exec", execution),
            logs={"main": LogGroup(group="/airflow/worker", prefix="worker")},
        )
        return TaskRoles(account=aws, cluster=CLUSTER, definition=definition, task=f"task-{name}")

    return make


@pytest.mark.feature("H9")
def test_execution_role_pulls_the_image_reads_the_secrets_and_writes_the_log(
    aws: Emulator, task: Callable[..., TaskRoles]
) -> None:
    roles = task()
    assert roles.start() == {"main": {"PASSWORD": "secret"}}
    roles.write_logs({"main": "first\n\nsecond\n"})
    events = aws.client("logs").get_log_events(
        logGroupName="/airflow/worker", logStreamName=f"worker/main/{roles.task}"
    )["events"]
    assert [event["message"] for event in events] == ["first", "second"]
    mine = [item for item in aws.decisions.taken if item.principal == roles.definition.execution_role]
    assert {item.action for item in mine} == set(NEEDED)
    assert all(item.allowed for item in mine)


@pytest.mark.feature("H9")
@pytest.mark.parametrize("missing", [action for action in NEEDED if action != "logs:PutLogEvents"])
def test_task_does_not_start_without_a_permission_of_its_execution_role(
    task: Callable[..., TaskRoles], missing: str
) -> None:
    roles = task(execution={action: on for action, on in NEEDED.items() if action != missing})
    with pytest.raises(EngineError, match=f"ResourceInitializationError.*is not authorized to perform: {missing}"):
        roles.start()


@pytest.mark.feature("H9")
def test_task_whose_role_does_not_trust_ecs_does_not_start(task: Callable[..., TaskRoles]) -> None:
    with pytest.raises(EngineError, match="ECS was unable to assume the role .*-task"):
        task(service="lambda.amazonaws.com").start()


@pytest.mark.feature("H9")
def test_agent_gives_a_task_the_credentials_of_its_own_role(
    aws: Emulator, agent: Agent, task: Callable[..., TaskRoles]
) -> None:
    roles = task()
    agent.serve("t", roles)
    path = agent.variables("t")["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]
    made = json.load(urllib.request.urlopen(f"{agent.url}{path}", timeout=60))
    assert made == json.load(urllib.request.urlopen(f"{agent.url}{path}", timeout=60)), "a session for each request"

    def client(service: str) -> Any:
        return boto3.client(
            service, endpoint_url=aws.url, region_name=REGION, aws_access_key_id=made["AccessKeyId"],
            aws_secret_access_key=made["SecretAccessKey"], aws_session_token=made["Token"],
        )  # fmt: skip

    assert client("sts").get_caller_identity()["Arn"].endswith(f"-task/{roles.task}"[-64:])
    assert client("sns").list_topics()["ResponseMetadata"]["HTTPStatusCode"] == 200
    with pytest.raises(ClientError, match="is not authorized to perform: ssm:GetParameter on resource"):
        client("ssm").get_parameter(Name="/airflow/live/password")


@pytest.mark.feature("H9")
def test_agent_gives_no_credentials_for_an_unknown_id(agent: Agent, task: Callable[..., TaskRoles]) -> None:
    agent.serve("t", task())
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(f"{agent.url}/v2/credentials/00000000-0000-4000-8000-000000000000", timeout=60)


@pytest.mark.feature("H9", "C4")
def test_agent_protects_a_task_only_if_its_role_permits_it(agent: Agent, task: Callable[..., TaskRoles]) -> None:
    tasks = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/{CLUSTER}/*"
    permitted = task(allowed={"ecs:UpdateTaskProtection": tasks})
    agent.serve("may", permitted)
    other = replace(permitted.definition, task_role=permitted.definition.execution_role)
    agent.serve("may-not", replace(permitted, definition=other))
    assert agent.protect("may", {"ProtectionEnabled": True, "ExpiresInMinutes": 30})[0] == 200
    assert agent.protected("may")
    status, body = agent.protect("may-not", {"ProtectionEnabled": True, "ExpiresInMinutes": 30})
    assert (status, body["error"]["Code"]) == (400, "AccessDeniedException")
    assert "ecs:UpdateTaskProtection" in body["error"]["Message"]
    assert not agent.protected("may-not")
