"""A source to cache: prices, and how often somebody asked for one."""

import asyncio
from uuid import UUID, uuid4

from pydantic import BaseModel

from app.cache.decorator import cached
from app.core.registry import Registry

KEY = "price:{product_id}:{currency}"
TAG = "product:{product_id}"


class Price(BaseModel):
    """What something costs."""

    product_id: UUID
    amount: int
    history: list[int] = []


class Shop:
    """Knows prices. What `prices` does not name has none."""

    def __init__(self) -> None:
        self.prices: dict[UUID, int] = {}
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()
        self.error: Exception | None = None

    def add(self, amount: int) -> UUID:
        """Offer something for an amount."""
        product_id = uuid4()
        self.prices[product_id] = amount
        return product_id

    @cached(ttl=60, key=KEY, tags=(TAG,))
    async def find_price(
        self, registry: Registry, product_id: UUID, currency: str = "EUR"
    ) -> Price | None:
        """Return a price as it was when the question came, once the shop is open."""
        self.asked += 1
        amount = self.prices.get(product_id)
        await self.open.wait()
        if self.error:
            raise self.error
        return None if amount is None else Price(product_id=product_id, amount=amount)
