"""Twisted: where octets, documents, sessions and people meet. It parses nothing.

- channel.py: one connection, a transport and its end of the framing layer.
- server.py: the server; server_channel.py: its connections. admission.py counts them,
  descriptors.py sees what the system allows.
- conversation.py: one session of a service, envelopes to Spyne and answers to the wire;
  operation_conversation.py has its callbacks, request_conversation.py is for services that have
  none, task_conversation.py and history_conversation.py are these.
- runner.py: calls handlers; waiter.py is what they await.
- client.py: the client and its connections; task_requests.py and history_requests.py are what it
  can ask for.
- proxy.py: passes octets on between others, for those who want to see them.
"""
