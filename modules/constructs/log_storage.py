"""Log groups of the components, and the storage of Airflow task logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from modules.core.grants import statement
from modules.core.task import Client

TASK_LOGS = "task-logs"


@dataclass(frozen=True)
class TaskLogsReference:
    """The storage of Airflow task logs: an S3 bucket or a log group.

    Args:
        bucket_arn: ARN of the bucket, if task logs go to S3.
        bucket_name: name of the bucket, if task logs go to S3.
        log_group_arn: ARN of the log group, if task logs go to CloudWatch.
        key_arn: KMS key of the storage.
    """

    bucket_arn: str | None
    bucket_name: str | None
    log_group_arn: str | None
    key_arn: str

    def serve(self, client: Client, *, write: bool = True, team: str = "") -> None:
        """Configure remote logging of ``client`` and allow it to read task logs.

        Args:
            client: the component.
            write: allow it to write task logs as well.
            team: team whose DAGs ``client`` runs; it reaches the logs of these only.
        """
        client.add_environment(AIRFLOW__LOGGING__REMOTE_LOGGING="True")
        # Airflow's default of [logging] log_filename_template begins with dag_id={{ ti.dag_id }}/.
        logs = f"dag_id={team}.*" if team else "*"
        if self.bucket_arn is not None:
            self._serve_bucket(client, self.bucket_arn, logs, write=write)
        else:
            self._serve_log_group(client, logs, write=write)

    def _serve_bucket(self, client: Client, bucket_arn: str, logs: str, *, write: bool) -> None:
        client.add_environment(
            AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER=f"s3://{self.bucket_name}/{TASK_LOGS}",
            AIRFLOW__LOGGING__ENCRYPT_S3_LOGS="False",  # the bucket encrypts every object with its own key
        )
        client.task_role.grant(
            "task-logs",
            statement("s3:GetObject", *(["s3:PutObject"] if write else []), on=[f"{bucket_arn}/{TASK_LOGS}/{logs}"]),
            statement(
                "s3:ListBucket", on=[bucket_arn], conditions={"StringLike": {"s3:prefix": [f"{TASK_LOGS}/{logs}"]}}
            ),
            statement("kms:Decrypt", *(["kms:GenerateDataKey"] if write else []), on=[self.key_arn]),
        )

    def _serve_log_group(self, client: Client, logs: str, *, write: bool) -> None:
        client.add_environment(AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER=f"cloudwatch://{self.log_group_arn}")
        client.task_role.grant(
            "task-logs",
            statement(
                "logs:DescribeLogStreams",
                "logs:GetLogEvents",
                *(["logs:CreateLogStream", "logs:PutLogEvents"] if write else []),
                on=[f"{self.log_group_arn}", f"{self.log_group_arn}:log-stream:{logs}"],
            ),
        )


@dataclass(frozen=True)
class TaskLogsReader:
    """The storage of Airflow task logs, for a component that shows them and runs no Airflow task.

    Args:
        storage: the storage.
    """

    storage: TaskLogsReference

    def serve(self, client: Client) -> None:
        """Configure remote logging of ``client`` and allow it to read task logs."""
        self.storage.serve(client, write=False)


@dataclass(frozen=True)
class TaskLogsOfTeam:
    """The logs of the Airflow tasks of one team, whose DAGs are named ``<team>.<anything>``.

    Args:
        storage: the storage.
        team: name of the team.
    """

    storage: TaskLogsReference
    team: str

    def serve(self, client: Client) -> None:
        """Configure remote logging of ``client`` and allow it to read and write the team's logs."""
        self.storage.serve(client, team=self.team)


class LogStorage(Construct):
    """An encrypted log group for each component, and one for Airflow task logs if they do not go to S3.

    Args:
        scope: parent construct.
        id_: id of the construct.
        path: prefix of the log groups, ``/<prefix>/<environment>``.
        components: names of the components; each gets a log group.
        key_arn: KMS key of the log groups.
        destination: storage of Airflow task logs.
        bucket_name: name of the bucket for task logs, with destination ``s3``.
        bucket_arn: ARN of that bucket.
        retention_days: retention in days, a value that CloudWatch Logs allows.

    Example:
        >>> logs = LogStorage(stack, "logs", path="/airflow/prod", components=["scheduler"], key_arn=key_arn,
        ...                   destination="cloudwatch")
        >>> resource("aws_cloudwatch_log_group.logs_scheduler")["name"]
        '/airflow/prod/scheduler'
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        path: str,
        components: Sequence[str],
        key_arn: str,
        destination: Literal["s3", "cloudwatch"] = "s3",
        bucket_name: str | None = None,
        bucket_arn: str | None = None,
        retention_days: int = 90,
    ) -> None:
        super().__init__(scope, id_)
        self._path, self._key_arn, self._retention_days = path, key_arn, retention_days
        for component in components:
            self._log_group(component)
        to_group = destination == "cloudwatch"
        self.task_logs = TaskLogsReference(
            bucket_arn=None if to_group else bucket_arn,
            bucket_name=None if to_group else bucket_name,
            log_group_arn=self._log_group(TASK_LOGS).arn if to_group else None,
            key_arn=key_arn,
        )

    def _log_group(self, component: str) -> CloudwatchLogGroup:
        return CloudwatchLogGroup(
            self,
            component,
            name=f"{self._path}/{component}",
            retention_in_days=self._retention_days,
            kms_key_id=self._key_arn,
        )
