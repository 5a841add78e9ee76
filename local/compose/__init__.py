"""An environment on this machine: its task definitions as a Compose file, PostgreSQL, Redis and AWS beside them."""
