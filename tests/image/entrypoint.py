"""Runs scripts in the environment that the image's entrypoint prepares for a component."""

from __future__ import annotations


def as_component(component: str) -> str:
    """Return a program for ``python -c``: its first argument is the script, the others are the script's arguments."""
    become = "os.execvpe = lambda *words: become('python', ['python', '-c', script, *sys.argv[1:]], words[2])"
    return (
        "import os, sys; import airflow_fargate.__main__ as m; become = os.execvpe; script = sys.argv.pop(1); "
        f"{become}; m.main(['{component}'])"
    )
