"""People who look whether the service is there."""

# Locust is not installed here: uvx brings it when it is used.
# mypy: ignore-errors

from locust import HttpUser, between, task


class Visitor(HttpUser):
    wait_time = between(1, 3)

    @task
    def look(self) -> None:
        self.client.get("/health")
