"""Messages over HTTP: who may send them, and what is answered."""

from concurrent.futures import Future

import pytest

from ipam_progress.contracts import IpamExceptionId, IpamTaskType
from ipam_progress.events import FaultSent, RequestAnswered
from ipam_progress.limits import Limits
from ipam_progress.namespaces import IPAM, SOAP
from ipam_progress.session.faults import IpamError

TYPE = "application/soap+xml"
FORM = "multipart/form-data; boundary=x"
START = "<StartTask xmlns='{}'><taskType>Discovery</taskType><server>a</server></StartTask>"
RUNNING = "<IsTaskRunning xmlns='{}'><taskType>Audit</taskType></IsTaskRunning>"


def envelope(body=START):
    return (
        f"<e:Envelope xmlns:e='{SOAP}'><e:Body>{body.format(IPAM)}</e:Body></e:Envelope>".encode()
    )


@pytest.fixture
def browser(serve):
    return serve(soap=True)


def post(browser, body=START, media_type=TYPE, **options):
    headers = [("Content-Type", media_type)] if media_type else []
    return browser.ask("/ipam", method="POST", headers=headers, body=envelope(body), **options)


@pytest.mark.parametrize(
    "media_type",
    [TYPE, "Application/SOAP+XML; charset=utf-8", f'{TYPE}; action="{IPAM}/IIpamServer/StartTask"'],
)
def test_requests_are_answered(browser, server, media_type):
    status, headers, body = post(browser, media_type=media_type)
    assert status == 200
    assert headers["content-type"] == f"{TYPE}; charset=utf-8"
    assert b"StartTaskResponse" in body
    assert server.calls == [(IpamTaskType.Discovery, "a")]
    (told,) = server.told
    assert isinstance(told, RequestAnswered)
    assert told.operation == "StartTask"


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "text/xml",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ],
)
def test_what_pages_can_send_is_not_taken(browser, server, media_type):
    """A browser sends these for any page, without asking first."""
    status, _, body = post(browser, media_type=media_type)
    assert status == 415
    assert TYPE.encode() in body
    assert server.calls == []


def test_pages_are_given_no_leave(browser):
    status, headers, _ = browser.ask(
        "/ipam", method="OPTIONS", headers=[("Origin", "http://evil.example")]
    )
    assert status == 405
    assert not [name for name in headers if name.startswith("access-control")]


def test_nor_those_whose_names_point_here(browser, server):
    assert post(browser, host="evil.example")[0] == 421
    assert server.calls == []


def test_faults(browser, server):
    server.result = IpamError(IpamExceptionId.IpamApiInvalidParameter, "No such server.")
    status, headers, body = post(browser)
    assert status == 500
    assert headers["content-type"] == f"{TYPE}; charset=utf-8"
    assert b"No such server." in body
    fault, _ = server.told
    assert fault == FaultSent("127.0.0.1:50000", "IpamApiInvalidParameter", "No such server.")


def test_failures_are_for_the_log(browser, server, failures):
    server.result = RuntimeError("a secret")
    status, _, body = post(browser)
    assert status == 500
    assert b"a secret" not in body
    assert failures == [server.result]


def test_answers_that_come_later(browser, server):
    server.result = Future()
    with pytest.raises(IndexError):  # nothing has come
        post(browser, RUNNING)
    server.result.set_result(True)
    answer = browser.transport.value()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert f"Content-Type: {TYPE}; charset=utf-8".encode() in answer
    assert b"true</IsTaskRunningResult>" in answer


def test_which_nobody_waits_for(browser, server):
    server.result = Future()
    with pytest.raises(IndexError):
        post(browser, RUNNING)
    browser.lose()
    server.result.set_result(True)
    assert browser.transport.value() == b""
    assert server.told == []


def test_messages_have_a_limit(serve, server):
    server.limits = Limits(envelope=200)
    browser = serve(soap=True)
    assert post(browser)[0] == 413
    assert post(browser, "<a/>")[0] == 500
    assert server.calls == []


def test_where_clients_have_to_say_who_they_are_nothing_is_done(browser, server, failures):
    """A server that began to ask its clients after this one was made."""
    server.is_open = False
    assert post(browser)[0] == 500
    assert server.calls == []
    assert len(failures) == 1
