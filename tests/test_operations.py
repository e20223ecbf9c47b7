"""The registry of operations: what it takes, and what it says of what it does not."""

import pytest

from ipam_progress.contracts import (
    CreateDhcpScopeParameters,
    IpamAdminOperationId,
    IpamOperationWithProgressParameters,
    IpamTaskType,
    UpdateDhcpScopeParameters,
)
from ipam_progress.operations import OperationRegistry
from ipam_progress.session.outputs import HandlerKind

CREATE = IpamAdminOperationId.CreateDhcpScope


@pytest.fixture
def registry():
    return OperationRegistry()


@pytest.mark.parametrize("named", ["CreateDhcpScope", CREATE])
def test_an_operation_by_name_or_member(registry, named):
    @registry.operation(named)
    async def create(parameters: CreateDhcpScopeParameters, progress):
        pass

    handler = registry.find(CREATE)
    assert handler.function is create
    assert handler.kind is HandlerKind.COROUTINE
    assert not handler.non_deterministic
    assert list(registry) == [CREATE]
    assert registry.find(IpamAdminOperationId.EditDhcpScope) is None


def test_what_is_said_of_a_handler_is_kept(registry):
    registry.operation(CREATE, thread=False, non_deterministic=True)(lambda _p, _q: None)
    assert registry.find(CREATE).kind is HandlerKind.DIRECT
    assert registry.find(CREATE).non_deterministic


@pytest.mark.parametrize("register", [lambda r: r.operation(CREATE), lambda r: r.default()])
def test_what_may_become_of_a_handler_is_said_by_it(registry, register):
    register(registry)(lambda _p, _q: None)
    handler = registry.find(CREATE)
    assert not handler.cancel_when_client_leaves
    assert not handler.resumable


@pytest.mark.parametrize("by_default", [False, True])
def test_handlers_that_may_be_cancelled_and_resumed(registry, by_default):
    options = {"cancel_when_client_leaves": True, "resumable": True}
    decorate = registry.default(**options) if by_default else registry.operation(CREATE, **options)

    @decorate
    async def create(parameters, progress):
        pass

    handler = registry.find(CREATE)
    assert handler.cancel_when_client_leaves
    assert handler.resumable


def test_what_gives_a_deferred_can_be_cancelled(registry):
    registry.operation(CREATE, thread=False, cancel_when_client_leaves=True)(lambda _p, _q: None)
    assert registry.find(CREATE).cancel_when_client_leaves


@pytest.mark.parametrize("by_default", [False, True])
def test_a_thread_cannot_be_cancelled(registry, by_default):
    def blocking(parameters, progress):
        pass

    decorate = registry.default if by_default else registry.operation
    arguments = () if by_default else (CREATE,)
    with pytest.raises(TypeError, match=r"blocking runs in a thread.* look at progress\.cancelled"):
        decorate(*arguments, cancel_when_client_leaves=True)(blocking)
    assert registry.find(CREATE) is None
    decorate(*arguments, resumable=True)(blocking)
    assert registry.find(CREATE).resumable


def test_an_unknown_operation(registry):
    with pytest.raises(ValueError, match="'CreateScope' is no operation; the operations are Add"):
        registry.operation("CreateScope")


def test_a_second_handler(registry):
    def first(parameters, progress):
        pass

    registry.operation(CREATE)(first)
    with pytest.raises(ValueError, match=r"CreateDhcpScope has a handler already: .*first"):
        registry.operation(CREATE)(lambda _p, _q: None)


def test_a_function_that_cannot_be_called(registry):
    with pytest.raises(TypeError, match=r"cannot be called as a handler with \(parameters, prog"):
        registry.operation(CREATE)(lambda _parameters: None)
    assert list(registry) == []


def test_parameters_of_another_operation(registry):
    def wrong(parameters: UpdateDhcpScopeParameters, progress):
        pass

    with pytest.raises(
        TypeError,
        match="takes UpdateDhcpScopeParameters, but the parameters of operation CreateDhcpScope "
        "are CreateDhcpScopeParameters",
    ):
        registry.operation(CREATE)(wrong)
    assert list(registry) == []


def test_a_base_of_the_parameters_is_right(registry):
    def right(parameters: IpamOperationWithProgressParameters, progress):
        pass

    registry.operation(CREATE)(right)
    assert registry.find(CREATE).function is right


def test_the_default_is_for_what_has_no_handler_of_its_own(registry):
    @registry.default(thread=False, non_deterministic=True)
    def everything(parameters, progress):
        pass

    @registry.operation(CREATE)
    def create(parameters, progress):
        pass

    assert registry.find(CREATE).function is create
    other = registry.find(IpamAdminOperationId.EditDhcpScope)
    assert other.function is everything
    assert other.kind is HandlerKind.DIRECT
    assert other.non_deterministic
    assert list(registry) == [CREATE]
    with pytest.raises(ValueError, match=r"there is a default handler already: .*everything"):
        registry.default()(lambda _p, _q: None)


def test_tasks_are_registered_here_too(registry):
    @registry.task("Discovery", thread=False)
    def discover(server):
        pass

    [handler] = registry.tasks
    assert (handler.task_type, handler.function) == (IpamTaskType.Discovery, discover)
    assert handler.kind is HandlerKind.DIRECT
