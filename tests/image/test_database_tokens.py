"""The image logs in to a database that checks IAM tokens as RDS does, with a fresh token for each connection."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from local.containers import backing_services, engine
from tests.image.database_token_scripts import SCRIPT, WORKER_SCRIPT
from tests.image.entrypoint import as_component
from tests.image.fake_rds_tokens import ROLE, FakeRdsTokens
from tests.image.rds_database import REGION, rds_database
from tests.image.services import Services

NAME, USER = "tokens.example", "token_user"
PASSWORD = "password of the token user"
KEYS = {"AKIAEXAMPLE": "secret key of the task role", "AKIAOTHER": "secret key of another role"}


@dataclass(frozen=True, kw_only=True)
class Runs:
    """What the image did.

    Args:
        rds: the database that checks tokens.
        before: a component before the first migration.
        migration: the migration, which grants the role.
        components: the script, after the migration.
        worker: a connection to the result backend, as a worker opens it.
        back: the command that returns to the password.
        with_password: the script's connection with the password, after that.
    """

    rds: FakeRdsTokens
    before: subprocess.CompletedProcess[str]
    migration: subprocess.CompletedProcess[str]
    components: subprocess.CompletedProcess[str]
    worker: subprocess.CompletedProcess[str]
    back: subprocess.CompletedProcess[str]
    with_password: subprocess.CompletedProcess[str]

    @property
    def found(self) -> dict[str, Any]:
        assert self.components.returncode == 0, self.components.stderr[-3000:]
        (line,) = (line for line in self.components.stdout.splitlines() if line.startswith('{"first token"'))
        return dict(json.loads(line))


@pytest.fixture(scope="module")
def rds(migrated: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeRdsTokens]:
    """A copy of the migrated database whose user has no role ``rds_iam`` yet, as after the first apply."""
    with rds_database(
        migrated,
        tmp_path_factory.mktemp("clock"),
        name=NAME,
        owner=USER,
        password=PASSWORD,
        secret_keys=KEYS,
        users={"AKIAEXAMPLE": frozenset({USER})},
    ) as fake:
        reader = f"create role airflow_reader login password '{PASSWORD}' in role {ROLE}"
        backing_services.query(migrated.database, reader)
        yield fake


@pytest.fixture(scope="module")
def runs(migrated: Services, rds: FakeRdsTokens) -> Runs:
    key = "AKIAEXAMPLE"
    environ: dict[str, str | None] = {
        "AIRFLOW_DB_AUTHENTICATION": "iam",
        "AIRFLOW_DB_HOST": NAME,
        "AIRFLOW_DB_PORT": str(rds.port),
        "AIRFLOW_DB_NAME": USER,
        "AIRFLOW_DB_USER": USER,
        "AIRFLOW_DB_PASSWORD": None,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": KEYS[key],
        "OTHER_SECRET_KEY": KEYS["AKIAOTHER"],
        "TRIED_PASSWORD": PASSWORD,
    }

    def run(component: str, **more: str | None) -> subprocess.CompletedProcess[str]:
        return engine.run(
            migrated.launch(component, environ={**environ, **more}, options=rds.options, name=f"tokens-{component}")
        )

    def script(component: str, text: str) -> subprocess.CompletedProcess[str]:
        options = (*rds.options, "--volume", f"{rds.clock.parent}:/clock", "--entrypoint", "python")
        launch = migrated.launch(component, environ=environ, options=options, name="tokens-script")
        return engine.run(replace(launch, command=("-c", as_component(component), text)))

    before = run("metrics", AIRFLOW_WAIT_SECONDS="1")
    migration = run("migrate", AIRFLOW_DB_PASSWORD=PASSWORD)
    components = script("scheduler", SCRIPT)
    rds.clock.write_text("0")
    worker = script("worker", WORKER_SCRIPT)
    back = run("password-login")
    password = {"AIRFLOW_DB_AUTHENTICATION": None, "AIRFLOW_DB_PASSWORD": PASSWORD}
    with_password = run("password-login", **password)
    return Runs(
        rds=rds,
        before=before,
        migration=migration,
        components=components,
        worker=worker,
        back=back,
        with_password=with_password,
    )


@pytest.mark.feature("D8")
def test_migration_lets_the_database_accept_tokens(runs: Runs) -> None:
    assert runs.before.returncode == 3
    assert "password authentication failed" in runs.before.stderr
    assert "Fix: check the address, the security groups and rds-db:connect of the task role" in runs.before.stderr
    assert runs.migration.returncode == 0, runs.migration.stdout[-2000:] + runs.migration.stderr[-2000:]
    assert f"{ROLE} was granted to {USER}" in runs.migration.stdout
    assert json.loads(runs.migration.stdout.splitlines()[-1])["event"] == "migrated"


@pytest.mark.feature("D8")
@pytest.mark.parametrize("engine_name", ["synchronous", "asynchronous", "celery"])
def test_every_engine_of_airflow_logs_in_with_a_token(runs: Runs, engine_name: str) -> None:
    assert runs.found[engine_name] == USER


@pytest.mark.feature("D8", "S3")
def test_worker_stores_results_with_a_token(runs: Runs) -> None:
    assert f"worker: {USER}" in runs.worker.stdout, runs.worker.stderr[-3000:]


@pytest.mark.feature("D8")
def test_pool_outlives_the_token(runs: Runs) -> None:
    found = runs.found
    assert found["first token"] == "accepted"
    assert "PAM authentication failed" in found["first token after 16 minutes"]
    assert found["open connection after 16 minutes"] == USER
    assert found["pool after 16 minutes"] == USER
    assert found["reconnected pool"] == USER
    assert any(reason.startswith("expired") for reason in runs.rds.rejected)


@pytest.mark.feature("D8")
def test_token_is_for_one_user_and_one_role(runs: Runs) -> None:
    for name in ("another user", "role without permission", "password"):
        assert "PAM authentication failed" in runs.found[name], name
    assert f"token for user {USER}, not for airflow_reader" in runs.rds.rejected
    assert f"AKIAOTHER lacks rds-db:connect on {USER}" in runs.rds.rejected


@pytest.mark.feature("D8", "C1")
def test_health_check_logs_in_with_a_token(runs: Runs) -> None:
    assert runs.found["health check"] == "triggerer: no running job of this host in the database"


@pytest.mark.feature("D8")
def test_way_back_to_the_password(runs: Runs) -> None:
    assert runs.back.returncode == 0, runs.back.stderr
    assert f"{USER} logs in with the password from now on" in runs.back.stdout
    assert runs.with_password.returncode == 0, runs.with_password.stderr
