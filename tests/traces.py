"""What a feature brings into a project, and what must be gone without it.

For each computed flag of copier.yml, patterns that occur in some file (its path or its
content) of a project with the flag, and in none of a project without it.
"""

MARKERS: dict[str, tuple[str, ...]] = {
    "has_database": (
        r"sqlalchemy",
        r"alembic",
        r"DATABASE_",
        r"app[./]database",
        r"\bmigrat(?:e|ion)s?\b",
        r"uuid.utils",
        r"\bdatabases?\b",
        r"downgrade",
    ),
    "has_sqlite": (r"aiosqlite", r"sqlite", r"\*\.db\b"),
    "has_postgresql": (r"asyncpg", r"postgres", r"pgbouncer"),
    "has_mysql": (r"asyncmy", r"mysql", r"mariadb"),
    "has_jwt": (
        r"pyjwt",
        r"\bjwt\b",
        r"pwdlib",
        r"argon2",
        r"AUTH_",
        r"app[./]auth\b",
        r"refresh token",
        r"python-multipart",
        r"password_hash",
        r"common_passwords",
        r"\badmin create\b",
    ),
    "has_users": (r"app[./]users\b", r"UserDeleted", r"email-validator", r"/users\b"),
    "has_open_access": (r"open.access", r"OpenAccess"),
    "has_example": (r"app[./]items\b", r"\bitems:write\b", r"ItemCreate", r"/items\b"),
    "has_api_keys": (
        r"app[./]api_keys",
        r"API_KEYS_",
        r"\bapi-keys\b",
        r"ApiKey",
        r"\bAPI keys?\b",
    ),
    "has_cache": (r"app[./]cache\b", r"\bcached\b", r"\bcaching\b", r"private, no-cache"),
    "has_memory_cache": (r"cashews", r"CACHE_MAX_ENTRIES"),
    "has_redis_cache": (r"mget_nonatomic", r"to_forget"),
    "uses_redis": (r"\bredis[:.>]", r"REDIS_", r"app[./]redis", r"\bRedis\b", r"hiredis"),
    "uses_server": (r"tests[./]core[./]proxy", r"class Proxy"),
    "has_rate_limit": (
        r"RATE_LIMIT_",
        r"app[./]rate_limit",
        r"RateLimit",
        r"\blimits>=",
        r"limit_fixtures",
    ),
    "has_memory_rate_limit": (r"each of the \{core.workers\} processes",),
    "has_redis_rate_limit": (r"RATE_LIMIT_WHEN_AWAY", r"moving-window", r"evalsha"),
    "has_http_client": (
        r"app[./]http_client",
        r"HTTP_CLIENT_",
        r"\bcircuit breakers?\b",
        r"RemoteApi",
    ),
    "has_idempotency": (
        r"app[./]idempotency",
        r"IDEMPOTENCY_",
        r"[Ii]dempotency-[Rr]eplayed",
        r"keyed_request",
    ),
    "has_audit_log": (
        r"app[./]audit\b",
        r"AUDIT_",
        r"\baudit[ _](?:log|entries)",
        r"\bauditing\b",
        r"append-only",
    ),
    "has_github": (r"\.github/workflows/", r"github-actions", r"propose_update", r"GH_TOKEN"),
}
