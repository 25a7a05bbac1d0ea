"""Accounts to develop with."""

import secrets
from datetime import timedelta

from pydantic import SecretStr

from app.auth import accounts
from app.auth.schemas import AccountCreate
from app.core.registry import Registry
from app.database.base import now
from app.database.session import unit_of_work
from app.users.repository import UserRepository
from app.users.roles import Role

ADMIN = "Mara Lindqvist"
MODERATORS = ("Jonas Okafor", "Priya Raman")
USERS = (
    "Amelie Fontaine",
    "Bruno Carvalho",
    "Chidi Eze",
    "Daria Kowalska",
    "Elif Yildiz",
    "Finn Gallagher",
    "Greta Hoffmann",
    "Hiro Tanaka",
    "Iris Moreau",
    "Jamal Haddad",
    "Keira Sinclair",
    "Lars Nygaard",
    "Mei Chen",
    "Nadia Petrova",
    "Oscar Delgado",
    "Paula Rossi",
    "Quentin Dubois",
    "Rosa Jimenez",
    "Samir Patel",
    "Tove Andersen",
)
INACTIVE = {"Finn Gallagher", "Quentin Dubois"}
DAYS_BETWEEN = 11
"""Between one registration and the next, so that filters by date have something to do."""
LETTERS = "bcdfghjkmnpqrstvwxz"
"""Without vowels no word comes about, so that the rules for passwords let each one through."""


def new_password() -> SecretStr:
    """Return one that is easily typed and has nearly 68 bits."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    return SecretStr("-".join(groups))


async def seed(registry: Registry) -> str:
    """Add people of every role. They get one new password, which is told only here."""
    people = {
        ADMIN: Role.ADMIN,
        **dict.fromkeys(MODERATORS, Role.MODERATOR),
        **dict.fromkeys(USERS, Role.USER),
    }
    password = new_password()
    added = []
    async with unit_of_work(registry) as work:
        for age, (full_name, role) in enumerate(reversed(people.items())):
            username = full_name.lower().replace(" ", ".")
            if await UserRepository(work.session).find(username):
                continue
            data = AccountCreate(
                email=f"{username}@example.com",
                username=username,
                full_name=full_name,
                password=password,
                role=role,
                is_active=full_name not in INACTIVE,
            )
            user = await accounts.create(work, registry, data)
            user.created_at = now() - timedelta(days=age * DAYS_BETWEEN)
            added.append(username)
    if not added:
        return "Users: all of them are there."
    return (
        f"Users: added {len(added)}. Sign in as {added[-1]} (or any other) "
        f"with the password {password.get_secret_value()}"
    )
