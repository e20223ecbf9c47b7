"""The service: where it listens, whom it refuses to serve, and how it ends."""

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import CannotListenError

from ipam_progress.errors import ConfigurationError, LocalProtocolError
from ipam_progress.monitoring import MonitoringService
from ipam_progress.web import CONNECTIONS_AT_MOST

LOOPBACK = IPv4Address("TCP", "127.0.0.1", 9464)


@pytest.fixture
def make(server, reactor, endpoints):
    def make(**options):
        return MonitoringService(server, reactor=reactor, **options)

    return make


def result(deferred):
    found = []
    deferred.addBoth(found.append)
    assert found, "it waits"
    return found[0]


def error(deferred):
    return result(deferred).value


class TestListening:
    def test_metrics_alone(self, make, endpoints, browse):
        service = make(metrics="tcp:9464:interface=127.0.0.1")
        assert result(service.start()) == ("http://127.0.0.1:9464/metrics",)
        (port,) = endpoints.ports
        assert browse(port.factory).ask("/metrics")[0] == 200
        assert browse(port.factory).ask("/")[0] == 404

    def test_the_page_alone(self, make, endpoints, browse):
        service = make(page="tcp:9464:interface=127.0.0.1")
        assert result(service.start()) == ("http://127.0.0.1:9464/",)
        (port,) = endpoints.ports
        assert browse(port.factory).ask("/")[0] == 200
        assert browse(port.factory).ask("/metrics")[0] == 404

    def test_equal_endpoints_are_one_site(self, make, endpoints, browse):
        service = make(metrics="one", page="one")
        assert service.urls == ()
        result(service.start())
        assert service.urls == ("http://127.0.0.1:9464/metrics", "http://127.0.0.1:9464/")
        (port,) = endpoints.ports
        assert browse(port.factory).ask("/")[0] == 200
        assert browse(port.factory).ask("/metrics")[0] == 200

    def test_others_are_two(self, make, endpoints):
        endpoints.addresses = {
            "one": IPv6Address("TCP", "::1", 9465),
            "two": UNIXAddress("/run/page"),
        }
        service = make(metrics="one", page="two")
        assert result(service.start()) == ("http://[::1]:9465/metrics", "two/")
        assert len(endpoints.ports) == 2

    def test_nothing_to_serve(self, make):
        with pytest.raises(ValueError, match="metrics, or the page"):
            make()

    def test_by_the_way_of_services(self, make, endpoints):
        service = make(page="one")
        service.startService()
        assert service.running
        assert service.urls

    def test_with_the_reactor_that_is_installed(self, server):
        from twisted.internet import reactor

        assert MonitoringService(server, page="one").reactor is reactor

    def test_configured_names(self, make, endpoints, browse):
        result(make(page="one", hosts=["ipam.example.com"]).start())
        (port,) = endpoints.ports
        assert browse(port.factory).ask("/", host="ipam.example.com")[0] == 200
        assert browse(port.factory).ask("/", host="evil.example")[0] == 421

    def test_time_is_the_reactors(self, make, endpoints, browse, server):
        result(make(page="one").start())
        *_, body = browse(endpoints.ports[0].factory).ask("/events")
        assert b'"now":"2026-05-04T12:00:00+00:00"' in body

    def test_it_is_not_started_twice(self, make, endpoints):
        service = make(page="one")
        result(service.start())
        assert isinstance(error(service.start()), LocalProtocolError)
        assert len(endpoints.ports) == 1
        assert service.urls


class TestRefusals:
    @pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
    def test_other_machines_may_not_look(self, make, endpoints, host):
        kind = IPv6Address if ":" in host else IPv4Address
        endpoints.addresses = {"all": kind("TCP", host, 9464)}
        service = make(metrics="local", page="all")
        failure = error(service.start())
        assert isinstance(failure, ConfigurationError)
        assert "all would let other machines look" in str(failure)
        assert "allow_network" in str(failure)
        assert not any(port.is_listening for port in endpoints.ports)
        assert not service.running
        assert service.urls == ()

    def test_unless_they_are_allowed_to(self, make, endpoints):
        endpoints.addresses = {"all": IPv4Address("TCP", "192.0.2.1", 9464)}
        service = make(page="all", allow_network=True)
        assert result(service.start()) == ("http://192.0.2.1:9464/",)

    def test_a_port_that_is_taken(self, make, endpoints):
        endpoints.addresses = {"taken": CannotListenError("127.0.0.1", 1, OSError("in use"))}
        service = make(metrics="free", page="taken")
        assert isinstance(error(service.start()), CannotListenError)
        assert not endpoints.ports[0].is_listening

    def test_which_is_logged_by_the_way_of_services(self, make, endpoints, failures):
        endpoints.addresses = {"taken": CannotListenError("127.0.0.1", 1, OSError("in use"))}
        make(page="taken").startService()
        assert failures == [CannotListenError]

    def test_connections_are_bounded(self, make, endpoints, browse):
        result(make(page="one").start())
        factory = endpoints.ports[0].factory
        browsers = [browse(factory) for _ in range(CONNECTIONS_AT_MOST)]
        assert not browse(factory).was_let_in
        browsers[0].lose()
        assert browse(factory).was_let_in


class TestStopping:
    def test_closes_everything(self, make, endpoints, browse):
        service = make(metrics="one", page="one")
        result(service.start())
        (port,) = endpoints.ports
        reader, idle = browse(port.factory), browse(port.factory)
        reader.ask("/events")
        assert result(service.stopService()) is None
        assert not port.is_listening
        assert reader.transport.value().endswith(b"0\r\n\r\n")
        assert reader.transport.disconnecting
        assert idle.transport.disconnecting
        assert service.urls == ()

    def test_it_can_be_started_again_and_has_gone_on_counting(
        self, make, endpoints, browse, server
    ):
        service = make(metrics="one", page="one")
        result(service.start())
        server.handshake("the password is wrong")
        result(service.stopService())
        server.handshake("the password is wrong")
        result(service.start())
        *_, body = browse(endpoints.ports[-1].factory).ask("/metrics")
        assert b"ipam_handshake_failures_total 2.0" in body

    def test_while_it_starts(self, make, endpoints):
        waiting = endpoints.addresses["slow"] = Deferred()
        service = make(page="slow")
        started = service.start()
        result(service.stopService())
        waiting.callback(LOOPBACK)
        assert isinstance(error(started), CancelledError)
        assert not endpoints.ports[0].is_listening
        assert service.urls == ()

    def test_what_never_started(self, make):
        assert result(make(metrics="one").stopService()) is None
