"""Real containers for tests and local runs: the engine, our images, and the backing services with TLS."""
