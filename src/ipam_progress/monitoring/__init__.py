"""Eyes on a running server: Prometheus metrics and a live page, over HTTP.

A `MonitoringService` is started beside a `ManagementServer`; docs/monitoring.md is the manual. It
sees of a server what `ObservedServer` names, its events above all. Knows no wire and no store.
"""

from ipam_progress.monitoring.observed import ObservedServer
from ipam_progress.monitoring.service import MonitoringService

__all__ = ["MonitoringService", "ObservedServer"]
