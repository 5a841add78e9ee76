"""An environment on this machine: its task definitions as Docker Compose, with PostgreSQL, Redis and AWS beside them."""
