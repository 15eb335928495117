"""The HTTP API over the desk, and how a controller that runs is found."""
