"""The documents: that all can be had, that they lead to each other, and what is in them."""

from urllib.parse import urlsplit

import pytest
from lxml import etree
from twisted.internet.address import IPv4Address

from ipam_progress.net.publication import Publisher

WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
SCHEMA = "http://www.w3.org/2001/XMLSchema"
XML = "text/xml; charset=utf-8"


def fetch(browser, query, **options):
    status, headers, body = browser.ask(f"/ipam?{query}", **options)
    assert (status, headers["content-type"]) == (200, XML)
    return etree.fromstring(body)


def imports(document):
    return [
        each.get("location") or each.get("schemaLocation")
        for kind in (WSDL, SCHEMA)
        for each in document.iter(f"{{{kind}}}import")
    ]


def addresses(document):
    return [each.get("location") for each in document.iter(f"{{{SOAP12}}}address")]


def test_every_document_can_be_reached_from_the_first(serve):
    browser = serve()
    todo, done = ["http://localhost:8080/ipam?wsdl"], {}
    while todo:
        url = todo.pop()
        if url not in done:
            parts = urlsplit(url)
            assert (parts.scheme, parts.netloc, parts.path) == ("http", "localhost:8080", "/ipam")
            done[url] = fetch(browser, parts.query, host=parts.netloc)
            todo += imports(done[url])
    assert {each.tag for each in done.values()} == {
        f"{{{WSDL}}}definitions",
        f"{{{SCHEMA}}}schema",
    }
    listed = browser.ask("/ipam", host="localhost:8080")[2].decode().split()[2:]
    assert set(listed) == {*done, "http://localhost:8080/ipam?singleWsdl"}


def test_the_single_document_leads_nowhere(serve):
    document = fetch(serve(), "singleWsdl")
    assert imports(document) == [None] * len(imports(document))


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "singlewsdl", "XSD=microsoft.windows.ipam.xsd"])
def test_letters_of_either_case(serve, query):
    fetch(serve(), query)


@pytest.mark.parametrize("query", ["wsdl=", "xsd=../x", "disco", "wsdl&wsdl", "xsd=%C3%A4"])
def test_other_queries(serve, query):
    status, headers, body = serve().ask(f"/ipam?{query}")
    assert status == 404
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert b"/ipam?wsdl" in body


@pytest.mark.parametrize("query", ["", "?"])
def test_without_a_query_it_is_said_what_there_is(serve, query):
    status, _, body = serve().ask(f"/ipam{query}")
    assert status == 200
    assert b"http://localhost/ipam?wsdl\n" in body


def test_head(serve):
    status, headers, body = serve().ask("/ipam?wsdl", method="HEAD")
    assert (status, headers["content-type"], body) == (200, XML, b"")


def test_addresses_have_the_name_that_was_asked_by(serve):
    browser = serve(hosts=["ipam.example.com"])
    for host, name in [
        ("localhost", "localhost"),
        ("ipam.example.com:8080", "ipam.example.com"),
        ("[::1]:8080", "[::1]"),
    ]:
        assert addresses(fetch(browser, "wsdl", host=host)) == [
            f"net.tcp://{name}:9100/operations",
            f"net.tcp://{name}:9100/tasks",
        ]


def test_addresses_are_those_of_now(serve, server):
    browser = serve()
    fetch(browser, "wsdl")
    server.places = [(IPv4Address("TCP", "192.0.2.9", 808), None)]
    assert addresses(fetch(browser, "wsdl"))[0] == "net.tcp://192.0.2.9/operations"


def test_tasks_over_http_are_at_the_same_address(serve):
    document = fetch(serve(soap=True), "wsdl", host="localhost:8080")
    assert addresses(document)[-1] == "http://localhost:8080/ipam"
    assert "http://schemas.xmlsoap.org/soap/http" in {
        each.get("transport") for each in document.iter(f"{{{SOAP12}}}binding")
    }


def test_a_server_that_does_not_listen(serve, server):
    server.places = []
    assert addresses(fetch(serve(), "wsdl")) == []


def test_documents_are_written_once_for_a_name(serve, server, monkeypatch):
    browser = serve()
    first = browser.ask("/ipam?wsdl")[2]
    monkeypatch.setattr(server.publisher, "applications", ())
    assert browser.ask("/ipam?wsdl")[2] == first
    assert isinstance(server.publisher, Publisher)
