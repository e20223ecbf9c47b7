"""Server and client over real sockets, in one process for each test: a reactor runs but once."""

import os
import subprocess
import sys
from pathlib import Path

PREPARED = """
import sys
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater, react
from ipam_progress import IpamError, Limits, ManagementClient, ManagementServer, OperationRegistry
from ipam_progress.contracts import *
from ipam_progress.demo import demo_registry

PARAMETERS = CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
LISTEN = ("tcp:0:interface=127.0.0.1",)

async def turns_of(reactor, condition=None):
    # until something has happened, or often enough for it to happen
    turns = 0
    while not condition() if condition else turns < 100:
        await deferLater(reactor, 0)
        turns += 1
"""

TWISTED = """
async def run(reactor):
    server = ManagementServer(registry, listen=LISTEN, **settings)
    url, *_ = await server.start()
    await main(reactor, server, url)
    await server.stopService()
    assert not reactor.getDelayedCalls(), reactor.getDelayedCalls()
    print("done")

react(lambda reactor: Deferred.fromCoroutine(run(reactor)))
"""


def run(program: str, *, epilogue: str = TWISTED) -> str:
    """Run a program in a Python of its own; it fails with what it wrote to stderr."""
    coverage = {name: os.environ[name] for name in os.environ if name.startswith("COV")}
    ended = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", PREPARED + program + epilogue],
        capture_output=True,
        text=True,
        timeout=60,
        env={
            **coverage,
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr, ended.stderr
    assert "Unhandled" not in ended.stderr, ended.stderr
    return ended.stdout


def test_operations_and_tasks_side_by_side():
    said = run("""
registry, settings = demo_registry(subtasks=3, steps=400), {"merge_progress": False}

async def main(reactor, server, url):
    client = ManagementClient(url)
    async def operation():
        running = await client.start_operation(PARAMETERS)
        told = [event.callback async for event in running.tracker.events()]
        await running.close()
        assert running.tracker.snapshot().succeeded
        return told
    told = await gatherResults([Deferred.fromCoroutine(operation()) for _ in range(5)])
    for each in told:
        assert len(each) == 1 + 3 + 2 * 3 * 400 + 1, len(each)
        assert each[0] == "StartProgressCallback" and each[-1] == "SetOverallStatus"
    await gatherResults([client.start_task(IpamTaskType.Discovery) for _ in range(5)])
""")
    assert said == "done\n"


def test_threads_and_a_reader_that_lags_behind():
    said = run("""
registry, settings = OperationRegistry(), {"limits": Limits(outbox=50), "merge_progress": False}

@registry.operation("CreateDhcpScope")
def create(parameters, progress):
    with progress.subtask("part") as part:
        for step in range(8000):
            part.update(percent=step % 100, description="x" * 500)

async def main(reactor, server, url):
    running = await ManagementClient(url).start_operation(PARAMETERS)
    events = running.tracker.events()
    await turns_of(reactor, lambda: len(events) >= 1000)
    await turns_of(reactor)
    assert len(events) < 3000, len(events)
    changes = [event async for event in events if event.callback == "SetSubTaskStatus"]
    assert len(changes) == 8001, len(changes)
    assert [each.subtask.percent for each in changes[:-1]] == [n % 100 for n in range(8000)]
    await running.close()
""")
    assert said == "done\n"


def test_a_server_that_stops_and_starts_again_in_the_same_process():
    said = run("""
registry, settings = OperationRegistry(), {"limits": Limits(stop_timeout=0.1)}

@registry.operation("CreateDhcpScope")
async def create(parameters, progress):
    await Deferred()

async def main(reactor, server, url):
    for _ in range(2):
        running = await ManagementClient(url).start_operation(PARAMETERS)
        stopped = server.stopService()
        snapshot = await running.wait()
        assert snapshot.status is OverallProgressStatus.CompletedWithFailure, snapshot
        await stopped
        try:
            await ManagementClient(url).start_operation(PARAMETERS)
        except Exception as error:
            assert "no connection to 127.0.0.1" in str(error), error
        else:
            raise AssertionError("nobody should listen")
        (url,) = await server.start()
""")
    assert said == "done\n"


def test_more_connections_than_places():
    said = run("""
import socket
registry, settings = demo_registry(), {"limits": Limits(connections=3)}

async def main(reactor, server, url):
    port = int(url.rpartition(":")[2])
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
    await turns_of(reactor, lambda: server._admission.full)
    starting = ManagementClient(url).start_task(IpamTaskType.Discovery)
    await turns_of(reactor)
    assert not starting.called
    for each in silent:
        each.close()
    await starting
""")
    assert said == "done\n"


def test_a_fault_reaches_a_client_that_sends_on():
    said = run("""
import socket, threading
from twisted.internet.threads import deferToThread
registry, settings = demo_registry(), {"limits": Limits(envelope=1000)}

def talk(port):
    with socket.create_connection(("127.0.0.1", port)) as peer:
        via = b"net.tcp://x/IpamServer"
        peer.sendall(bytes([0, 1, 0, 1, 2, 2, len(via)]) + via + bytes([3, 8, 12]))
        assert peer.recv(1) == bytes([11])
        peer.sendall(bytes([6, 0xC0, 0x84, 0x3D]))  # a million octets
        peer.sendall(bytes(1_000_000))
        peer.shutdown(socket.SHUT_WR)
        said = b""
        while octets := peer.recv(1000):
            said += octets
        return said

async def main(reactor, server, url):
    said = await deferToThread(talk, int(url.rpartition(":")[2]))
    assert said.endswith(b"MaxMessageSizeExceededFault"), said
""")
    assert said == "done\n"


def test_a_local_socket_as_endpoint(tmp_path: Path):
    said = run(f"""
import socket
registry, settings = demo_registry(), {{}}
LISTEN = ({f"unix:{tmp_path}/ipam"!r},)

async def main(reactor, server, url):
    assert "ipam" in url
    from twisted.internet.threads import deferToThread
    def talk():
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect({f"{tmp_path}/ipam"!r})
            via = b"net.tcp://x/IpamServer"
            peer.sendall(bytes([0, 1, 0, 1, 2, 2, len(via)]) + via + bytes([3, 8, 12]))
            return peer.recv(1)
    assert await deferToThread(talk) == bytes([11])
""")
    assert said == "done\n"


def test_hosts_by_number_and_by_name():
    said = run("""
registry, settings = demo_registry(), {}
LISTEN = ("tcp:0:interface=127.0.0.1", "tcp:0:interface=\\\\:\\\\:1")

async def main(reactor, server, _):
    ports = [url.rpartition(":")[2] for url in server.urls]
    assert server.urls[1] == f"net.tcp://[::1]:{ports[1]}"
    urls = (*server.urls, f"net.tcp://localhost:{ports[0]}")
    for url in urls:
        await ManagementClient(url).start_task(IpamTaskType.Discovery)
""")
    assert said == "done\n"


def test_under_asyncio():
    """The client in asyncio code, under Twisted's reactor for it, and the server beside it."""
    said = run(
        """
import asyncio
from twisted.internet import asyncioreactor

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
asyncioreactor.install(loop)
from twisted.internet import reactor

registry = OperationRegistry()
gate = Deferred()

@registry.operation("CreateDhcpScope")
async def create(parameters, progress):
    await gate  # a Deferred: it is Twisted that drives handlers
    async with progress.subtask("part") as part:
        for step in range(40):
            await part.update(percent=step)

async def client(url):
    management = ManagementClient(url)
    running = await management.start_operation(PARAMETERS).asFuture(loop)
    told = []
    async for event in running.tracker.events():
        told.append(event.callback)
        if not gate.called:
            gate.callback(None)
        await asyncio.sleep(0)
    await running.close().asFuture(loop)
    assert told[0] == "StartProgressCallback" and told[-1] == "SetOverallStatus", told
    assert told.count("SetSubTaskStatus") == 41, told
    snapshot = await running.wait().asFuture(loop)
    assert snapshot.succeeded
    cancelled = asyncio.create_task(wait_for_start(management))
    await asyncio.sleep(0)
    cancelled.cancel()
    try:
        await cancelled
    except asyncio.CancelledError:
        print("cancelled")

async def wait_for_start(management):
    await management.start_operation(PARAMETERS).asFuture(loop)

async def main():
    server = ManagementServer(registry, listen=LISTEN)
    (url,) = await server.start().asFuture(loop)
    try:
        await client(url)
        print("done")
    finally:
        await server.stopService().asFuture(loop)

async def guarded():
    try:
        await main()
    finally:
        reactor.stop()

tasks = []
reactor.callWhenRunning(lambda: tasks.append(loop.create_task(guarded())))
reactor.run()
tasks[0].result()
""",
        epilogue="",
    )
    assert said == "cancelled\ndone\n"
