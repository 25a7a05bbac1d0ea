from tests.bench.fixtures import Bench


async def test_health(bench: Bench) -> None:
    await bench.measure("health", "/health")


async def test_an_unknown_path(bench: Bench) -> None:
    await bench.measure("an unknown path", "/nowhere", status=404)
