"""The image's own code: entrypoint, configuration, health checks, task protection, one-off commands and sidecars."""
