"""Answers of the API in the form of JSON:API."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify


def data(content: Any, status: int = 200, **other: Any) -> Response:
    """Return a JSON:API answer."""
    answer = jsonify({"data": content, **other})
    answer.status_code, answer.content_type = status, "application/vnd.api+json"
    return answer


def listing(items: list[dict[str, Any]]) -> Response:
    """Return a list that has one page."""
    page = {"current-page": 1, "page-size": 100, "prev-page": None, "next-page": None, "total-pages": 1}
    return data(items, meta={"pagination": page | {"total-count": len(items)}})


def error(status: int, detail: str) -> Response:
    """Return an error document."""
    answer = jsonify({"errors": [{"status": str(status), "title": detail, "detail": detail}]})
    answer.status_code, answer.content_type = status, "application/vnd.api+json"
    return answer
