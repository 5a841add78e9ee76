"""The entrypoint builds Airflow's options from the variables of the container contract."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from airflow_fargate import configuration, git_connection
from airflow_fargate.components import COMPONENTS, PARAMETERS, find
from airflow_fargate.startup_error import StartupError
from hypothesis import given
from hypothesis import strategies as st

from local.repository import ROOT

FERNET = base64.urlsafe_b64encode(bytes(32)).decode()
ENVIRON = {
    "AIRFLOW_DB_HOST": "database.example",
    "AIRFLOW_BROKER_HOST": "broker.example",
    "AIRFLOW_CA_FILE": os.devnull,
    "AIRFLOW_DB_PASSWORD": "database password",
    "AIRFLOW_BROKER_PASSWORD": "broker password",
    "AIRFLOW__CORE__FERNET_KEY": FERNET,
    "AIRFLOW__API_AUTH__JWT_SECRET": "jwt",
    "AIRFLOW__API__SECRET_KEY": "api",
    "AIRFLOW_ADMIN_PASSWORD": "admin",
}


@pytest.fixture(autouse=True)
def environ(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    ENVIRON["AIRFLOW_CA_FILE"] = str(tmp_path / "ca.pem")


@pytest.mark.feature("S4")
@given(password=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17F), min_size=1).filter(str.strip))
def test_every_password_is_encoded_in_both_urls(password: str) -> None:
    secrets = {"AIRFLOW_DB_PASSWORD": password, "AIRFLOW_BROKER_PASSWORD": password}
    options = configuration.assemble(find("scheduler"), {**ENVIRON, **secrets})
    for name in ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CELERY__BROKER_URL"):
        url = urlsplit(options[name])
        assert unquote(url.password or "") == password
        assert "$" not in options[name]
        assert url.hostname in {"database.example", "broker.example"}


def test_database_and_broker_urls_verify_tls() -> None:
    options = configuration.assemble(find("scheduler"), ENVIRON)
    broker = urlsplit(options["AIRFLOW__CELERY__BROKER_URL"])
    assert broker.scheme == "rediss"
    assert parse_qs(broker.query)["ssl_cert_reqs"] == ["required"]
    assert options["PGSSLMODE"] == "verify-full"
    assert "sslmode=verify-full" in options["AIRFLOW__CELERY__RESULT_BACKEND"]
    # The asynchronous engine breaks on options in the URL.
    assert "?" not in options["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]


@pytest.mark.feature("S3")
def test_worker_has_no_metadata_database_and_no_tls_variables() -> None:
    options = configuration.assemble(find("worker"), ENVIRON)
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" not in options
    assert not [name for name in options if name.startswith("PGSSL")]
    assert options["AIRFLOW__CELERY__RESULT_BACKEND"].startswith("db+postgresql")


def test_variable_of_the_task_definition_overrides_a_default() -> None:
    options = configuration.assemble(find("scheduler"), {**ENVIRON, "AIRFLOW__CORE__LOAD_EXAMPLES": "True"})
    assert "AIRFLOW__CORE__LOAD_EXAMPLES" not in options


@pytest.mark.feature("T1")
def test_only_worker_requires_a_broker() -> None:
    environ = {k: v for k, v in ENVIRON.items() if "BROKER" not in k}
    assert "AIRFLOW__CELERY__BROKER_URL" not in configuration.assemble(find("scheduler"), environ)
    with pytest.raises(StartupError, match="AIRFLOW_BROKER_PASSWORD missing or empty"):
        configuration.assemble(find("worker"), environ)


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_every_missing_secret_is_named_with_its_parameter(name: str) -> None:
    component = find(name)
    for secret in component.needs(ENVIRON):
        with pytest.raises(StartupError) as error:
            configuration.assemble(component, {**ENVIRON, secret: "", "AIRFLOW_PARAMETER_PATH": "/airflow/dev"})
        assert secret in str(error.value)
        assert f"/airflow/dev/{PARAMETERS[secret]}" in str(error.value)


@pytest.mark.feature("S6")
def test_second_fernet_key_is_checked() -> None:
    key = "AIRFLOW__CORE__FERNET_KEY"
    configuration.assemble(find("scheduler"), {**ENVIRON, key: f"{FERNET},{FERNET}"})
    with pytest.raises(StartupError, match="key 2 is not 32 bytes"):
        configuration.assemble(find("scheduler"), {**ENVIRON, key: f"{FERNET},abc"})


@pytest.mark.feature("G2")
def test_git_bundle_connection_requires_pinned_host_keys(tmp_path: Path) -> None:
    environ = {"AIRFLOW_GIT_REPO": "git@git.example:a/b.git", "AIRFLOW_GIT_DEPLOY_KEY": "-----BEGIN\\nabc\\nEND"}
    with pytest.raises(StartupError, match="AIRFLOW_GIT_KNOWN_HOSTS is missing"):
        git_connection.connections(environ)
    known = tmp_path / "known_hosts"
    made = git_connection.connections(
        {**environ, "AIRFLOW_GIT_KNOWN_HOSTS": "git.example ssh-ed25519 AAAA"}, known_hosts=known
    )
    connection = json.loads(made["AIRFLOW_CONN_GIT_DAGS"])
    assert connection["host"] == "git@git.example:a/b.git"
    assert connection["extra"]["private_key"] == "-----BEGIN\nabc\nEND\n"
    assert connection["extra"]["strict_host_key_checking"] == "yes"
    assert known.read_text() == "git.example ssh-ed25519 AAAA\n"


@pytest.mark.feature("T9")
def test_each_team_has_the_connection_of_its_bundle(tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    environ = {
        "AIRFLOW_GIT_REPO": "https://git.example/dags.git",
        "AIRFLOW_GIT_REPO_DATA_SCIENCE": "git@git.example:science.git",
        "AIRFLOW_GIT_DEPLOY_KEY_DATA_SCIENCE": "-----BEGIN\\nabc\\nEND",
        "AIRFLOW_GIT_REPO_OPS": "git@git.example:ops.git",
        "AIRFLOW_CONN_GIT_DAGS_OPS": "kept",
        "AIRFLOW_GIT_KNOWN_HOSTS": "git.example ssh-ed25519 AAAA",
    }
    made = git_connection.connections(environ, known_hosts=known)
    assert made.keys() == {"AIRFLOW_CONN_GIT_DAGS", "AIRFLOW_CONN_GIT_DAGS_DATA_SCIENCE"}
    assert json.loads(made["AIRFLOW_CONN_GIT_DAGS"])["extra"] == {}
    science = json.loads(made["AIRFLOW_CONN_GIT_DAGS_DATA_SCIENCE"])
    assert science["host"] == "git@git.example:science.git"
    assert science["extra"]["private_key"] == "-----BEGIN\nabc\nEND\n"


def test_contract_documents_every_component_and_parameter() -> None:
    contract = (ROOT / "docs" / "container_contract.md").read_text()
    for word in (*COMPONENTS, *PARAMETERS.values()):
        assert f"`{word}" in contract, word
