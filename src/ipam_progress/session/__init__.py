"""The conversations of one session, sans-IO.

    server.py     the server's side: what a request does in which state ([MS-IPAMM2] 3.19.1.1)
    callbacks.py  the client's side: which callback may come when ([MS-IPAMM2] 3.21.1.1)
    outbox.py     callbacks that wait to go, in order and bounded
    outputs.py    what the machines ask of the transport: Protocols that `ipam_progress.net` fulfils
    faults.py     `IpamError`, the error that is made for the client

Import from the modules: this package imports none of them, so that `ipam_progress.progress` can
stand between them.
"""
