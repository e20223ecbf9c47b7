"""The service: what it serves where, and whom it refuses to serve."""

import pytest
from twisted.internet.address import IPv4Address

from ipam_progress.errors import ConfigurationError, LocalProtocolError
from ipam_progress.publishing import PublishingService


def result(deferred):
    found = []
    deferred.addBoth(found.append)
    assert found, "it waits"
    return found[0]


ROOT = "http://127.0.0.1:9464"


@pytest.mark.parametrize(
    ("options", "places"),
    [
        ({}, ["/ipam?wsdl"]),
        ({"soap": True}, ["/ipam?wsdl", "/ipam"]),
        ({"soap": True, "metadata": False}, ["/ipam"]),
    ],
)
def test_what_is_served(make, options, places):
    service = make(**options)
    assert service.urls == ()
    assert result(service.start()) == tuple(ROOT + place for place in places)
    assert result(service.stopService()) is None


def test_nothing_to_serve(make):
    with pytest.raises(ValueError, match="metadata, soap, or both"):
        make(metadata=False)


@pytest.mark.parametrize("options", [{"soap": True}, {"soap": True, "metadata": False}])
def test_tasks_are_for_everybody_or_not_served(make, server, options):
    server.is_open = False
    with pytest.raises(LocalProtocolError, match="who they are"):
        make(**options)
    make()


def test_the_reactor_that_is_installed(server):
    from twisted.internet import reactor

    assert PublishingService(server, "here").reactor is reactor


@pytest.mark.parametrize(
    ("options", "risk"), [({}, "read the metadata"), ({"soap": True}, "start tasks")]
)
def test_other_machines_may_not_ask(make, endpoints, options, risk):
    endpoints.addresses["here"] = IPv4Address("TCP", "192.0.2.1", 8080)
    error = result(make(**options).start()).value
    assert isinstance(error, ConfigurationError)
    assert risk in str(error)
    assert not endpoints.ports[0].is_listening


def test_unless_they_are_allowed_to(make, endpoints):
    endpoints.addresses["here"] = IPv4Address("TCP", "192.0.2.1", 8080)
    assert result(make(allow_network=True).start()) == ("http://192.0.2.1:8080/ipam?wsdl",)


def test_names_that_it_goes_by(serve):
    browser = serve(hosts=["ipam.example.com"])
    assert browser.ask("/ipam", host="ipam.example.com:8080")[0] == 200
    assert browser.ask("/ipam", host="evil.example")[0] == 421
    assert browser.ask("/ipam?wsdl", host="evil.example")[0] == 421


def test_without_messages_nothing_is_posted(serve):
    assert serve().ask("/ipam", method="POST")[0] == 405


def test_without_metadata_nothing_is_looked_at(serve):
    assert serve(metadata=False, soap=True).ask("/ipam?wsdl")[0] == 404
