"""Airflow tasks that run in separate Fargate tasks: options, permissions and network of scheduler and Airflow task."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.reading import fargate_tasks, statements
from tests.synthesis import Deployment, deployed
from tests.unit.environments.cases import GIT_SSH

LARGE = {"name": "large", "cpu": 4096, "memory_mib": 16384}
ON_FARGATE: dict[str, dict[str, Any]] = {
    "ecs": {"topology": "ecs", "dags": GIT_SSH},
    "celery and ecs": {"ecs_executor": {"sizes": [LARGE]}},
}
PREFIX = "AIRFLOW__AWS_ECS_EXECUTOR__"
FAMILY = "arn:aws:ecs:eu-central-1:111111111111:task-definition/airflow-dev-airflow-task:*"
TASKS = "arn:aws:ecs:eu-central-1:111111111111:task/airflow-dev/*"


@pytest.fixture(params=ON_FARGATE)
def deployment(request: pytest.FixtureRequest) -> Deployment:
    return deployed(**ON_FARGATE[request.param])


def _statements(deployment: Deployment, policy: str) -> list[dict[str, Any]]:
    (found,) = [item for item in deployment.of("aws_iam_role_policy") if item.address.endswith(policy)]
    return statements(found.body["policy"])


@pytest.mark.feature("T8")
def test_scheduler_has_every_option_of_run_task(deployment: Deployment) -> None:
    scheduler = fargate_tasks(deployment)["scheduler"].main.environment
    options = {name.removeprefix(PREFIX): value for name, value in scheduler.items() if name.startswith(PREFIX)}
    assert options["CLUSTER"] == "airflow-dev"
    assert options["CONTAINER_NAME"] == fargate_tasks(deployment)["airflow-task"].name
    assert (options["ASSIGN_PUBLIC_IP"], options["CHECK_HEALTH_ON_STARTUP"]) == ("False", "True")
    assert options["TASK_DEFINITION"] == "${dev-airflow//aws_ecs_task_definition.airflow_task_task_definition.arn}"
    assert options["SECURITY_GROUPS"] == "${dev-airflow//aws_security_group.airflow_task_security_group.id}"
    subnets = [f"${{dev-foundation//aws_subnet.network_application_{zone}.id}}" for zone in "ab"]
    assert options["SUBNETS"] == ",".join(subnets)
    assert json.loads(options["RUN_TASK_KWARGS"])["capacity_provider_strategy"] == [
        {"capacityProvider": "FARGATE", "weight": 1}
    ]


@pytest.mark.feature("T6", "T8")
@pytest.mark.parametrize("architecture", ["ARM64", "X86_64"])
def test_airflow_task_has_the_architecture_of_the_environment(architecture: str) -> None:
    task = fargate_tasks(deployed(topology="ecs", dags=GIT_SSH, architecture=architecture))["airflow-task"]
    assert task.definition.get("runtime_platform") == {
        "operating_system_family": "LINUX",
        "cpu_architecture": architecture,
    }


@pytest.mark.feature("T8")
def test_only_the_scheduler_has_the_options_and_permissions(deployment: Deployment) -> None:
    for name, task in fargate_tasks(deployment).items():
        assert any(key.startswith(PREFIX) for key in task.main.environment) == (name == "scheduler"), name
    allowed = {
        item.address
        for item in deployment.of("aws_iam_role_policy")
        if "ecs:RunTask" in item.body["policy"] and "db_clean" not in item.address
    }
    assert allowed == {"aws_iam_role_policy.scheduler_task_role_run_airflow_tasks"}


@pytest.mark.feature("T8")
def test_scheduler_runs_one_family_in_one_cluster_and_passes_its_two_roles_only(deployment: Deployment) -> None:
    run, follow, tag, passing = _statements(deployment, "scheduler_task_role_run_airflow_tasks")
    cluster = {"ArnEquals": {"ecs:cluster": "${dev-airflow//aws_ecs_cluster.cluster.arn}"}}
    assert run == {"Effect": "Allow", "Action": ["ecs:RunTask"], "Resource": [FAMILY], "Condition": cluster}
    assert (follow["Action"], follow["Resource"], follow["Condition"]) == (
        ["ecs:DescribeTasks", "ecs:StopTask"],
        [TASKS],
        cluster,
    )
    assert tag["Condition"] == {"StringEquals": {"ecs:CreateAction": "RunTask"}}
    assert passing["Action"] == ["iam:PassRole"]
    assert passing["Resource"] == [
        "${dev-airflow//aws_iam_role.airflow_task_task_role.arn}",
        "${dev-airflow//aws_iam_role.airflow_task_execution_role.arn}",
    ]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


@pytest.mark.feature("T8", "S3")
def test_airflow_task_has_no_shared_secret_and_no_address_of_database_or_broker(deployment: Deployment) -> None:
    task = fargate_tasks(deployment)["airflow-task"]
    assert task.main.secrets == {}
    assert not [name for name in task.main.environment if name.startswith(("AIRFLOW_DB", "AIRFLOW_BROKER"))]
    groups = deployment.of("aws_vpc_security_group_ingress_rule")
    reached = {
        rule.body["security_group_id"]
        for rule in groups
        if "airflow_task" in str(rule.body.get("referenced_security_group_id"))
    }
    assert len(reached) == 1, "the execution API only"
    assert "api_server" in reached.pop()


@pytest.mark.feature("T8")
def test_airflow_task_ends_with_its_main_container() -> None:
    """The executor takes an Airflow task for failed when a container has another exit code than 0."""
    task = fargate_tasks(deployed(**ON_FARGATE["ecs"]))["airflow-task"]
    clone = task.container("git-clone")
    assert [container.name for container in task.containers] == ["airflow-task", "git-clone"]
    assert clone.environment["GITSYNC_ONE_TIME"] == "true"
    assert task.main.body["dependsOn"] == [{"containerName": "git-clone", "condition": "SUCCESS"}]


@pytest.mark.feature("T8")
def test_celery_stays_the_default_executor_with_ecs() -> None:
    deployment = deployed(**ON_FARGATE["celery and ecs"])
    for name, task in fargate_tasks(deployment).items():
        found = task.main.environment["AIRFLOW__CORE__EXECUTOR"]
        assert found == "CeleryExecutor,ecs:airflow_fargate.ecs_executor.FargateExecutor", name
    scheduler = fargate_tasks(deployment)["scheduler"].main.environment
    assert json.loads(scheduler["AIRFLOW_ECS_SIZES"]) == {"large": {"cpu": 4096, "memory_mib": 16384}}
    assert scheduler["AIRFLOW_ECS_MAX_TASKS"] == "50"


@pytest.mark.feature("T8")
def test_spot_airflow_tasks_use_the_capacity_provider_of_spot() -> None:
    deployment = deployed(topology="ecs", ecs_executor={"spot": True})
    arguments = fargate_tasks(deployment)["scheduler"].main.environment[f"{PREFIX}RUN_TASK_KWARGS"]
    assert json.loads(arguments)["capacity_provider_strategy"] == [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]


@pytest.mark.feature("T8")
def test_earlier_revisions_stay_for_a_scheduler_that_is_being_replaced() -> None:
    deployment = deployed(topology="ecs", production=False)
    kept = {item.body["family"]: item.body["skip_destroy"] for item in deployment.of("aws_ecs_task_definition")}
    assert kept["airflow-dev-airflow-task"] is True
    assert kept["airflow-dev-scheduler"] is False


@pytest.mark.feature("T8", "L1")
def test_airflow_tasks_have_a_log_group_that_the_saved_queries_read(deployment: Deployment) -> None:
    group = "/airflow/dev/airflow-task"
    assert group in {item.body["name"] for item in deployment.of("aws_cloudwatch_log_group")}
    queries = deployment.of("aws_cloudwatch_query_definition")
    assert any(group in query.body["log_group_names"] for query in queries)


@pytest.mark.feature("T8", "L4")
def test_alarm_reads_the_metric_that_the_sidecar_of_the_scheduler_publishes(deployment: Deployment) -> None:
    alarm = deployment.only("aws_cloudwatch_metric_alarm", alarm_name="airflow-dev-ecs-oldest-queued").body
    environment = fargate_tasks(deployment)["scheduler"].container("metrics").environment
    assert alarm["metric_name"] == "OldestQueuedSeconds"
    assert alarm["dimensions"] == {"Environment": environment["AIRFLOW_ENVIRONMENT"], "Executor": "ecs"}
    assert alarm["namespace"] == environment["AIRFLOW_METRICS_NAMESPACE"]
    has_workers = environment["AIRFLOW_METRICS_WORKER_GROUPS"] != "{}"
    assert environment["AIRFLOW_METRICS_ECS_EXECUTOR"] == ("named" if has_workers else "default")
    assert ("AIRFLOW_METRICS_CLUSTER" in environment) == has_workers
    actions = [item["Action"] for item in _statements(deployment, "scheduler_task_role_publish_metrics")]
    assert (["ecs:DescribeServices"] in actions) == has_workers


@pytest.mark.feature("L4")
def test_environment_without_the_executor_has_no_alarm_on_it() -> None:
    names = {alarm.body["alarm_name"] for alarm in deployed().of("aws_cloudwatch_metric_alarm")}
    assert not [name for name in names if "ecs-oldest" in name]
