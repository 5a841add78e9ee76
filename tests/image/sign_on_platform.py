"""An api-server behind a proxy that ends TLS, an identity provider, and a browser: for the tests of sign-on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from playwright.sync_api import Browser, BrowserContext, Page, Response

from local.containers import authority, backing_services
from local.containers.engine import Container
from tests.browsers import chromium
from tests.image import identity_provider, tls_proxy
from tests.image.identity_provider import CLIENT_ID, IdentityProvider
from tests.image.services import PRISTINE, SECRETS, Services
from tests.image.tls_proxy import Admit, TlsProxy

TIMEOUT_MILLISECONDS = 60_000
SESSION_MINUTES = 60
ROLES = {"Admin": ["platform"], "Op": ["operators", "on-call"], "Viewer": ["everybody"]}
ADMIN = {"username": "admin", "password": SECRETS["AIRFLOW_ADMIN_PASSWORD"]}


@dataclass(kw_only=True)
class Platform:
    """An api-server behind TLS, its identity provider, and a browser that knows both host names."""

    services: Services
    server: Container
    proxy: TlsProxy
    issuer: IdentityProvider
    browser: Browser
    database: str
    start: Callable[[str], Container]

    @property
    def address(self) -> str:
        return self.proxy.address

    def context(self, **options: Any) -> BrowserContext:
        context = self.browser.new_context(ignore_https_errors=True, **options)
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        return context

    def page(self) -> Page:
        """A new browser profile, without scripts: the pages of sign-on need none."""
        return self.context(java_script_enabled=False).new_page()

    def sign_in(self, page: Page, subject: str) -> Response:
        """Sign in at the issuer; returns the answer at which the browser ends."""
        page.goto(f"{self.address}/auth/login/")
        assert page.url.startswith(f"{self.issuer.issuer}/oauth2/authorize"), page.url
        page.fill("input[name=sub]", subject)
        with page.expect_navigation() as ended:
            page.click("button:not([name])")
        return ended.value

    def open_start_page(self, subject: str) -> Page:
        """Open Airflow's address, sign in at the issuer where it leads, and wait until the user interface shows."""
        page = self.context().new_page()
        page.goto(f"{self.address}/")
        page.wait_for_url(f"{self.issuer.issuer}/**")
        page.fill("input[name=sub]", subject)
        page.click("button:not([name])")
        page.wait_for_url(f"{self.address}/**")
        page.wait_for_selector("#root *", state="attached")
        return page

    def query(self, statement: str) -> list[list[str]]:
        return backing_services.query(self.services.database, statement, name=self.database)

    def roles(self, subject: str) -> set[str]:
        """The roles of a person in Airflow."""
        rows = self.query(
            "select u.username, r.name from ab_user u join ab_user_role ur on ur.user_id = u.id"
            " join ab_role r on r.id = ur.role_id"
        )
        return {role for name, role in rows if name == f"oidc:{subject}"}

    def status(self, page: Page, path: str = "/api/v2/dags") -> int:
        """The status that the API answers to the cookies of ``page``."""
        return self.api("GET", path, cookies=self.cookies(page)).status_code

    def cookies(self, page: Page) -> dict[str, str]:
        """The cookies that the browser sends to Airflow."""
        return {cookie["name"]: cookie["value"] for cookie in page.context.cookies(self.address)}

    def api(self, method: str, path: str, **options: Any) -> requests.Response:
        """A request of a program, straight to the server behind the proxy."""
        host, port = self.proxy.target
        return requests.request(method, f"http://{host}:{port}{path}", timeout=60, **options)


@contextmanager
def serving(
    services: Services,
    program: str,
    *,
    name: str,
    environ: Callable[[IdentityProvider, TlsProxy], Mapping[str, str]],
    admit: Admit | None = None,
) -> Iterator[Platform]:
    """Start an api-server with its own database, and what people need to sign in.

    Args:
        services: network, and PostgreSQL with a migrated database.
        program: path of Chromium.
        name: name of the container and of the database.
        environ: variables of sign-on.
        admit: decides which requests the proxy forwards.
    """
    gateway, database = services.gateway, name.replace("-", "_")
    backing_services.query(services.database, f"create database {database} template {PRISTINE}", name="postgres")
    certificates = {
        host: authority.issue(services.setting.authority, name=host) for host in ("login.example", "airflow.example")
    }
    resolver = ",".join(f"MAP {host} {gateway}" for host in certificates)
    with (
        identity_provider.serving(
            name="login.example", host=gateway, certificate=certificates["login.example"]
        ) as issuer,
        tls_proxy.serving(
            name="airflow.example", host=gateway, certificate=certificates["airflow.example"], admit=admit
        ) as proxy,
        chromium(f"--host-resolver-rules={resolver}", program=program) as browser,
    ):

        def start(container: str) -> Container:
            return services.start(
                "api-server",
                environ={
                    "AIRFLOW_DB_NAME": database,
                    "AIRFLOW_BROKER_HOST": None,
                    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
                    "AIRFLOW__API__BASE_URL": proxy.address,
                    "AIRFLOW__FAB__ENABLE_PROXY_FIX": "True",
                    "AIRFLOW__API__WORKERS": "1",
                    "AIRFLOW__FAB__SESSION_MAX_LIFETIME_MINUTES": str(SESSION_MINUTES),
                    "AIRFLOW_OIDC_ISSUER": issuer.issuer,
                    "AIRFLOW_OIDC_CLIENT_ID": CLIENT_ID,
                    "AIRFLOW_OIDC_ROLES": json.dumps(ROLES),
                    "REQUESTS_CA_BUNDLE": "/ca.pem",
                    **given,
                },
                options=("--add-host", f"login.example:{gateway}"),
                name=container,
            )

        given = environ(issuer, proxy)
        server = start(name)
        server.wait_healthy(seconds=300)
        proxy.target = (server.address, 8080)
        yield Platform(
            services=services,
            server=server,
            proxy=proxy,
            issuer=issuer,
            browser=browser,
            database=database,
            start=start,
        )
        server.remove()
    assert proxy.problems == [], "behind the load balancer, every redirect and cookie is for https"
