"""Containers for tests and local runs: the engine, this project's images, and PostgreSQL and Redis with TLS."""
