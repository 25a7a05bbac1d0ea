"""Items: an example of a whole domain folder, to read and to copy from."""

from datetime import date

from app.core.access import Reach, Scope
from app.core.feature import Deprecation, Feature, RouterMount
from app.items.router import list_router, router
from app.items.router_v2 import router as router_v2
from app.items.seed import seed

feature = Feature(
    name="items",
    routers=(
        RouterMount(
            list_router,
            deprecation=Deprecation(
                since=date(2026, 11, 1), sunset=date(2028, 11, 1), successor="/api/v2/items"
            ),
        ),
        RouterMount(router),
        RouterMount(router_v2, version="v2"),
    ),
    scopes=(
        Scope("items:read", "See your own items.", Reach.OWN),
        Scope("items:write", "Create, change and delete your own items.", Reach.OWN),
        Scope("items:manage", "Do with everybody's items what you may with yours.", Reach.EVERYONE),
    ),
    seed=seed,
)
