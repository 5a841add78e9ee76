"""Sign-on with an identity provider, as a backing service of the api-servers."""

from __future__ import annotations

import json
from dataclasses import dataclass

from environments.facts import sign_on as facts
from environments.facts.secrets import OIDC_CLIENT_SECRET_VARIABLE
from environments.sections.auth import Auth
from modules.core.container import Secret
from modules.core.task import Client
from modules.stacks.airflow_options import literal

SECONDS_A_MINUTE = 60


@dataclass(frozen=True)
class SignOn:
    """An OpenID Connect identity provider.

    Every component may connect to the internet on port 443 unless the network has no egress, which the rules of an
    environment reject together with an identity provider: there is no flow to add.

    Args:
        auth: the section ``auth`` of the environment.
        client_secret: reference to the client secret, a SecureString that an operator creates; absent where the
            load balancer has it.
        load_balancer_arn: the load balancer that signs who a person is, if it authenticates.
    """

    auth: Auth
    client_secret: Secret | None = None
    load_balancer_arn: str = ""

    def serve(self, client: Client) -> None:
        """Give ``client`` the settings of the identity provider, and the client secret or the load balancer's ARN."""
        client.add_environment(**{name: literal(text) for name, text in self._variables().items()})
        if self.load_balancer_arn:
            client.add_environment(**{facts.LOAD_BALANCER_ARN: self.load_balancer_arn})
        if self.client_secret:
            client.add_secret(OIDC_CLIENT_SECRET_VARIABLE, self.client_secret)

    def _variables(self) -> dict[str, str]:
        auth = self.auth
        roles = {role: sorted(groups) for role, groups in sorted(auth.roles.items())}
        return {
            facts.MODE: auth.mode,
            facts.ISSUER: auth.issuer or "",
            facts.CLIENT_ID: auth.client_id or "",
            facts.SCOPES: " ".join(("openid", *auth.scopes)),
            facts.USERNAME_CLAIM: auth.username_claim,
            facts.GROUPS_CLAIM: auth.groups_claim,
            facts.ROLES: json.dumps(roles),
            facts.DEFAULT_ROLE: auth.default_role or "",
            facts.SESSION_MINUTES: str(auth.session_minutes),
            facts.TOKEN_SECONDS: str(auth.session_minutes * SECONDS_A_MINUTE),
        }
