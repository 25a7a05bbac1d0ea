"""What has to be known of a key to let a request with it in."""

from datetime import datetime
from ipaddress import ip_address, ip_network
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from starlette.requests import HTTPConnection

from app.api_keys.owners import find_scopes
from app.api_keys.repository import ApiKeyRepository
from app.core.access import Access
from app.core.registry import Registry
from app.database.session import Database


class KnownKey(BaseModel):
    """A key of an owner who may come in, with the scopes that both of them hold."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    id: UUID
    owner: str
    scopes: frozenset[str]
    networks: tuple[str, ...]
    secret_hash: str
    previous_hash: str | None
    previous_until: datetime | None
    expires_at: datetime

    def hashes_at(self, moment: datetime) -> tuple[str, ...]:
        """Return the hashes of the secrets that are good at a moment: two after a rotation."""
        if moment >= self.expires_at:
            return ()
        if self.previous_hash and self.previous_until and moment < self.previous_until:
            return self.secret_hash, self.previous_hash
        return (self.secret_hash,)

    def may_come_from(self, connection: HTTPConnection) -> bool:
        """Say whether a request comes from one of the networks that the key is for."""
        if not self.networks:
            return True
        try:
            address = ip_address(connection.client.host if connection.client else "")
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in ip_network(network) for network in self.networks)


async def read_key(registry: Registry, key_id: UUID) -> KnownKey | None:
    """Return a key as it is in the database, if there is one whose owner may come in."""
    async with registry.get(Database).read_session() as session:
        row = await ApiKeyRepository(session).get(key_id)
        held = await find_scopes(session, registry.get(Access), row.owner) if row else None
    if row is None or held is None:
        return None
    known = KnownKey.model_validate(row)
    return known.model_copy(update={"scopes": known.scopes & held})
