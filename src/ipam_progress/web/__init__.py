"""Small web sites beside a server: who is answered, how they listen, and how they end.

    site.py     a site: Host header, methods, paths, lengths
    service.py  a Twisted service of sites, on loopback unless told otherwise

What is answered is their users' affair: `ipam_progress.monitoring` and `ipam_progress.publishing`.
"""

from ipam_progress.web.service import CONNECTIONS_AT_MOST, WebService
from ipam_progress.web.site import (
    Answer,
    Posts,
    WebSite,
    requested_host,
    root_url,
    sentence,
)

__all__ = [
    "CONNECTIONS_AT_MOST",
    "Answer",
    "Posts",
    "WebService",
    "WebSite",
    "requested_host",
    "root_url",
    "sentence",
]
