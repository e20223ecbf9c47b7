"""Stream upgrades, sans-IO: what protects a session between the transport and the framing layer.

upgrade.py       the shape that both upgrades have
negotiate.py     [MS-NNS], over a mechanism: spnego.py around ntlm.py and kerberos.py
mechanism.py     what a mechanism is; pac.py reads the groups in a Kerberos ticket
accounts.py      the accounts that may log on with NTLM
tls.py           TLS over `ssl.MemoryBIO`; certificates.py has what it is proved with
"""
