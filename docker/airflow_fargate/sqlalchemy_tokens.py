"""Gives every SQLAlchemy connection to the metadata database a fresh token.

The import registers the listener for all engines of the process: Airflow's synchronous and asynchronous engine, that
of the FAB auth manager, and Celery's result backend. Airflow imports this module for its option
``[database] sql_alchemy_connect_args``, the worker for its Celery configuration.
"""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from airflow_fargate.backing_services import Database

CONNECT_ARGS: dict[str, Any] = {}
DATABASE = Database.of(os.environ)


def add_token(_dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
    """Set the password of a new connection to the metadata database; other databases keep theirs."""
    target = (parameters.get("host"), int(parameters.get("port") or 5432), parameters.get("user"))
    if target == (DATABASE.host, DATABASE.port, DATABASE.user):
        parameters["password"] = DATABASE.current_password()


event.listen(Engine, "do_connect", add_token)
