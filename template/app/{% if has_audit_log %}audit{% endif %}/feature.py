"""The audit log: who did what to what, when, from where, with which request.

It is written in the transaction that makes a change: by subscribers to domain events, in
the `auditing.py` of other folders, and wherever `record` is called.
"""

from app.audit.origin import ORDER, RequestAtHandMiddleware
from app.audit.router import router
from app.audit.settings import AuditSettings
from app.core.access import Reach, Scope
from app.core.feature import Feature, MiddlewareMount, RouterMount

feature = Feature(
    name="audit",
    settings=AuditSettings,
    routers=(RouterMount(router),),
    middleware=(MiddlewareMount(ORDER, lambda app, _: RequestAtHandMiddleware(app)),),
    scopes=(Scope("audit:read", "Read the audit log.", Reach.SERVICE),),
    commands=("app.audit.commands:commands",),
)
