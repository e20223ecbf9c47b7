"""TCP keepalive: what is asked of the system, for connections of either role."""

import socket

import pytest
from twisted.internet.address import UNIXAddress

from ipam_progress.limits import Limits
from ipam_progress.net.tcp_keepalive import bound_retransmission, enable_keepalive

OURS = (
    (socket.SOL_SOCKET, "SO_KEEPALIVE"),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE"),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL"),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT"),
)


def options_of(handle):
    return [handle.getsockopt(level, getattr(socket, name)) for level, name in OURS]


@pytest.mark.skipif(not hasattr(socket, "TCP_KEEPIDLE"), reason="the system has other options")
@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (Limits().tcp_keepalive, [1, 60, 15, 4]),
        (8, [1, 4, 1, 4]),
        (0.1, [1, 1, 1, 4]),  # the system counts whole seconds
    ],
)
def test_a_socket_waits_half_the_time_and_probes_in_the_other(seconds, expected):
    with socket.socket() as handle:
        enable_keepalive(handle, seconds)
        assert options_of(handle) == expected


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system does not have it")
def test_what_is_not_acknowledged_is_not_sent_again_for_longer():
    with socket.socket() as handle:
        bound_retransmission(handle, 2.5)
        assert handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 2500


def test_a_system_without_the_options_keeps_its_own_times(monkeypatch):
    for name in ("TCP_USER_TIMEOUT", *(name for _, name in OURS[1:])):
        monkeypatch.delattr(socket, name, raising=False)
    with socket.socket() as handle:
        enable_keepalive(handle, 8)
        bound_retransmission(handle, 8)
        assert handle.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_a_connection_that_has_gone_meanwhile_is_no_error():
    handle = socket.socket()
    handle.close()
    enable_keepalive(handle, 8)


def test_both_ends_of_a_connection_have_it(make_harness, make_client):
    wire = make_harness(limits=Limits(tcp_keepalive=8)).connect()
    for transport in (wire.transport, make_client().transport):
        assert transport.options[socket.SOL_SOCKET, socket.SO_KEEPALIVE] == 1
    assert wire.transport.options[socket.IPPROTO_TCP, socket.TCP_KEEPIDLE] == 4


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system does not have it")
def test_a_client_may_leave_its_window_closed_for_longer_than_a_server(make_harness, make_client):
    option = (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert make_client().transport.options[option] == 120_000
    assert option not in make_harness().connect().transport.options


def test_a_connection_without_tcp_has_none(make_harness):
    wire = make_harness().connect(UNIXAddress("/run/ipam"))
    assert wire.transport.options == {}
