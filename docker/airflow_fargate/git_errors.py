"""Reduces git's error output to one line."""

from __future__ import annotations

# git's message where a repository requires credentials and git cannot ask for a user name.
PRIVATE = "could not read Username"
PRIVATE_FIX = "Fix: use an ssh address (git@host:path) with a deploy key for a repository that is not public"


def reason(output: str) -> str:
    """The first line of ``output`` that starts with ``fatal:``, after the line before it, which is ssh's error."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    fatal = next((number for number, line in enumerate(lines) if line.startswith("fatal:")), len(lines) - 1)
    message = " / ".join(lines[max(0, fatal - 1) : fatal + 1])
    return f"{message}. {PRIVATE_FIX}" if PRIVATE in message else message
