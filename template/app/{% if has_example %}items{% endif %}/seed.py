"""Items to develop with."""

from datetime import timedelta

from app.core.registry import Registry
from app.database.base import now
from app.database.session import unit_of_work
from app.items.models import Item, ItemStatus
from app.items.repository import ItemRepository
from app.items.seed_owners import find_owners

STOCK = (
    ("Desk lamp", "Warm white, 8 W, with a clamp.", ItemStatus.ACTIVE, 12),
    ("Desk lamp, large", "Cold white, 14 W.", ItemStatus.ACTIVE, 3),
    ("Office chair", "Adjustable, grey.\nThe backrest tilts.", ItemStatus.ACTIVE, 8),
    ("Office chair, old model", None, ItemStatus.ARCHIVED, 0),
    ("Standing desk", "160 x 80 cm, electric.", ItemStatus.ACTIVE, 5),
    ("Monitor arm", "For screens up to 9 kg.", ItemStatus.ACTIVE, 17),
    ("Notebook, A5", "Dotted, 120 pages.", ItemStatus.ACTIVE, 240),
    ("Notebook, A4", "Lined, 80 pages.", ItemStatus.ACTIVE, 130),
    ("Ballpoint pens", "A box of 50, blue.", ItemStatus.ACTIVE, 36),
    ("Whiteboard", "120 x 90 cm, magnetic.", ItemStatus.ACTIVE, 2),
    ("Whiteboard markers", "A set of 4 colours.", ItemStatus.ACTIVE, 44),
    ("Label printer", None, ItemStatus.DRAFT, 0),
    ("Paper, A4", "500 sheets, recycled.", ItemStatus.ACTIVE, 310),
    ("Extension lead", "3 m, with 6 sockets.", ItemStatus.ACTIVE, 21),
    ("Headset", "With noise cancelling.", ItemStatus.ACTIVE, 9),
    ("Headset, wired", None, ItemStatus.ARCHIVED, 4),
    ("Webcam", "1080p, with a cover.", ItemStatus.ACTIVE, 15),
    ("Docking station", "Two screens, 90 W.", ItemStatus.ACTIVE, 11),
    ("Coffee beans", "1 kg, medium roast.", ItemStatus.ACTIVE, 60),
    ("Tea assortment", "Twelve kinds.", ItemStatus.ACTIVE, 25),
    ("Potted plant", "Needs little light.", ItemStatus.DRAFT, 6),
    ("First-aid kit", "Checked every year.", ItemStatus.ACTIVE, 4),
    ("Fire extinguisher", None, ItemStatus.ACTIVE, 7),
    ("Meeting table", "For ten people.", ItemStatus.DRAFT, 1),
)
HOURS_BETWEEN = 31
"""Between one item and the next, so that filters by date have something to do."""


async def seed(registry: Registry) -> str:
    """Give everybody some items, unless there are any."""
    async with unit_of_work(registry) as work:
        if await ItemRepository(work.session).count():
            return "Items: some are there."
        items = [
            Item(
                name=name,
                description=description,
                status=status,
                quantity=quantity,
                owner=owner,
                created_at=now() - timedelta(hours=age * HOURS_BETWEEN),
            )
            for owner in await find_owners(work.session)
            for age, (name, description, status, quantity) in enumerate(STOCK)
        ]
        work.session.add_all(items)
    return f"Items: added {len(items)}."
