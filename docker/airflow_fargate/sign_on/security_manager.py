"""The users and roles of sign-on in Flask-AppBuilder."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride

from airflow_fargate.sign_on.identity import PREFIX, Identity, SignOnError
from airflow_fargate.sign_on.load_balancer_view import LoadBalancerSignOnView
from airflow_fargate.sign_on.views import SignOnView

log = logging.getLogger(__name__)


class SignOnSecurityManager(FabAirflowSecurityManagerOverride):  # type: ignore[misc]
    """FAB's security manager; the groups of the issuer decide about the roles at each sign-in."""

    authoauthview = SignOnView

    def sign_on(self, identity: Identity) -> Any:
        """Return the user of ``identity`` with exactly its roles; the user is created at the first sign-in.

        Raises:
            SignOnError: no group gives a role, or the user is deactivated in Airflow.
        """
        user = self.find_user(username=identity.username)
        if user is not None:
            user.roles = self._roles(identity)
            self.session.commit()
        if not identity.roles:
            raise SignOnError("None of your groups gives a role in Airflow. Ask the owner of this Airflow for access.")
        if user is None:
            user = self.add_user(
                username=identity.username,
                first_name=identity.first_name,
                last_name=identity.last_name,
                email=self._free_email(identity),
                role=self._roles(identity),
                password=secrets.token_urlsafe(32),
            )
        if not user.is_active:
            raise SignOnError("Your user is deactivated in Airflow.")
        self._rotate_session_id()
        self.update_user_auth_stat(user)
        return user

    def auth_user_db(self, username: str, password: str, rotate_session_id: bool = True) -> Any:
        """Check a password; users of the issuer have none."""
        user = super().auth_user_db(username, password, rotate_session_id=rotate_session_id)
        return None if user is not None and user.username.startswith(PREFIX) else user

    def _roles(self, identity: Identity) -> list[Any]:
        return [self.find_role(name) for name in identity.roles]

    def _free_email(self, identity: Identity) -> str:
        """The e-mail address, which is unique in Flask-AppBuilder; another one when a user has it already."""
        if identity.email and self.find_user(email=identity.email) is None:
            return identity.email
        return f"{secrets.token_hex(8)}@sign-on.invalid"


class LoadBalancerSecurityManager(SignOnSecurityManager):
    """The same users and roles, for people whom the load balancer authenticated."""

    authoauthview = LoadBalancerSignOnView
