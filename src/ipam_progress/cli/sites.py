"""Makes of a configuration the web sites beside a server: metrics and page, metadata and SOAP."""

from collections.abc import Iterator

from ipam_progress.configuration import Configuration
from ipam_progress.monitoring import MonitoringService
from ipam_progress.net.server import ManagementServer
from ipam_progress.publishing import PublishingService
from ipam_progress.web import WebService

__all__ = ["web_services"]


def web_services(configuration: Configuration, server: ManagementServer) -> Iterator[WebService]:
    """Give what is to be served beside a server; make it before the server starts."""
    monitoring, http = configuration.monitoring, configuration.http
    if monitoring is not None:
        yield MonitoringService(
            server,
            metrics=None if monitoring.metrics is None else str(monitoring.metrics),
            page=None if monitoring.page is None else str(monitoring.page),
            hosts=monitoring.hosts,
            allow_network=monitoring.allow_network,
        )
    if http is not None:
        yield PublishingService(
            server,
            str(http.endpoint),
            metadata=http.metadata,
            soap=http.soap,
            hosts=http.hosts,
            allow_network=http.allow_network,
        )
