"""The two IAM roles of a Fargate task: ECS starts the task as one, its processes act as the other.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from botocore.exceptions import ClientError

from local.containers.engine import EngineError
from local.ecs.role_session import Account, RoleSession
from local.ecs.service_catalog import TaskDefinition, parameter_name

DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
# GetParameters takes up to ten names: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
NAMES_AT_ONCE = 10
LAST_LINES = 100
IMAGE = re.compile(
    r"(?P<registry>\d{12})\.dkr\.ecr\.[^/]+/(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>.+))?"
)
SOME_LAYER = "sha256:" + "0" * 64


@dataclass(kw_only=True)
class TaskRoles:
    """What ECS does with the roles of one Fargate task.

    Args:
        account: the account of the roles.
        cluster: name of the ECS cluster.
        definition: the task's definition.
        task: id of the task.
    """

    account: Account
    cluster: str
    definition: TaskDefinition
    task: str

    def __post_init__(self) -> None:
        self._task_role = RoleSession(account=self.account, role=self.definition.task_role, name=self.task)
        self._execution_role = RoleSession(account=self.account, role=self.definition.execution_role, name=self.task)
        self._sent = Counter[str]()

    @property
    def arn(self) -> str:
        """The ARN of the Fargate task."""
        return f"arn:aws:ecs:{self.account.region}:{self.account.account_id}:task/{self.cluster}/{self.task}"

    def credentials(self) -> dict[str, str]:
        """The credentials of the task role, for the processes of the task."""
        return self._task_role.credentials()

    def start(self) -> dict[str, dict[str, str]]:
        """Do what ECS does before it starts containers: log in to the registry, read secrets, create log streams.

        Returns:
            The secret values by variable, by the name of the container.

        Raises:
            EngineError: a role cannot be assumed, or the execution role does not permit a request.
        """
        self._task_role.credentials()
        with _initialization("unable to pull secrets or registry auth: execution resource retrieval failed"):
            self._pull_images()
            values = self._read_secrets()
        with _initialization("failed to validate logger args"):
            self._create_log_streams()
        return {
            container.name: {variable: values[reference] for variable, reference in container.secrets.items()}
            for container in self.definition.containers
        }

    def _pull_images(self) -> None:
        """Send the requests of a pull. The registry has no layers, because the image is on this machine."""
        found = {match.group(): match for item in self.definition.containers if (match := IMAGE.fullmatch(item.image))}
        if not found:
            return
        ecr = self._execution_role.client("ecr")
        ecr.get_authorization_token()
        for match in found.values():
            where = {"registryId": match["registry"], "repositoryName": match["repository"]}
            image = {"imageDigest": match["digest"]} if match["digest"] else {"imageTag": match["tag"] or "latest"}
            with _unless_denied():
                ecr.batch_get_image(**where, imageIds=[image])
            with _unless_denied():
                ecr.batch_check_layer_availability(**where, layerDigests=[SOME_LAYER])
            with _unless_denied():
                ecr.get_download_url_for_layer(**where, layerDigest=SOME_LAYER)

    def _read_secrets(self) -> dict[str, str]:
        references = sorted({item for container in self.definition.containers for item in container.secrets.values()})
        values: dict[str, str] = {}
        for start in range(0, len(references), NAMES_AT_ONCE):
            by_name = {parameter_name(item): item for item in references[start : start + NAMES_AT_ONCE]}
            found = self._execution_role.client("ssm").get_parameters(Names=list(by_name), WithDecryption=True)
            if missing := found["InvalidParameters"]:
                raise EngineError(f"ResourceInitializationError: invalid ssm parameters: {', '.join(missing)}")
            values |= {by_name[item["Name"]]: str(item["Value"]) for item in found["Parameters"]}
        return values

    def _create_log_streams(self) -> None:
        logs = self._execution_role.client("logs")
        for group, stream in self._streams.values():
            logs.create_log_stream(logGroupName=group, logStreamName=stream)

    @property
    def _streams(self) -> dict[str, tuple[str, str]]:
        """Log group and log stream by the name of the container."""
        return {name: (log.group, f"{log.prefix}/{name}/{self.task}") for name, log in self.definition.logs.items()}

    def write_logs(self, texts: Mapping[str, str]) -> None:
        """Send the new lines of containers to their log groups, at most the last hundred, as the log driver does.

        Args:
            texts: all output so far, by the name of the container.
        """
        for name, (group, stream) in self._streams.items():
            lines = [line for line in texts.get(name, "").splitlines() if line.strip()]
            sent, self._sent[name] = self._sent[name], len(lines)
            if lines := lines[sent:][-LAST_LINES:]:
                now = int(time.time() * 1000)
                events = [{"timestamp": now, "message": line} for line in lines]
                with suppress(ClientError):  # the emulator has recorded a denial
                    logs = self._execution_role.client("logs")
                    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    def protect(self, *, enabled: bool, minutes: int) -> str:
        """Set the task's scale-in protection as the task role, as the ECS agent does.

        Returns:
            The message of the error if the role does not permit it, else an empty string.
        """
        change = {"protectionEnabled": enabled, **({"expiresInMinutes": minutes} if enabled else {})}
        try:
            with _unless_denied():
                self._task_role.client("ecs").update_task_protection(cluster=self.cluster, tasks=[self.arn], **change)
        except ClientError as error:
            return str(error)
        return ""


@contextmanager
def _initialization(text: str) -> Iterator[None]:
    """Report a request that fails in the words of ECS."""
    try:
        yield
    except ClientError as error:
        raise EngineError(f"ResourceInitializationError: {text}: {error}") from None


@contextmanager
def _unless_denied() -> Iterator[None]:
    """Ignore every error but a denial."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in DENIED:
            raise
