"""What git said, made one line."""

from __future__ import annotations

# git asks for a user name where a repository is not public; there is nobody to answer.
PRIVATE = "could not read Username"
PRIVATE_FIX = "Fix: a repository that is not public is followed by ssh (git@host:path) with a deploy key"


def reason(said: str) -> str:
    """The line that tells: git's first fatal one, with ssh's word before it; no banners and no advice."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    fatal = next((number for number, line in enumerate(lines) if line.startswith("fatal:")), len(lines) - 1)
    told = " / ".join(lines[max(0, fatal - 1) : fatal + 1])
    return f"{told}. {PRIVATE_FIX}" if PRIVATE in told else told
