"""Audit lines in Twisted's log: who asked for what, from where, and what came of it and why."""

from typing import Final

from twisted.logger import Logger

from ipam_progress.authorization import AuditEntry

__all__ = ["log_decision"]

_log: Final = Logger(namespace="ipam_progress.audit")


def log_decision(entry: AuditEntry) -> None:
    """Write a decision to the log, as an `ipam_progress.authorization.Audit`.

    What was allowed is info, what was denied a warning. The event has the fields `identity`,
    `action`, `allowed` and `reason`.
    """
    write = _log.info if entry.decision.allowed else _log.warn
    write(
        "{entry}",
        entry=str(entry),
        identity=str(entry.identity),
        action=entry.action,
        allowed=entry.decision.allowed,
        reason=entry.decision.reason,
    )
