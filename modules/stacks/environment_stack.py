"""The base class of the two stacks of an environment."""

from __future__ import annotations

from constructs import Construct

from environments.facts.naming import Names
from environments.model import Environment
from modules.core.grants import RoleSettings
from modules.core.stack import Stack


class EnvironmentStack(Stack):
    """A stack of an environment.

    Args:
        scope: the cdktf app.
        environment: the environment.
        layer: ``foundation`` or ``airflow``.
        names: names of the environment.
        roles: settings of all IAM roles.
    """

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
