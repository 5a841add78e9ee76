"""Fernet keys are rotated while all services run."""

from __future__ import annotations

import base64
import os

import pytest

from tests.live.conftest import PARAMETERS, Live
from tests.live.workload import wait_until_replaced


@pytest.mark.feature("S6")
def test_fernet_keys_rotate_without_losing_a_connection(live: Live) -> None:
    ssm, name = live.emulator.client("ssm"), f"{PARAMETERS}/fernet-key"
    old = live.ecs.runner.catalog.secret(name)
    new = base64.urlsafe_b64encode(os.urandom(32)).decode()
    body = {"connection_id": "kept", "conn_type": "http", "password": "before rotation"}
    live.airflow.call("POST", "connections", body)

    ssm.put_parameter(Name=name, Value=f"{new},{old}", Type="SecureString", Overwrite=True)
    (before,) = live.ecs.runner.running("scheduler")
    before.stop(reason="test: start with the new keys")
    wait_until_replaced(live, before)
    (scheduler,) = live.ecs.runner.running("scheduler")
    airflow = ("python", "-m", "airflow_fargate", "airflow")

    def readable(*keys: str) -> bool:
        prefix = ("env", f"AIRFLOW__CORE__FERNET_KEY={','.join(keys)}") if keys else ()
        words = (*prefix, *airflow, "connections", "get", "kept", "--output", "json")
        return "before rotation" in scheduler.main.exec(*words, check=False).stdout

    assert readable()
    assert readable(old)
    scheduler.main.exec(*airflow, "rotate-fernet-key")
    assert readable()
    assert readable(new)
    assert not readable(old)
    ssm.put_parameter(Name=name, Value=new, Type="SecureString", Overwrite=True)
