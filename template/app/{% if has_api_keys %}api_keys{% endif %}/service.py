"""The rules of API keys: who may reach which, and what they can be given."""

from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from app.api_keys.events import ApiKeyCreated, ApiKeyRevoked, ApiKeyRotated
from app.api_keys.keys import Keys, NewKey
from app.api_keys.models import ApiKey
from app.api_keys.repository import ApiKeyRepository
from app.api_keys.schemas import ApiKeyCreate
from app.api_keys.settings import ApiKeySettings
from app.core.access import Access, Principal
from app.core.errors import Conflict, Forbidden, Unprocessable
from app.core.registry import Registry
from app.database.base import now
from app.database.repository import Condition
from app.database.session import UnitOfWork

MANAGE = "keys:manage"


def within_reach(caller: Principal) -> tuple[Condition, ...]:
    """Return the condition for the keys that a caller may see and revoke.

    These are their own; who holds `keys:manage` reaches those of everybody.
    """
    return () if caller.may(MANAGE) else own(caller)


def own(caller: Principal) -> tuple[Condition, ...]:
    """Return the condition for the keys that a caller may rotate: their own only.

    Who is given the new secret of a key can call for its owner.
    """
    return (ApiKey.owner == caller.subject,)


async def create(
    work: UnitOfWork, registry: Registry, data: ApiKeyCreate, owner: str, held: frozenset[str]
) -> tuple[ApiKey, NewKey]:
    """Make a key for an owner who holds these scopes.

    Raises:
        Unprocessable: There is no such scope, or it would expire too late or at once.
        Forbidden: It could do what its owner cannot.
    """
    _check_scopes(registry, data.scopes, held)
    key_id = uuid7()
    new = registry.get(Keys).make(key_id)
    key = ApiKey(
        id=key_id,
        owner=owner,
        name=data.name,
        begins_with=new.begins_with,
        secret_hash=new.secret_hash,
        scopes=sorted(data.scopes),
        networks=[str(network) for network in data.networks],
        expires_at=_expiry(registry, data.expires_at),
    )
    await ApiKeyRepository(work.session).add(key)
    await work.events.emit(ApiKeyCreated(key.id, key.owner, frozenset(key.scopes)))
    return key, new


async def rotate(
    work: UnitOfWork,
    registry: Registry,
    key_id: UUID,
    *where: Condition,
    overlap_hours: int | None = None,
) -> tuple[ApiKey, NewKey]:
    """Give a key a new secret; the one it had is good for a while longer.

    Only the last secret is: after another rotation, the one before that is good no longer.

    Raises:
        NotFound: There is none, or it fails a condition.
        Conflict: It has expired, so that no secret of it would be good.
    """
    key = await ApiKeyRepository(work.session).require(key_id, *where, lock=True)
    moment = now()
    if key.expires_at <= moment:
        raise Conflict("The key has expired. Create another one.", code="key_expired")
    if overlap_hours is None:
        overlap_hours = registry.get(ApiKeySettings).overlap_hours
    new = registry.get(Keys).make(key.id)
    key.previous_hash = key.secret_hash if overlap_hours else None
    key.previous_until = moment + timedelta(hours=overlap_hours) if overlap_hours else None
    key.secret_hash, key.begins_with = new.secret_hash, new.begins_with
    await work.session.flush()
    await work.events.emit(ApiKeyRotated(key.id, key.owner))
    return key, new


async def revoke(work: UnitOfWork, key_id: UUID, *where: Condition) -> None:
    """Revoke a key: no secret of it is good from now on.

    Raises:
        NotFound: There is none, or it fails a condition.
    """
    keys = ApiKeyRepository(work.session)
    key = await keys.require(key_id, *where, lock=True)
    await keys.delete(key)
    await work.events.emit(ApiKeyRevoked(key.id, key.owner))


def _check_scopes(registry: Registry, wanted: set[str], held: frozenset[str]) -> None:
    unknown = sorted(wanted - registry.get(Access).scopes.keys())
    if unknown:
        detail = f"There is no scope {', '.join(unknown)}."
        raise _refusal("scopes", detail, "unknown_scope")
    missing = sorted(wanted - held)
    if missing:
        raise Forbidden(f"The owner of the key does not hold {', '.join(missing)}.", scopes=missing)


def _expiry(registry: Registry, wanted: datetime | None) -> datetime:
    days = registry.get(ApiKeySettings).longest_days
    moment = now()
    latest = moment + timedelta(days=days)
    if wanted is None:
        return latest
    if wanted <= moment:
        raise _refusal("expires_at", "The key would have expired already.", "expires_early")
    if wanted > latest:
        raise _refusal("expires_at", f"A key is good for at most {days} days.", "expires_late")
    return wanted


def _refusal(field: str, detail: str, code: str) -> Unprocessable:
    error = {"field": f"body.{field}", "message": detail, "code": code}
    return Unprocessable(detail, code=code, errors=[error])
