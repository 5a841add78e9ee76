"""Models of ECS containers and their secrets, shared by rules."""
