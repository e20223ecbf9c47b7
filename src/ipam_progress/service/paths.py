"""Where the services are at a server: the paths of their addresses, if nobody chooses others.

Knows no services.
"""

__all__ = ["HISTORY_PATH", "METADATA_PATH", "OPERATION_PATH", "SERVER_PATH", "path_key"]

OPERATION_PATH = "/IpamOperationWithProgress"
"""Where IIpamOperationWithProgress is served."""

SERVER_PATH = "/IpamServer"
"""Where IIpamServer is served."""

HISTORY_PATH = "/IpamOperationHistory"
"""Where a server that keeps records tells how operations ended."""

METADATA_PATH = "/mex"
"""Where a server that publishes its metadata is asked for them."""


def path_key(path: str) -> str:
    """Give the form in which paths are compared."""
    return path.rstrip("/").lower()
