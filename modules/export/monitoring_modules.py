"""Modules of monitoring: alarms and dashboard over the metrics of an environment."""

from __future__ import annotations

from collections.abc import Mapping

from constructs import Construct

from modules.constructs.alarms import Alarms
from modules.constructs.dashboard import Dashboard
from modules.core.metric_alarm import MetricAlarm
from modules.export.caller_values import caller_list
from modules.export.exportable import ID, Exportable, Output
from modules.export.module_inputs import ModuleInputs
from modules.export.stacks import deferred_environment
from modules.stacks.alarm_definitions import MonitoredResources, alarm_definitions

USED = ("topology", "workers", "broker_replicas", "hibernation")


def _definitions(inputs: ModuleInputs) -> tuple[tuple[MetricAlarm, ...], str]:
    """The alarms of the structure's topology, and the prefix of the environment's names."""
    before = dict(inputs.fixed)
    environment = deferred_environment(inputs)
    fixed = {name: value for name, value in inputs.fixed.items() if name.startswith(USED)}
    inputs.fixed.clear()
    inputs.fixed.update(before | fixed)
    name = f"{environment.name_prefix}-{environment.name}"
    resources = MonitoredResources(
        name=name,
        load_balancer=inputs.text(
            "load_balancer_arn_suffix",
            "ARN suffix of the load balancer.",
            example="app/airflow/0123456789abcdef",
        ),
        target_group=inputs.text(
            "target_group_arn_suffix", "ARN suffix of the target group.", example="targetgroup/airflow/0123456789abcdef"
        ),
    )
    return alarm_definitions(environment, resources), name


def _alarms(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    definitions, name = _definitions(inputs)
    given = {"alarms": definitions, "name": name, "email": inputs.key("alarms.email", name="alarms_email")}
    made = Alarms(scope, ID, **inputs.arguments(Alarms, **given))
    return {
        "topic_arn": Output(made.topic_arn, "ARN of the SNS topic."),
        "alarm_arns": Output(made.arns, "ARNs of the alarms."),
    }


def _dashboard(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    definitions, name = _definitions(inputs)
    Dashboard(
        scope,
        ID,
        name=name,
        region=inputs.region(),
        alarms=definitions,
        alarm_arns=caller_list(
            inputs,
            "alarm_arns",
            "ARNs of the alarms whose states the dashboard shows.",
            example=["arn:aws:cloudwatch:eu-west-1:111111111111:alarm:airflow-example-import-errors"],
        ),
        log_groups=inputs.texts(
            "log_group_names", "Log groups of the saved queries.", example=["/airflow/example/scheduler"]
        ),
        database_log_group=inputs.text(
            "database_log_group_name",
            "Log group of PostgreSQL.",
            example="/aws/rds/instance/airflow-example/postgresql",
        ),
    )
    return {}


MONITORING_MODULES = (
    Exportable(
        "alarms",
        "CloudWatch alarms of all components and backing services, which notify an encrypted SNS topic.",
        _alarms,
        steps="SNS sends an e-mail to `alarms_email` after the apply; its link confirms the subscription.",
    ),
    Exportable("dashboard", "CloudWatch dashboard with a graph for each alarm, and saved queries.", _dashboard),
)
