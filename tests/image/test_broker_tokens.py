"""Celery's workers of two teams share a broker that checks IAM tokens, and one team reaches nothing of the other.

The access strings and the IAM permissions are those of the synthesized environment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from local.containers import authority, engine
from tests.image.broker_scripts import ATTEMPTS, SENDER, TASK
from tests.image.entrypoint import as_component
from tests.image.fake_elasticache import FakeElastiCache
from tests.image.fake_rds_tokens import TokenCheck
from tests.image.services import Services
from tests.reading import AIRFLOW_TASK_ROLE, fargate_tasks, grants, role_of
from tests.synthesis import deployed
from tests.unit.environments.cases import TWO_TEAMS

pytestmark = pytest.mark.feature("T9")
NAME, REGION, REDIS_PORT = "cache.example", "eu-central-1", 7000
ADMIN = "password of the test"
SECRET_KEYS = {f"AKIA{process}": f"secret key of {process}" for process in ("scheduler", "worker-sales", "worker-ops")}
LOGINS = ("airflow", "ops", "own token as ops", "default", "no login", "another cache", "expired")
NO_PERMISSION = re.compile(
    r"denied: (.*: )?(NOPERM |ACL failure in script: |this user has no permissions|No permissions)", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class Runs:
    """What the image did.

    Args:
        cache: the broker that checks tokens.
        logins: logins by user before the attempts.
        sent: what the sender found.
        attempts: what a worker of the team sales tried.
    """

    cache: FakeElastiCache
    logins: list[tuple[str, str]]
    sent: dict[str, Any]
    attempts: dict[str, str]


def allowed_users() -> dict[str, frozenset[str]]:
    """The users as which the task role of each process may log in, by access key id."""
    deployment = deployed(**TWO_TEAMS)
    found = {}
    for key in SECRET_KEYS:
        role = role_of(deployment, fargate_tasks(deployment)[key.removeprefix("AKIA")], AIRFLOW_TASK_ROLE)
        resources = {
            arn
            for grant in grants(deployment, role)
            if "elasticache:Connect" in grant.actions
            for arn in grant.resources
        }
        found[key] = frozenset(arn.rpartition(":user:")[2] for arn in resources if ":user:" in arn)
    return found


@pytest.fixture(scope="module")
def cache(migrated: Services) -> Iterator[FakeElastiCache]:
    users = {
        user.body["user_name"]: user.body["access_string"] for user in deployed(**TWO_TEAMS).of("aws_elasticache_user")
    }
    passwords = {name: f"password-of-{name}" for name in users if name != "default"}
    words = ["redis-server", "--port", str(REDIS_PORT), "--bind", "*", "--protected-mode", "no", "--daemonize", "yes"]
    for name, access in {**users, "admin": "on ~* &* +@all"}.items():
        password = [f">{passwords.get(name, ADMIN)}"] if name != "default" else []
        words += ["--user", name, *access.split(), *password]
    migrated.broker.exec(*words)
    with FakeElastiCache(
        name=NAME,
        host=migrated.gateway,
        redis=(migrated.broker.address, REDIS_PORT),
        certificate=authority.issue(migrated.setting.authority, name=NAME),
        check=TokenCheck(
            address="airflow-dev",
            region=REGION,
            secret_keys=SECRET_KEYS,
            users=allowed_users(),
            service="elasticache",
            parameter="User",
            action="elasticache:Connect",
        ),
        passwords=passwords,
    ) as fake:
        yield fake
    migrated.broker.exec(
        "redis-cli", "-p", str(REDIS_PORT), "--user", "admin", "--pass", ADMIN, "shutdown", check=False
    )


@pytest.fixture(scope="module")
def runs(migrated: Services, cache: FakeElastiCache, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("config")
    folder.chmod(0o755)
    (folder / "reversed_task.py").write_text(TASK)

    def environ(process: str, **more: str) -> dict[str, str | None]:
        given = fargate_tasks(deployed(**TWO_TEAMS))[process].main.environment
        return {
            **{name: value for name, value in given.items() if name.startswith("AIRFLOW_BROKER_")},
            "AIRFLOW_BROKER_HOST": NAME,
            "AIRFLOW_BROKER_PORT": str(cache.port),
            "AIRFLOW_BROKER_PASSWORD": None,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": f"AKIA{process}",
            "AWS_SECRET_ACCESS_KEY": SECRET_KEYS[f"AKIA{process}"],
            **more,
        }

    worker = migrated.start(
        "worker",
        environ=environ(
            "worker-sales",
            AIRFLOW_WORKER_QUEUES="sales",
            AIRFLOW__CELERY__EXTRA_CELERY_CONFIG='{"imports": ["reversed_task"]}',
            PYTHONPATH="/opt/airflow-fargate:/test",
        ),
        options=(*cache.options, "--volume", f"{folder}:/test:ro"),
        name="worker-sales",
    )

    def script(component: str, process: str, text: str, *arguments: str) -> dict[str, Any]:
        options = (*cache.options, "--entrypoint", "python")
        launch = migrated.launch(component, environ=environ(process), options=options, name=f"tokens-{process}")
        call = as_component(component)
        done = engine.run(replace(launch, command=("-c", call, text, *arguments)))
        assert done.returncode == 0, f"{done.stdout[-1500:]}{done.stderr[-3000:]}{worker.logs()[-4000:]}"
        return dict(json.loads(done.stdout.splitlines()[-1]))

    sent = script("scheduler", "scheduler", SENDER, migrated.broker.address, str(REDIS_PORT), ADMIN)
    logins = list(cache.logins)
    worker.kill()
    return Runs(cache=cache, logins=logins, sent=sent, attempts=script("worker", "worker-sales", ATTEMPTS))


def test_worker_of_a_team_finishes_its_messages_and_logs_in_again_after_its_connections_ended(runs: Runs) -> None:
    assert (runs.sent["first"], runs.sent["second"]) == ("cba", "fed")
    assert runs.sent["killed"] > 0
    tokens = [token for user, token in runs.logins if user == "airflow-dev-team-sales"]
    assert len(tokens) > runs.sent["killed"]
    assert {user for user, _ in runs.logins} == {"airflow-dev-airflow", "airflow-dev-team-sales"}


def test_broker_has_no_keys_that_teams_share(runs: Runs) -> None:
    assert runs.sent["keys"] == ["_kombu.binding.sales", "_kombu.binding_permanent.sales"]


def test_worker_reaches_its_own_queue_and_nothing_of_another_team(runs: Runs) -> None:
    commands = {name: answer for name, answer in runs.attempts.items() if name not in LOGINS}
    assert commands.pop("own queue") == "0"
    allowed = {name: answer for name, answer in commands.items() if not NO_PERMISSION.match(answer)}
    assert not allowed
    assert len(commands) == 29


def test_worker_logs_in_as_no_other_user(runs: Runs) -> None:
    answers = {name: runs.attempts[name] for name in LOGINS}
    assert answers.pop("no login").startswith("denied: HELLO must be called with the client already authenticated")
    assert set(answers.values()) == {"denied: invalid username-password pair or user is disabled."}
    key = "AKIAworker-sales"
    *rejected, expired = dict.fromkeys(runs.cache.rejected)
    assert rejected == [
        f"{key} lacks elasticache:Connect on airflow-dev-airflow",
        f"{key} lacks elasticache:Connect on airflow-dev-team-ops",
        "token for user airflow-dev-team-sales, not for airflow-dev-team-ops",
        "token for airflow-prod, not for airflow-dev",
    ]
    assert expired.startswith("expired: ")
