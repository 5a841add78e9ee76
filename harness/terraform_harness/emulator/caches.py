"""Caches what moto computes again for each request, although it never changes."""

from __future__ import annotations

from functools import cache
from typing import Any


def dispatcher() -> Any:
    """Return moto's application. It caches the service of each host, which moto finds by listing its folder."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    application = DomainDispatcherApplication(create_backend_app)
    application.get_backend_for_host = cache(application.get_backend_for_host)
    return application


def cache_method_names() -> None:
    """Let moto inspect the methods of each class once. Call this after every patch is applied."""
    from moto.core import responses

    for name in ("method_names_from_class", "camelcase_to_underscores"):
        setattr(responses, name, cache(getattr(responses, name)))
