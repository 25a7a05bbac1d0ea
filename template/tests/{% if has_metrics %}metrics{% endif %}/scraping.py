"""Reading metrics like Prometheus."""

import asyncio
from collections.abc import Callable

from httpx2 import AsyncClient
from prometheus_client.parser import text_string_to_metric_families


class Scraped:
    """What was told at one moment."""

    def __init__(self, text: str) -> None:
        self._samples = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    def value(self, name: str, **labels: str) -> float | None:
        """Return the value of one series; None when there is none."""
        found = [one.value for one in self._samples if (one.name, one.labels) == (name, labels)]
        assert len(found) <= 1, found
        return found[0] if found else None

    def labels(self, name: str) -> list[dict[str, str]]:
        """Return the labels of each series of a metric."""
        return [dict(sample.labels) for sample in self._samples if sample.name == name]

    def names(self) -> set[str]:
        return {sample.name for sample in self._samples}


async def scrape(client: AsyncClient, url: str = "/metrics") -> Scraped:
    """Ask for the metrics."""
    answer = await client.get(url)
    assert answer.status_code == 200, answer.text
    return Scraped(answer.text)


async def eventually(
    client: AsyncClient, holds: Callable[[Scraped], bool], url: str = "/metrics"
) -> Scraped:
    """Ask again until something holds."""
    scraped = await scrape(client, url)
    try:
        async with asyncio.timeout(30):
            while not holds(scraped):
                await asyncio.sleep(0.05)
                scraped = await scrape(client, url)
    except TimeoutError:
        raise AssertionError(vars(scraped)) from None
    return scraped
