"""What those who ask over HTTP see of a server."""

from typing import Protocol

from ipam_progress.events import EventHub
from ipam_progress.limits import Limits
from ipam_progress.service.application import IpamApplication
from ipam_progress.service.metadata import PublishedEndpoint
from ipam_progress.service.services import ServerTasks

__all__ = ["PublishedServer", "Publisher"]


class Publisher(Protocol):
    """Knows what a server publishes."""

    @property
    def applications(self) -> tuple[IpamApplication, ...]:
        """The services, one for each port type."""
        ...

    def endpoints(self, host: str) -> tuple[PublishedEndpoint, ...]:
        """Give the endpoints, for who has asked by this name or address of the server."""
        ...


class PublishedServer(Protocol):
    """A server as those who ask over HTTP see it; all of it in the reactor's thread."""

    @property
    def events(self) -> EventHub:
        """Is told what happens."""
        ...

    @property
    def limits(self) -> Limits:
        """How long a message may be."""
        ...

    @property
    def publisher(self) -> Publisher:
        """Knows what is published."""
        ...

    def tasks_for_everybody(self) -> ServerTasks:
        """Give the tasks as those may have them of whom nobody knows who they are.

        Raises:
            LocalProtocolError: If clients have to say who they are.
        """
        ...
