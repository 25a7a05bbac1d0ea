"""The two ways to reach the database."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True, slots=True)
class Engines:
    """One engine whose connections open transactions, and one for queries on their own."""

    writing: AsyncEngine
    reading: AsyncEngine
