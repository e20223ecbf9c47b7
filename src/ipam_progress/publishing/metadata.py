"""The documents at an address: ``?wsdl`` and what it leads to, as WCF has them there.

Where a document is said to be goes by the name that was asked for, which the site has checked.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from twisted.web.http import NOT_FOUND, OK
from twisted.web.server import Request

from ipam_progress.publishing.published import Publisher
from ipam_progress.service.declarations import IPAM_SERVER
from ipam_progress.service.metadata import PublishedEndpoint, ServiceMetadata
from ipam_progress.web import requested_host, sentence

__all__ = ["MetadataAnswers"]

_KEPT: Final = 16
"""Names by which the documents have been asked for that are kept with them."""

_XML: Final = "text/xml; charset=utf-8"


class _Document(NamedTuple):
    """A document as it goes out, and the query that asks for it."""

    query: str
    content: bytes


class MetadataAnswers:
    """Answers GET at an address.

    Args:
        publisher: Knows what is published.
        path: The address's path.
        has_tasks: Whether IIpamServer is served there, as SOAP in text.
    """

    def __init__(self, publisher: Publisher, path: str, *, has_tasks: bool) -> None:
        self._publisher = publisher
        self._path = path
        self._has_tasks = has_tasks
        self._documents = lru_cache(_KEPT)(self._write)

    def __call__(self, request: Request) -> tuple[bytes, str] | None:
        """Answer a request: with the document that its query names, or with what there is."""
        host = request.getHeader("host") or ""
        here = f"http://{host}{self._path}"
        endpoints = self._publisher.endpoints(requested_host(host))
        if self._has_tasks:
            endpoints += (PublishedEndpoint(IPAM_SERVER, here),)
        documents = self._documents(here, endpoints)
        query = request.uri.partition(b"?")[2].decode("ascii", "replace")
        if (found := documents.get(query.lower())) is not None:
            return found.content, _XML
        there = "".join(f"{here}?{each.query}\n" for each in documents.values())
        return sentence(NOT_FOUND if query else OK, f"There is:\n{there}")(request)

    def _write(self, here: str, endpoints: tuple[PublishedEndpoint, ...]) -> dict[str, _Document]:
        """Write all documents, by their queries in lower case."""
        metadata = ServiceMetadata(self._publisher.applications, endpoints)

        def locate(name: str) -> str:
            return f"{here}?{_query(name)}"

        main, *others = metadata.documents(locate)
        documents = [
            _Document("wsdl", main.to_bytes()),
            _Document("singleWsdl", metadata.single().to_bytes()),
            *(_Document(_query(each.name), each.to_bytes()) for each in others),
        ]
        return {each.query.lower(): each for each in documents}


def _query(name: str) -> str:
    """Give the query for a document that another one leads to: ``xsd=System.xsd``."""
    return f"{name.rpartition('.')[2]}={name}"
