"""L1 to L5: what is written down, what is measured, and who is woken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reading import AIRFLOW_TASK_ROLE, fargate_tasks, grants, role_of, services
from tests.synthesis import deployed
from tests.unit.modules.large import CHEAP, CUSTOM, LARGE

TOPOLOGIES = ("single", "local_executor", "celery")
RUNS_OR_SHOWS_TASKS = {
    "single": {"standalone"},
    "local_executor": {"api-server", "scheduler", "triggerer"},
    "celery": {"api-server", "triggerer", "worker-default"},
}


@pytest.mark.feature("L1")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_task_logs_go_to_s3_and_come_back(topology: str) -> None:
    deployment = deployed(topology=topology)
    bucket = deployment.only("aws_s3_bucket", bucket="airflow-dev-task-logs-111111111111")
    for name in RUNS_OR_SHOWS_TASKS[topology]:
        task = services(deployment)[name][1]
        environment = task.main.environment
        assert environment["AIRFLOW__LOGGING__REMOTE_LOGGING"] == "True", name
        assert environment["AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"] == f"s3://${{{bucket.key}.id}}/task-logs", name
        allowed = {
            action: grant.resources
            for grant in grants(deployment, role_of(deployment, task, AIRFLOW_TASK_ROLE))
            for action in grant.actions
        }
        objects = (f"${{{bucket.key}.arn}}/task-logs/*",)
        assert allowed["s3:PutObject"] == allowed["s3:GetObject"] == objects, name


@pytest.mark.feature("L1")
def test_the_bucket_is_closed_encrypted_and_forgets_in_time() -> None:
    deployment = deployed()
    bucket = deployment.only("aws_s3_bucket", bucket="airflow-dev-task-logs-111111111111")

    def of(kind: str) -> Any:
        (found,) = deployment.configuration.users_of(bucket, kind)
        return found

    block = of("aws_s3_bucket_public_access_block").body
    assert all(block[name] for name in ("block_public_acls", "block_public_policy", "ignore_public_acls"))
    assert block["restrict_public_buckets"] is True
    encryption = of("aws_s3_bucket_server_side_encryption_configuration").get("rule", 0)
    default = encryption["apply_server_side_encryption_by_default"]
    assert default["sse_algorithm"] == "aws:kms"
    assert deployment.named(default["kms_master_key_id"]).get("enable_key_rotation") is True
    rule = of("aws_s3_bucket_lifecycle_configuration").get("rule", 0)
    assert (rule["status"], rule["expiration"][0]["days"]) == ("Enabled", 365)
    denied = [one for one in of("aws_s3_bucket_policy").document("policy")["Statement"] if one["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in [one["Condition"] for one in denied]
    assert bucket.body.get("force_destroy") is not True


@pytest.mark.feature("L1")
def test_task_logs_in_cloudwatch_instead() -> None:
    deployment = deployed(**CHEAP)
    group = deployment.only("aws_cloudwatch_log_group", name="/airflow/dev/task-logs")
    worker = services(deployment)["worker-default"][1]
    folder = worker.main.environment["AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"]
    assert folder == f"cloudwatch://${{{group.key}.arn}}"
    assert not deployment.of("aws_s3_bucket", bucket="airflow-dev-task-logs-111111111111")


@pytest.mark.feature("L2")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_every_container_writes_to_a_log_group_that_is_there(topology: str) -> None:
    deployment = deployed(topology=topology)
    groups = {one.body["name"]: one for one in deployment.of("aws_cloudwatch_log_group")}
    for task in fargate_tasks(deployment).values():
        for container in task.containers:
            log = container.body["logConfiguration"]
            assert log["logDriver"] == "awslogs"
            assert log["options"]["awslogs-group"] in groups, (task.name, container.name)
            assert log["options"]["awslogs-region"] == "eu-central-1"


@pytest.mark.feature("L2")
def test_every_log_group_forgets_in_time_and_is_encrypted_with_a_key_it_may_use() -> None:
    deployment = deployed(**CUSTOM)
    groups = deployment.of("aws_cloudwatch_log_group")
    assert {one.body["retention_in_days"] for one in groups} == {30}
    for group in groups:
        key = deployment.named(group.body["kms_key_id"])
        patterns = [
            pattern.split(":log-group:", 1)[1]
            for statement in key.document("policy")["Statement"]
            if str(statement["Principal"].get("Service", "")).startswith("logs.")
            for pattern in statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
        ]
        name = group.body["name"]
        assert any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in patterns), name


@pytest.mark.feature("L3")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_every_service_sends_its_metrics_to_the_agent_beside_it(topology: str) -> None:
    for name, (_, task) in services(deployed(topology=topology)).items():
        environment = task.main.environment
        agent = task.container("statsd").environment
        assert environment["AIRFLOW__METRICS__STATSD_ON"] == "True", name
        assert environment["AIRFLOW__METRICS__STATSD_HOST"] == "127.0.0.1", "never over the network"
        assert environment["AIRFLOW__METRICS__STATSD_PORT"] == agent["AIRFLOW_STATSD_PORT"], name
        assert agent["AIRFLOW_METRICS_NAMESPACE"] == "Airflow"
        assert agent["AIRFLOW_STATSD_COMPONENT"] == name


WATCHED = {
    "scheduler-heartbeat": ("scheduler_heartbeat", 1),
    "import-errors": ("dag_processing.import_errors", 3),
    "oldest-queued-default": ("OldestQueuedSeconds", 600),
    "database-connections": ("DatabaseConnections", 360 * 50 // 100),
    "database-storage": ("FreeStorageSpace", 7 * 2**30),
    "broker-memory-1": ("DatabaseMemoryUsagePercentage", 60),
    "broker-evictions-1": ("Evictions", 0),
    "unhealthy-targets": ("UnHealthyHostCount", 1),
}


@pytest.mark.feature("L4")
def test_thresholds_come_from_the_environment_and_somebody_is_told() -> None:
    deployment = deployed(**CUSTOM)
    for name, (metric, threshold) in WATCHED.items():
        alarm = deployment.only("aws_cloudwatch_metric_alarm", alarm_name=f"airflow-dev-{name}")
        assert (alarm.body["metric_name"], alarm.body["threshold"]) == (metric, threshold), name
        topic = deployment.named(alarm.body["alarm_actions"][0])
        assert topic.type == "aws_sns_topic"
        assert alarm.body["alarm_description"]
    told = deployment.only("aws_sns_topic_subscription")
    assert (told.body["protocol"], told.body["endpoint"]) == ("email", "airflow@example.com")


@pytest.mark.feature("L4")
def test_cloudwatch_may_use_the_encrypted_topic() -> None:
    deployment = deployed()
    topic = deployment.only("aws_sns_topic")
    statements = deployment.only("aws_sns_topic_policy").document("policy")["Statement"]
    assert [one["Principal"] for one in statements] == [{"Service": "cloudwatch.amazonaws.com"}]
    users = [
        statement["Principal"].get("Service")
        for statement in deployment.named(topic.body["kms_master_key_id"]).document("policy")["Statement"]
    ]
    assert "cloudwatch.amazonaws.com" in users, "an alarm would be lost in silence"


@pytest.mark.feature("L4")
def test_every_node_of_the_broker_and_every_group_is_watched() -> None:
    deployment = deployed(**LARGE)
    names = {
        one.body["alarm_name"].removeprefix("airflow-dev-") for one in deployment.of("aws_cloudwatch_metric_alarm")
    }
    assert {"broker-memory-1", "broker-memory-2", "oldest-queued-small", "oldest-queued-big"} <= names


@pytest.mark.feature("L4")
@pytest.mark.parametrize(
    ("topology", "absent"), [("local_executor", ("broker", "oldest")), ("single", ("broker", "oldest"))]
)
def test_nobody_waits_for_a_metric_that_does_not_exist(topology: str, absent: tuple[str, ...]) -> None:
    deployment = deployed(topology=topology)
    running = {*services(deployment)}
    for alarm in deployment.of("aws_cloudwatch_metric_alarm"):
        assert not alarm.body["alarm_name"].removeprefix("airflow-dev-").startswith(absent)
        component = (alarm.body.get("dimensions") or {}).get("Component")
        assert component is None or component in running, alarm.address


@pytest.mark.feature("L4")
def test_switched_off_leaves_no_topic() -> None:
    deployment = deployed(**CHEAP)
    assert not deployment.of("aws_sns_topic", "aws_sns_topic_policy")
    left = {one.body["alarm_name"] for one in deployment.of("aws_cloudwatch_metric_alarm")}
    assert left == {f"airflow-dev-worker-default-scale-{way}" for way in ("in", "out")}, "scaling needs its own"


@pytest.mark.feature("L5")
def test_a_dashboard_shows_every_watched_number_with_its_threshold() -> None:
    deployment = deployed(**CUSTOM)
    widgets = deployment.only("aws_cloudwatch_dashboard").document("dashboard_body")["widgets"]
    lines = {
        one["properties"]["title"]: one["properties"]["annotations"]["horizontal"][0]["value"]
        for one in widgets
        if one["type"] == "metric"
    }
    assert {name: threshold for name, (_, threshold) in WATCHED.items()}.items() <= lines.items()
    boxes = [(one["x"], one["y"]) for one in widgets]
    assert len(set(boxes)) == len(boxes), "no widget covers another"


@pytest.mark.feature("L5")
def test_saved_queries_look_into_log_groups_that_exist() -> None:
    deployment = deployed()
    groups = {one.body["name"] for one in deployment.of("aws_cloudwatch_log_group")}
    queries = deployment.of("aws_cloudwatch_query_definition")
    assert len(queries) >= 4
    for query in queries:
        assert set(query.body["log_group_names"]) <= groups, query.address


@pytest.mark.feature("L5")
def test_slow_statements_are_looked_for_where_postgresql_writes_them() -> None:
    (query,) = (one for one in deployed().of("aws_cloudwatch_query_definition") if "slow" in one.body["name"])
    assert "/aws/rds/instance/airflow-dev/postgresql" in query.body["log_group_names"]
