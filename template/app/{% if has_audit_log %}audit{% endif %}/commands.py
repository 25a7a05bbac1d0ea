"""Commands about the audit log: `python -m app audit`."""

from datetime import timedelta

import typer

from app.audit.models import AuditEntry
from app.audit.recording import record
from app.audit.settings import AuditSettings
from app.core.cli import run_started
from app.core.registry import Registry
from app.database.base import now
from app.database.pruning import delete_all_due
from app.database.session import unit_of_work

commands = typer.Typer(name="audit", help="Look after the audit log.", no_args_is_help=True)


@commands.callback()
def main() -> None:
    """Keep `prune` a command of its own while it is the only one."""


@commands.command()
def prune(context: typer.Context) -> None:
    """Delete entries older than AUDIT_RETENTION_DAYS. Run it once a day, from cron."""
    typer.echo(f"Deleted {run_started(context, _prune)} entries.")


async def _prune(registry: Registry) -> int:
    days = registry.get(AuditSettings).retention_days
    if not days:
        return 0
    moment = now() - timedelta(days=days)
    deleted = await delete_all_due(registry, AuditEntry.at, moment)
    if deleted:
        async with unit_of_work(registry) as work:
            details = {"deleted": deleted, "up_to": moment.isoformat()}
            await record(work.session, "audit.pruned", details=details)
    return deleted
