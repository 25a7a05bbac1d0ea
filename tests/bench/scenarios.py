"""What is asked of the programs, and how many ask at a time."""

from dataclasses import dataclass

CONNECTIONS = 32
SIGNING_IN = 8


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to use a program."""

    name: str
    """What it is called after ONLY."""
    title: str
    request: str
    """Which of the requests of a program is sent."""
    connections: int = CONNECTIONS
    meanwhile: int = 0
    """How many clients sign in at the same time."""


SCENARIOS = (
    Scenario("health", "Health", "health"),
    Scenario("me", "Current user with JWT", "me"),
    Scenario("list", "Admin list: 20 of 10,000 users, with the total", "list"),
    Scenario("not-found", "Unknown path: 404", "not-found"),
    Scenario("no-token", "No token: 401", "no-token"),
    # After the reads, in whose memory these must not show; before the crowds, which take more.
    Scenario("sign-in", "Sign-in, 8 connections", "sign-in", SIGNING_IN),
    Scenario("busy-health", "Health, 1 connection, while 4 clients sign in", "health", 1, 4),
    Scenario("me-128", "Current user, 128 connections", "me", 128),
    Scenario("me-1000", "Current user, 1,000 connections", "me", 1000),
)
