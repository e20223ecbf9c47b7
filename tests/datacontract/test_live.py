"""Microsoft's own DataContractSerializer reads what we write, and we read what it makes of it."""

import json
import queue
import socket
import subprocess
import threading
from contextlib import contextmanager

import pytest
from lxml import etree

from ipam_progress.binaryxml import Encoder, UniqueId
from ipam_progress.binaryxml.records import encode_int31
from ipam_progress.binaryxml.tree import from_element
from ipam_progress.contracts.messages import InitializeOperationParameters
from ipam_progress.contracts.model import TypeName
from ipam_progress.contracts.registry import PARAMETER_TYPES, contract_for
from ipam_progress.datacontract import read_object, write_body
from ipam_progress.namespaces import IPAM
from ipam_progress.soap import begin_request, end_message

ACTION = "http://Microsoft.Windows.Ipam/IIpamOperationWithProgress/InitializeOperationParameters"
DECLARED = TypeName(IPAM, "IpamOperationWithProgressParameters")


@contextmanager
def running(probe):
    """Run the probe as a server; give its port and the events it prints."""
    process = subprocess.Popen(
        [probe, "net.tcp://127.0.0.1:0", "serve", "1", "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    events = queue.SimpleQueue()

    def listen():
        for line in process.stdout:
            events.put(json.loads(line))

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield events.get(timeout=60)["port"], events
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()


@pytest.mark.live
def test_the_serializer_of_dotnet_reads_every_parameter_object(runtime_probe, builder, same):
    sent = []
    with running(runtime_probe) as (port, events):
        via = f"net.tcp://127.0.0.1:{port}/IpamOperationWithProgress".encode()
        encoder = Encoder()
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(b"\0\1\0\1\2\2" + encode_int31(len(via)) + via + b"\3\x08\x0c")
            assert connection.recv(1) == b"\x0b"
            for seed in range(3):
                for operation, python in PARAMETER_TYPES.items():
                    parameters = builder(seed).fill(contract_for(python).type)
                    parameters.OperationId = operation
                    sent.append(parameters)
                    out = begin_request(encoder, ACTION, UniqueId.random(), via.decode())
                    write_body(encoder, InitializeOperationParameters(paramters=parameters))
                    envelope = end_message(encoder, out)
                    connection.sendall(b"\6" + encode_int31(len(envelope)) + envelope)
            for parameters in sent:
                event = events.get(timeout=60)
                while event["event"] != "parameters":
                    event = events.get(timeout=60)
                tokens = from_element(etree.fromstring(event["xml"]))
                name = TypeName(*tokens[0].name)
                assert same(read_object(tokens, 0, name), parameters), name
