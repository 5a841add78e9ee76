"""The HTML of the pages of sign-on: no script, no style sheet and no picture of another server."""

HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title or "Sign in" }} - Airflow</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }
input, button { font: inherit; display: block; width: 100%; box-sizing: border-box; padding: .5rem }
input, button { margin: .25rem 0 1rem }
</style></head><body><main>
"""
TAIL = "</main></body></html>"
MESSAGE = (
    HEAD
    + """<h1>{{ title }}</h1>
<p role="status">{{ message }}</p>
<p><a href="{{ again }}">Sign in</a> &middot; <a href="{{ local }}">Local user</a></p>
"""
    + TAIL
)
LOCAL = (
    HEAD
    + """<h1>Local user</h1>
<p>For the user admin when the identity provider fails. Each use is logged.</p>
{% if problem %}<p role="alert">{{ problem }}</p>{% endif %}
<form method="post">
<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
<label>User name <input name="username" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button>Sign in</button>
</form>
"""
    + TAIL
)
