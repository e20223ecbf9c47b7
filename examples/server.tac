"""The server of server.py as a Twisted application.

    twistd --nodaemon --pidfile= --python examples/server.tac

A server is a service like any other: several may be in one application, beside a web site or
whatever else Twisted has.
"""

import sys
from pathlib import Path

from twisted.application.service import Application

from ipam_progress import ManagementServer

sys.path.insert(0, str(Path(__file__).parent))  # for server.py; an installed module needs none
from server import registry

application = Application("ipam-progress")
ManagementServer(registry, listen=["tcp:9100:interface=127.0.0.1"]).setServiceParent(application)
