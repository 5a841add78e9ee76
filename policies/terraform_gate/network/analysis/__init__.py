"""Questions about a network that several rules ask."""
