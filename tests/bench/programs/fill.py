"""Adds users to a service: `python fill.py 9999`, with its Python and in its folder."""

import asyncio
import sys
from datetime import timedelta

from sqlalchemy import insert

from app.core.application import create_app
from app.database.base import now
from app.database.session import unit_of_work
from app.users.models import User
from app.wiring import FEATURES


async def fill(count: int) -> None:
    app = create_app(FEATURES)
    users = [
        {
            "email": f"user{number}@example.com",
            "username": f"user{number}",
            "full_name": f"User {number}",
            "created_at": now() - timedelta(minutes=number),
        }
        for number in range(1, count + 1)
    ]
    async with (
        app.router.lifespan_context(app),
        unit_of_work(app.state.registry) as work,
    ):
        await work.session.execute(insert(User), users)


if __name__ == "__main__":
    asyncio.run(fill(int(sys.argv[1])))
