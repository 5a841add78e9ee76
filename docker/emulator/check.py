"""Exits with 0 where this container's emulator answers. Not in serve.py, whose import of moto takes a second."""

from __future__ import annotations

import os
import urllib.request

PORT = int(os.environ.get("EMULATOR_PORT") or 5000)

if __name__ == "__main__":
    # Raises an error, and Python exits with 1, for any answer but success.
    urllib.request.urlopen(f"http://127.0.0.1:{PORT}/moto-api/", timeout=3).close()
