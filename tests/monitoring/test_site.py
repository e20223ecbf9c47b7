"""The site: who is answered, with what, and under which headers."""

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from ipam_progress.monitoring.feed import Feed
from ipam_progress.monitoring.metrics import Metrics
from ipam_progress.monitoring.overview import Overview
from ipam_progress.monitoring.site import metrics_answers, monitoring_site, page_answers

FILES = {
    "/": "text/html; charset=utf-8",
    "/page.css": "text/css; charset=utf-8",
    "/page.js": "text/javascript; charset=utf-8",
    "/icon.svg": "image/svg+xml",
}


@pytest.fixture
def site(server, reactor):
    feed = Feed(Overview(server, server.now), reactor)
    answers = {**page_answers(feed), **metrics_answers(Metrics(server))}
    site = monitoring_site(answers, hosts=("IPAM.example.com",), reactor=reactor)
    site.doStart()
    yield site
    site.doStop()


@pytest.fixture
def browser(site, browse):
    return browse(site)


class TestHosts:
    @pytest.mark.parametrize(
        "host",
        [
            "localhost",
            "LOCALHOST:9464",
            "127.0.0.1",
            "127.0.0.1:8080",  # a port that is forwarded
            "[::1]",
            "[::1]:9464",
            "ipam.example.com",
            "Ipam.Example.Com:80",
        ],
    )
    def test_names_of_its_own(self, browser, host):
        assert browser.ask(host=host)[0] == 200

    @pytest.mark.parametrize(
        "host",
        [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil.example:localhost",
            "localhost:80:80",
            "localhost:123456",
            "user@localhost",
            "::1",
            "[::1",
            "[localhost]",
            "[::2]",
            "192.0.2.1",
            ("localhost", "evil.example"),
            (),
        ],
    )
    @pytest.mark.parametrize("path", ["/", "/metrics", "/events"])
    def test_other_names(self, browser, host, path):
        status, headers, body = browser.ask(path, host=host)
        assert status == 421
        assert headers["content-type"] == "text/plain; charset=utf-8"
        assert b"configure the name" in body

    def test_the_address_that_was_come_to(self, site, browse):
        browser = browse(site, host="192.0.2.1")
        assert browser.ask(host="192.0.2.1:9464")[0] == 200
        assert browser.ask(host="192.0.2.2:9464")[0] == 421

    def test_an_address_of_the_sixth_version(self, site, browse):
        assert browse(site, host="2001:db8::5").ask(host="[2001:DB8::5]:9464")[0] == 200


class TestMethods:
    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "FROB"])
    @pytest.mark.parametrize("path", ["/", "/metrics", "/events", "/nothing"])
    def test_others_are_refused(self, browser, method, path):
        status, headers, _ = browser.ask(path, method=method)
        assert status == 405
        assert headers["allow"] == "GET, HEAD"

    @pytest.mark.parametrize("path", [*FILES, "/metrics", "/events", "/nothing"])
    def test_head_has_all_but_the_body(self, browser, path):
        status, headers, body = browser.ask(path, method="HEAD")
        assert status == (404 if path == "/nothing" else 200)
        assert headers["content-type"]
        assert body == b""

    def test_the_body_of_a_request_is_not_kept(self, browser):
        assert browser.ask(body=b"x" * 100_000)[0] == 200
        assert browser.ask()[0] == 200


class TestHeaders:
    @pytest.mark.parametrize("path", [*FILES, "/metrics", "/events", "/nothing"])
    def test_are_on_every_answer(self, browser, path):
        _, headers, _ = browser.ask(path)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


class TestPages:
    @pytest.mark.parametrize("path", FILES)
    def test_files_of_the_page(self, browser, path):
        status, headers, body = browser.ask(path)
        assert status == 200
        assert headers["content-type"] == FILES[path]
        assert int(headers["content-length"]) == len(body) > 100

    def test_nothing_is_written_into_the_page_that_the_policy_forbids(self, browser):
        html = browser.ask("/")[2].decode()
        assert "style=" not in html
        assert "<style" not in html
        assert html.count("<script") == 1
        assert "http://" not in html
        assert "https://" not in html

    def test_metrics(self, server, browser):
        server.handshake("the password is wrong")
        status, headers, body = browser.ask("/metrics")
        assert status == 200
        assert headers["content-type"].startswith("text/plain")
        families = {family.name: family for family in parse(body.decode())}
        assert families["ipam_handshake_failures"].samples[0].value == 1

    def test_open_metrics(self, browser):
        accept = ("Accept", "application/openmetrics-text; version=1.0.0")
        _, headers, body = browser.ask("/metrics", headers=[accept])
        assert headers["content-type"].startswith("application/openmetrics-text")
        assert body.endswith(b"# EOF\n")

    @pytest.mark.parametrize(
        "path", ["/nothing", "/metrics/", "/page.js/x", "http://evil.example/"]
    )
    def test_nothing_else(self, browser, path):
        status, _, body = browser.ask(path)
        assert status == 404
        assert b"/metrics" in body

    def test_no_request_is_logged(self, site):
        assert not hasattr(site, "logFile") or site._logFile is None


class TestEvents:
    @pytest.mark.parametrize("origin", ["cross-site", "same-site"])
    def test_are_for_no_foreign_page(self, browser, origin):
        status, _, _ = browser.ask("/events", headers=[("Sec-Fetch-Site", origin)])
        assert status == 403

    @pytest.mark.parametrize("origin", ["same-origin", "none"])
    def test_are_for_the_page_itself(self, browser, origin):
        status, headers, body = browser.ask("/events", headers=[("Sec-Fetch-Site", origin)])
        assert status == 200
        assert headers["content-type"] == "text/event-stream"
        assert b"event: snapshot\n" in body
