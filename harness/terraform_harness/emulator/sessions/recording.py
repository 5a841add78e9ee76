"""The recording of a session in a log group, which the agent writes as the task role.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-logging
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from terraform_harness.extras import imports_of_extra

with imports_of_extra("emulator"):
    from botocore.exceptions import ClientError

# https://github.com/aws/amazon-ssm-agent/blob/mainline/agent/session/config/messages.go
NOT_ENCRYPTED = (
    "We couldn't start the session because encryption is not set up on the selected CloudWatch Logs log group. Either "
    "encrypt the log group or choose an option to enable logging without encryption."
)


class NotRecorded(Exception):
    """The session must not start; the message is the agent's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Where the output of a session goes.

    Attributes:
        group: Name of the log group.
        encrypted: Whether the log group must have a KMS key.
    """

    group: str
    encrypted: bool

    @classmethod
    def of(cls, configuration: Mapping[str, Any], definition: Mapping[str, Any]) -> Self | None:
        """Return the recording of a session, None where the cluster records none in CloudWatch Logs.

        Args:
            configuration: ``executeCommandConfiguration`` of the cluster.
            definition: The container, whose log group is used when the cluster has no setting.
        """
        logging = configuration.get("logging", "DEFAULT")
        if logging == "OVERRIDE":
            own = configuration.get("logConfiguration") or {}
            group, encrypted = own.get("cloudWatchLogGroupName"), bool(own.get("cloudWatchEncryptionEnabled"))
        else:
            driver = definition.get("logConfiguration") or {}
            group, encrypted = (driver.get("options") or {}).get("awslogs-group"), False
        return cls(group=group, encrypted=encrypted) if group and logging != "NONE" else None

    def check(self, logs: Any) -> None:
        """Check that the log group has a key where it must have one.

        Raises:
            NotRecorded: It has none, or the task role may not list log groups.
        """
        if not self.encrypted:
            return
        groups: list[dict[str, Any]] = []
        with suppress(ClientError):
            groups = logs.describe_log_groups(logGroupNamePrefix=self.group)["logGroups"]
        if not any(item["logGroupName"] == self.group and item.get("kmsKeyId") for item in groups):
            raise NotRecorded(NOT_ENCRYPTED)

    def write(self, logs: Any, *, session: str, text: str) -> None:
        """Write the output of a session to its log stream; without permission, the agent writes none."""
        now = int(time.time() * 1000)
        with suppress(ClientError):  # the emulator has recorded a denial
            logs.create_log_stream(logGroupName=self.group, logStreamName=session)
            if text:
                events = [{"timestamp": now, "message": text}]
                logs.put_log_events(logGroupName=self.group, logStreamName=session, logEvents=events)
