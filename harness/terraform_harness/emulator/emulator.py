"""The AWS emulator as a context manager, with clients, credentials and reports.

>>> with Emulator(account_id="111111111111") as aws:
...     aws.client("sts").get_caller_identity()["Account"]
'111111111111'
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self

from terraform_harness.emulator.access import Access
from terraform_harness.emulator.endpoints import RESET_PATH, get, post
from terraform_harness.emulator.iam.report import DECISIONS_PATH, DecisionReport
from terraform_harness.emulator.process import IAM, QUOTAS, WITHOUT_PATCHES, ServerProcess
from terraform_harness.emulator.sessions.agents import AGENTS_PATH
from terraform_harness.emulator.validation import REPORT_PATH, ValidationReport, limits
from terraform_harness.emulator.validation.scripted import ANSWERS_PATH
from terraform_harness.extras import require_extra

IamMode = Literal["off", "record", "enforce"]


class Emulator(Access):
    """One AWS account, empty at the start and gone at the end.

    Use it as a context manager. The emulator also ends when the process that started it is killed.

    Args:
        account_id: The account that the emulator reports, twelve digits.
        region: The region of its clients.
        port: A port of 127.0.0.1; 0 takes a free port.
        without_patches: Names of patches of moto that are not applied (``terraform_harness.emulator.patches``).
        quotas: Limits of an account whose quotas differ from the defaults, for instance ``{"vpcs": 20}``; None switches
            a quota off. ``terraform_harness.emulator.validation.QUOTAS`` lists the names.
        validate: Whether requests that AWS rejects are rejected; False sends every request to moto.
        iam: ``enforce`` denies what the IAM policies of the caller do not permit, ``record`` only records decisions.
            The emulator's own clients and environment are those of an administrator, whose requests are not decided.

    Raises:
        ValueError: A quota is unknown, or ``iam`` is used without ``validate``.
    """

    def __init__(
        self,
        *,
        account_id: str,
        region: str = "eu-central-1",
        port: int = 0,
        without_patches: Sequence[str] = (),
        quotas: Mapping[str, int | None] | None = None,
        validate: bool = True,
        iam: IamMode = "off",
    ) -> None:
        if iam != "off" and not validate:
            raise ValueError("iam: decisions need the validation of requests. Fix: remove validate=False")
        self._iam = iam
        self._quotas = limits(quotas or {}) if validate else None
        self.account_id = account_id
        self.region = region
        self._process = ServerProcess(port=port, settings=self._settings(without_patches))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address of the emulator, for instance ``http://127.0.0.1:40123``."""
        return self._process.url

    @property
    def pid(self) -> int | None:
        """The process id; None while the emulator is not running."""
        return self._process.pid

    def start(self) -> None:
        """Start the emulator and wait until it responds.

        Raises:
            EmulatorError: The port is taken, or the process ends at once.
            MissingExtra: moto is not installed.
        """
        require_extra("emulator", "moto", "boto3", "werkzeug")
        if self._iam != "off":
            require_extra("iam", "terraform_gate", "policy_sentry")
        self._process.start()

    def check(self) -> None:
        """Check that the emulator runs.

        Raises:
            EmulatorError: The process has ended; the message holds the end of its log.
        """
        self._process.check()

    def stop(self) -> None:
        """Terminate the process; does nothing when it has ended."""
        self._process.stop()

    def log(self, *, lines: int = 20) -> str:
        """Return the last ``lines`` lines of the emulator's output."""
        return self._process.log(lines=lines)

    def answer(self, operation: str, *answers: Mapping[str, Any]) -> None:
        """Answer the next valid requests of an operation in advance, without carrying them out.

        Args:
            operation: ``service:Operation``, for instance ``ecs:RunTask``.
            answers: For each request, an error ``{"code": ..., "message": ...}`` or ``{"result": MEMBERS}``.
        """
        if self._quotas is None:
            raise ValueError("answer: needs the validation of requests. Fix: remove validate=False")
        post(f"{self.url}{ANSWERS_PATH}", {"operation": operation, "answers": answers})

    def connect_agent(
        self,
        *,
        task: str,
        container: str,
        terminal: Sequence[str] = (),
        ports: Mapping[int, int] | None = None,
        credentials: Mapping[str, str] | None = None,
    ) -> None:
        """Connect the agent of ECS Exec in a container, in which sessions run from now on.

        Args:
            task: ARN of the task.
            container: Name of the container.
            terminal: The words before a command that runs on a terminal, for instance ``docker exec --tty ...``; none
                for a process of this machine.
            ports: The port of 127.0.0.1 at which each port of the container can be reached.
            credentials: Credentials of the task role, as :meth:`assume` returns them; None for the administrator's.

        Raises:
            EmulatorError: There is no such container, the agent cannot write its files, or its role lacks a permission.
            ValueError: The emulator was started with ``validate=False``.
        """
        if self._quotas is None:
            raise ValueError("connect_agent: needs the validation of requests. Fix: remove validate=False")
        given = {"task": task, "container": container, "terminal": terminal, "ports": ports or {}}
        post(f"{self.url}{AGENTS_PATH}", {**given, "credentials": credentials or {}})

    @property
    def validation(self) -> ValidationReport:
        """The validation since the start: the number of requests, and the errors that AWS would have returned."""
        if self._quotas is None:
            return ValidationReport()
        return ValidationReport(**get(f"{self.url}{REPORT_PATH}"))

    @property
    def decisions(self) -> DecisionReport:
        """The IAM decisions since the start; none when ``iam`` is off."""
        if self._iam == "off":
            return DecisionReport()
        return DecisionReport.read(get(f"{self.url}{DECISIONS_PATH}"))

    def reset(self) -> None:
        """Delete every resource, so that another test can use the same process."""
        post(f"{self.url}{RESET_PATH}")

    def _settings(self, without_patches: Sequence[str]) -> dict[str, str]:
        quotas = {} if self._quotas is None else {QUOTAS: json.dumps(self._quotas)}
        decisions = {} if self._iam == "off" else {IAM: self._iam}
        patches = {WITHOUT_PATCHES: ",".join(without_patches)}
        return {"MOTO_ACCOUNT_ID": self.account_id, "MOTO_ACM_VALIDATION_WAIT": "1", **quotas, **decisions, **patches}
