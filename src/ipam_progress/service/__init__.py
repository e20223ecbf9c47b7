"""The two services, with Spyne at work: from the octets of an envelope to a session, and back.

    declarations.py  the operations: names, Actions, messages; paths.py where they are found
    services.py      the service classes; models.py derives what they publish
    application.py   a Spyne application for each service; protocol.py its protocol, and
                     text_protocol.py another one, for messages in text
    endpoint.py      the server's side: an envelope in, the envelope of the answer out
    callbacks.py     the callbacks, both sides
    client.py        the client's requests and their answers; incoming.py what it receives
    metadata/        what is published of it all: WSDL and schemas

_spyne.py is the only module that imports Spyne. Sockets and sessions meet these in
`ipam_progress.net`.
"""
