"""What the tests of tokens share: the credentials of a task role, a clock that does not run, and a token's verdict."""

from __future__ import annotations

import datetime as clock
from datetime import UTC, datetime, timedelta

import pytest
from airflow_fargate import iam_token

from tests.image.fake_rds_tokens import TokenCheck, TokenRejected

KEY, SECRET, REGION = "AKIAEXAMPLE", "secret/with+signs", "eu-central-1"
SECRET_KEYS = {KEY: SECRET, "AKIAOTHER": "other"}


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """The credentials of a task role."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    iam_token._source.cache_clear()


def verdict(check: TokenCheck, text: str, *, user: str, after: timedelta = timedelta()) -> str:
    """``accepted``, or why ``check`` rejects the token ``text``, ``after`` from now."""
    try:
        check.check(text, user=user, now=datetime.now(UTC) + after)
    except TokenRejected as reason:
        return str(reason)
    return "accepted"


class Stopped:
    """The module ``datetime`` with a clock that does not run."""

    class datetime(clock.datetime):  # noqa: N801
        @classmethod
        def utcnow(cls) -> clock.datetime:
            return clock.datetime(2026, 11, 28, 3, 30)
