"""Logins to the broker as IAM users in place of the AUTH token."""

from __future__ import annotations

import json
from typing import Any

import pytest
from terraform_harness.assertions.template import Match

from environments.facts.broker_users import COMMANDS
from tests.reading import AIRFLOW_TASK_ROLE, fargate_tasks, grants, role_of
from tests.synthesis import Deployment, deployed
from tests.unit.environments.cases import TWO_TEAMS
from tests.unit.modules.variants import LARGE

pytestmark = pytest.mark.feature("T9", "D3")
USER, GROUP, BROKER = "aws_elasticache_user", "aws_elasticache_user_group", "aws_elasticache_replication_group"
IAM: dict[str, Any] = {**LARGE, "broker": {"authentication": "iam"}}
CLIENTS = {
    "scheduler": "airflow",
    "worker-default": "team-dags",
    "worker-sales": "team-sales",
    "worker-ops": "team-ops",
}
"""The user of each client, without the name of the environment."""


@pytest.fixture(scope="module")
def teams() -> Deployment:
    return deployed(**TWO_TEAMS)


def test_new_broker_has_the_user_group_from_its_creation(teams: Deployment) -> None:
    broker = teams.only(BROKER, transit_encryption_enabled=True, auth_token=Match.absent())
    assert broker.get("lifecycle", "ignore_changes") == ["auth_token", "auth_token_update_strategy", "user_group_ids"]
    (reference,) = broker.body["user_group_ids"]
    group = teams.resolve(reference)
    assert (group.body["user_group_id"], group.body["engine"]) == ("airflow-dev", "redis")
    assert sorted(teams.resolve(user).body["user_id"] for user in group.body["user_ids"]) == sorted(
        user.body["user_id"] for user in teams.of(USER)
    )


def test_default_user_is_off_and_all_others_log_in_with_tokens(teams: Deployment) -> None:
    teams.only(USER, user_name="default", user_id="airflow-dev-default", access_string="off -@all")
    for user in teams.of(USER):
        if user.body["user_name"] != "default":
            assert user.body["user_name"] == user.body["user_id"]
            assert user.body["authentication_mode"] == {"type": "iam"}
        assert not user.body.keys() & {"passwords"}


def test_team_can_use_only_the_keys_of_its_queues(teams: Deployment) -> None:
    user = teams.only(USER, user_id="airflow-dev-team-ops")
    keys, _, commands = user.body["access_string"].partition(" resetchannels ")
    assert set(keys.split()) == {
        "on",
        *("~ops", "~_kombu.binding.ops", "~_kombu.binding_permanent.ops"),
        *("~ops.slow", "~_kombu.binding.ops.slow", "~_kombu.binding_permanent.ops.slow"),
        *("~unacked:ops", "~unacked_index:ops", "~unacked_mutex:ops"),
    }
    assert commands.split() == ["-@all", *(f"+{command}" for command in COMMANDS)]
    for forbidden in ("keys", "scan", "config", "flushall", "publish", "subscribe", "client", "acl", "script"):
        assert forbidden not in COMMANDS


def test_worker_groups_of_no_team_reach_their_own_queues_only(teams: Deployment) -> None:
    user = teams.only(USER, user_id="airflow-dev-team-dags")
    keys = {word for word in user.body["access_string"].split() if word.startswith("~") and ":" not in word}
    assert keys == {"~default", "~_kombu.binding.default", "~_kombu.binding_permanent.default"}


def test_each_task_role_may_log_in_to_this_broker_as_its_user_only(teams: Deployment) -> None:
    base = "arn:aws:elasticache:eu-central-1:111111111111"
    for process, task in fargate_tasks(teams).items():
        role = role_of(teams, task, AIRFLOW_TASK_ROLE)
        allowed = {
            arn for grant in grants(teams, role) if "elasticache:Connect" in grant.actions for arn in grant.resources
        }
        user = CLIENTS.get(process)
        wanted = {f"{base}:replicationgroup:airflow-dev", f"{base}:user:airflow-dev-{user}"} if user else set()
        assert allowed == wanted, process
        environment = task.main.environment
        assert environment.get("AIRFLOW_BROKER_USER") == (f"airflow-dev-{user}" if user else None)
        assert environment.get("AIRFLOW_BROKER_TEAM") == ((user or "").partition("team-")[2] or None)


def test_no_secret_of_the_broker_exists(teams: Deployment) -> None:
    assert "broker-auth-token" not in json.dumps(teams.stacks)
    assert not [name for name, task in fargate_tasks(teams).items() if "AIRFLOW_BROKER_PASSWORD" in task.main.secrets]


def test_environment_without_teams_has_one_user_for_all_clients() -> None:
    deployment = deployed(**IAM)
    assert {user.body["user_id"] for user in deployment.of(USER)} == {"airflow-dev-airflow", "airflow-dev-default"}
    users = {
        task.main.environment["AIRFLOW_BROKER_USER"]
        for task in fargate_tasks(deployment).values()
        if "AIRFLOW_BROKER_HOST" in task.main.environment
    }
    assert users == {"airflow-dev-airflow"}


def test_environment_with_the_token_has_no_users_and_no_permission_to_log_in() -> None:
    deployment = deployed(**LARGE)
    assert not deployment.of(USER)
    assert not deployment.of(GROUP)
    deployment.only(BROKER, user_group_ids=Match.absent())
    stacks = {name: stack for name, stack in deployment.stacks.items() if not name.startswith("bootstrap")}
    assert "elasticache:Connect" not in json.dumps(stacks)
