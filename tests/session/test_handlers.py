"""How functions are told apart, and what is said of those that cannot be handlers."""

from functools import partial

import pytest

from ipam_progress.contracts import CreateDhcpScopeParameters
from ipam_progress.session.handlers import annotation_of_first, check_signature, handler_kind
from ipam_progress.session.outputs import HandlerKind


async def coroutine(parameters, progress):
    pass


def plain(parameters, progress):
    pass


class Async:
    async def __call__(self, parameters: CreateDhcpScopeParameters, progress):
        pass

    def method(self, parameters: CreateDhcpScopeParameters, progress):
        pass


@pytest.mark.parametrize(
    ("function", "thread", "kind"),
    [
        (coroutine, None, HandlerKind.COROUTINE),
        (coroutine, False, HandlerKind.COROUTINE),
        (partial(partial(coroutine), None), None, HandlerKind.COROUTINE),
        (Async(), None, HandlerKind.COROUTINE),
        (plain, None, HandlerKind.THREAD),
        (plain, True, HandlerKind.THREAD),
        (Async().method, None, HandlerKind.THREAD),
        (plain, False, HandlerKind.DIRECT),
        (lambda _p, _q: None, False, HandlerKind.DIRECT),
    ],
)
def test_kinds(function, thread, kind):
    assert handler_kind(function, thread=thread) is kind


def test_a_coroutine_needs_no_thread():
    with pytest.raises(TypeError, match="coroutine is `async def` and runs in the reactor"):
        handler_kind(coroutine, thread=True)


def test_a_handler_can_be_called():
    with pytest.raises(TypeError, match="a handler must be a function, not 'name'"):
        handler_kind("name", thread=None)


@pytest.mark.parametrize(
    "function",
    [plain, coroutine, Async(), Async().method, partial(plain, progress=None), lambda *_: None],
)
def test_signatures_that_fit(function):
    check_signature(function, ("parameters",) if isinstance(function, partial) else ("p", "q"))


def test_a_callable_without_signature_is_believed():
    check_signature(min, ("parameters", "progress"))


def test_a_signature_that_does_not_fit():
    with pytest.raises(TypeError, match=r"plain\(parameters, progress\) cannot be called .*server"):
        check_signature(plain, ("server",))


def unannotated(parameters, progress):
    pass


def annotated(parameters: CreateDhcpScopeParameters, progress: "Nowhere"):  # noqa: F821
    pass


def text(parameters: "CreateDhcpScopeParameters", progress):
    pass


def no_class(parameters: CreateDhcpScopeParameters | None, progress):
    pass


def nothing():
    pass


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (unannotated, None),
        (annotated, None),
        (text, CreateDhcpScopeParameters),
        (no_class, None),
        (nothing, None),
        (partial(text), CreateDhcpScopeParameters),
        (partial(text, None), None),
        (Async(), CreateDhcpScopeParameters),
        (Async().method, CreateDhcpScopeParameters),
        (min, None),
    ],
)
def test_annotations(function, expected):
    assert annotation_of_first(function) is expected
