"""An STS that names any account: the data sources of exported modules ask it during a plan without an AWS account."""

from __future__ import annotations

import re
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{0}:user/plan</Arn><UserId>plan</UserId><Account>{0}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""


class _Identity(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Answer ``GetCallerIdentity``; the access key is the number of the account."""
        found = re.search(r"Credential=(\d+)/", self.headers.get("Authorization", ""))
        body = IDENTITY.format(found[1] if found else "").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing."""


@cache
def endpoint() -> str:
    """The address of the server, which runs until the end of this process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Identity)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
