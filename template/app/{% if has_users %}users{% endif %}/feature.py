"""Users: who they are, and what administrators do with them.

How users prove who they are belongs to the feature that signs them in. It recognises
them as a `UserPrincipal`, with the scopes that their role reaches.
"""

from app.core.access import Reach, Scope
from app.core.feature import Feature, RouterMount
from app.users.router import router

feature = Feature(
    name="users",
    routers=(RouterMount(router),),
    scopes=(
        Scope("profile:read", "Read your own profile.", Reach.OWN),
        Scope("profile:write", "Change your own profile, delete your account.", Reach.OWN),
        Scope("users:read", "List and read users.", Reach.EVERYONE),
        Scope("users:write", "Create, change and delete users.", Reach.SERVICE),
    ),
)
