"""Runs operations or a task on a server with the library, as a program of either kind would.

    client.py twisted|asyncio URL run OPERATION [HOW MANY AT ONCE]
    client.py twisted|asyncio URL task TYPE [SERVER]

A last argument that is a JSON object is the security: the arguments of `NegotiateClient`, with
"level"; or those of `TlsClient` with "tls", where "certificate" is a PFX file.

Prints a JSON object a line: events, and how each ended.
"""

import asyncio
import json
import sys

from ipam_progress import IpamProgressError, ManagementClient, SoapFaultError
from ipam_progress.contracts import (
    PARAMETER_TYPES,
    CreateDhcpScopeParameters,
    DhcpScopeV4,
    IpamAdminOperationId,
    IpamTaskType,
)
from ipam_progress.security.certificates import KeyedCertificate
from ipam_progress.security.mechanism import ProtectionLevel
from ipam_progress.security.negotiate import NegotiateClient
from ipam_progress.security.tls import TlsClient


def say(event, **values):
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


def security_of(settings):
    if settings.pop("tls", False):
        certificate = settings.pop("certificate", None)
        return TlsClient(
            **settings, certificate=certificate and KeyedCertificate.from_pfx(certificate)
        )
    level = ProtectionLevel[settings.pop("level", "ENCRYPT_AND_SIGN")]
    return NegotiateClient(**settings, required_level=level)


def parameters_for(name):
    operation = IpamAdminOperationId(name)
    parameters = PARAMETER_TYPES[operation](OperationId=operation)
    if isinstance(parameters, CreateDhcpScopeParameters):
        parameters.Scope = DhcpScopeV4(ScopeName="Laboratory \u00e9\u4e2d")
    return parameters


class Program:
    """What it does, whichever reactor it does it in.

    `awaitable` makes of a Deferred what a coroutine may await there, and `gather` runs coroutines
    side by side.
    """

    def __init__(self, awaitable, gather) -> None:
        self.awaitable = awaitable
        self.gather = gather

    async def main(self, url, what, name, *rest):
        security = None
        if rest and rest[-1].startswith("{"):
            *rest, settings = rest
            security = security_of(json.loads(settings))
        argument = rest[0] if rest else None
        client = ManagementClient(url, security=security, timeout=20)
        if what == "task":
            await self.told(self.start_task(client, name, argument))
        else:
            numbers = range(int(argument or 1))
            await self.gather([self.told(self.run(client, name, number)) for number in numbers])

    async def told(self, coroutine):
        try:
            await coroutine
        except SoapFaultError as error:
            detail = error.detail and error.detail.IpamExceptionData
            say(
                "fault",
                code=error.fault.code[1],
                action=error.fault.action,
                id=detail and detail.ExceptionId.value,
                text=str(error),
            )
        except IpamProgressError as error:
            say("error", type=type(error).__name__, text=str(error))

    async def start_task(self, client, name, server):
        await self.awaitable(client.start_task(IpamTaskType(name), server))
        say("accepted")

    async def run(self, client, name, number):
        operation = await self.awaitable(client.start_operation(parameters_for(name)))
        async for event in operation.tracker.events():
            subtask = getattr(event, "subtask", None)
            say(
                getattr(event, "callback", type(event).__name__),
                number=number,
                percent=None if not hasattr(event, "percent") else str(event.percent),
                subtask=None
                if subtask is None
                else [
                    subtask.instance_id,
                    subtask.name,
                    subtask.status.value,
                    str(subtask.percent),
                ],
            )
        snapshot = operation.tracker.snapshot()
        await self.awaitable(operation.close())
        say(
            "ended",
            number=number,
            succeeded=snapshot.succeeded,
            percent=str(snapshot.percent),
            subtasks=len(snapshot.subtasks),
            rejected=snapshot.error_count,
            reason=snapshot.end_reason,
            status=type(snapshot.completion_status).__name__,
        )


def with_twisted(arguments):
    from twisted.internet.defer import Deferred, gatherResults
    from twisted.internet.task import react

    def gather(coroutines):
        return gatherResults([Deferred.fromCoroutine(each) for each in coroutines])

    program = Program(lambda deferred: deferred, gather)
    react(lambda _: Deferred.fromCoroutine(program.main(*arguments)))


def with_asyncio(arguments):
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    from twisted.internet import asyncioreactor

    asyncioreactor.install(loop)
    from twisted.internet import reactor

    async def gather(coroutines):
        async with asyncio.TaskGroup() as group:  # each is a task of asyncio's own
            for each in coroutines:
                group.create_task(each)

    program = Program(lambda deferred: deferred.asFuture(loop), gather)

    async def main():
        try:
            await program.main(*arguments)
        finally:
            reactor.stop()

    main_task = []
    reactor.callWhenRunning(lambda: main_task.append(loop.create_task(main())))
    reactor.run()
    main_task[0].result()


if __name__ == "__main__":
    {"twisted": with_twisted, "asyncio": with_asyncio}[sys.argv[1]](sys.argv[2:])
