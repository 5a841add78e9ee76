"""Airflow's auth manager for sign-on."""

from __future__ import annotations

from urllib.parse import urljoin

from airflow.api_fastapi.app import AUTH_MANAGER_FASTAPI_APP_PREFIX
from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager


class SignOnAuthManager(FabAuthManager):  # type: ignore[misc]
    """FAB's auth manager; log-out also ends the session in the database and at the issuer."""

    def get_url_logout(self) -> str:
        """The page that ends the sessions, after Airflow has revoked the token of the browser."""
        return urljoin(str(self.apiserver_endpoint), f"{AUTH_MANAGER_FASTAPI_APP_PREFIX}/sign-out/")
