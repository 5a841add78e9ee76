"""What the two stacks of an environment share: the environment, its names, what all its roles have."""

from __future__ import annotations

from constructs import Construct

from environments.facts.naming import Names
from environments.model import Environment
from modules.core.grants import RoleSettings
from modules.core.stack import Stack


class EnvironmentStack(Stack):
    """The part of an environment in ``layer``: ``foundation`` or ``airflow``."""

    def __init__(
        self, scope: Construct, environment: Environment, *, layer: str, names: Names, roles: RoleSettings
    ) -> None:
        super().__init__(
            scope,
            names.stack(layer),
            account_id=environment.account_id,
            region=environment.region,
            tags=names.tags,
            state=environment.state,
        )
        self._environment, self._names, self._roles = environment, names, roles
