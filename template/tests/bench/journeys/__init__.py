"""What people do here, one after the other and with pauses: for Locust.

    uvx locust --locustfile tests/bench/journeys --host http://127.0.0.1:8000

Each file has people of one kind.
"""
