"""The log storage of an environment, in the stack of the foundation."""

from __future__ import annotations

from constructs import Construct

from environments.facts.naming import Names
from environments.model import Environment
from modules.constructs.log_storage import LogStorage, TaskLogsReference
from modules.core.private_bucket import PrivateBucket
from modules.stacks.component_table import processes


class FoundationLogs:
    """Creates log groups and buckets in ``stack`` according to the section ``logs`` of ``environment``."""

    def __init__(self, stack: Construct, environment: Environment, *, names: Names, key_arn: str) -> None:
        self._stack, self._environment, self._names, self._key_arn = stack, environment, names, key_arn

    def task_logs(self) -> TaskLogsReference:
        """Create the log groups of all processes and the storage of Airflow task logs."""
        logs = self._environment.logs
        to_s3 = logs.destination == "s3"
        bucket = self._bucket("task-logs", key_arn=self._key_arn) if to_s3 else None
        return LogStorage(
            self._stack,
            "logs",
            path=self._names.path,
            components=processes(self._environment),
            key_arn=self._key_arn,
            destination=logs.destination,
            bucket_name=bucket.name if bucket else None,
            bucket_arn=bucket.arn if bucket else None,
            retention_days=logs.retention_days,
        ).task_logs

    def access_logs_bucket(self) -> str | None:
        """Create the bucket of the load balancer's access logs, encrypted by S3's own key, and return its name."""
        if not self._environment.load_balancer.access_logs:
            return None
        account, region = self._environment.account_id, self._environment.region
        balancers = f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/*"
        delivery = {
            "Sid": "LoadBalancerLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": [f"{{bucket}}/AWSLogs/{account}/*"],
            "Condition": {"ArnLike": {"aws:SourceArn": balancers}},
        }
        return self._bucket("access-logs", statements=(delivery,)).name

    def _bucket(self, purpose: str, **settings: object) -> PrivateBucket:
        logs = self._environment.logs
        return PrivateBucket(
            self._stack,
            f"{purpose}-bucket",
            name=self._names.bucket(purpose),
            expire_days=logs.s3_expiration_days,
            force_destroy=logs.force_destroy,
            **settings,  # type: ignore[arg-type]
        )
