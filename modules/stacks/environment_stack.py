"""What the two stacks of an environment share: the environment, its names, what all its roles have."""

from __future__ import annotations

from constructs import Construct

from environments.model import Environment
from modules.core.grants import RoleSettings
from modules.core.naming import Names
from modules.core.stack import Stack


class EnvironmentStack(Stack):
    """The part of an environment with the life-time ``life_time``: ``foundation`` or ``airflow``."""

    def __init__(
        self, scope: Construct, environment: Environment, *, life_time: str, names: Names, roles: RoleSettings
    ) -> None:
        super().__init__(
            scope,
            names.stack(life_time),
            account_id=environment.account_id,
            region=environment.region,
            tags=names.tags,
            state=environment.state,
        )
        self._environment, self._names, self._roles = environment, names, roles
