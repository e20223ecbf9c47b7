"""What a server publishes over HTTP: its metadata, and the tasks as SOAP 1.2 in text.

    service.py    `PublishingService`, which is started beside a `ManagementServer`
    published.py  what it sees of a server
    metadata.py   the answers to ``?wsdl``, ``?singleWsdl`` and ``?xsd=...``
    messages.py   the answers to messages

docs/metadata.md is the manual. Knows no net.tcp.
"""

from ipam_progress.publishing.published import PublishedServer
from ipam_progress.publishing.service import PublishingService

__all__ = ["PublishedServer", "PublishingService"]
