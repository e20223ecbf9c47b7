"""The live page in headless Chromium, beside a server that is played (`monitored_server.py`)."""

import json
import re
import shutil
import socket
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "programs" / "monitored_server.py"
CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--lang=en-US", "--host-resolver-rules=MAP evil.example 127.0.0.1",
)  # fmt: skip
SCHEMES = ("light", "dark")
TWO_PARTS = (
    {"number": 1, "name": "Check the scope", "status": "CompletedWithSuccess", "percent": 100},
    {"number": 2, "name": "Create it", "description": "on dhcp1", "percent": 40},
)


@pytest.fixture(scope="module")
def chromium(require_peer, tmp_path_factory):
    """A browser of its own, driven through chromedriver."""
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    missing = [name for name, path in programs.items() if path is None]
    require_peer(
        not missing, f"{' and '.join(missing)} not found: install chromium, chromium-driver"
    )
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = programs["chromium"]
    for argument in (*CHROMIUM, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(programs["chromedriver"])
    )
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()


class Play:
    """The server, and how it is told what happens."""

    def __init__(self, start_program, port=0) -> None:
        self.program = start_program(sys.executable, PROGRAM, port)
        self.url = self.program.wait_for_line(r"^look at (http://\S+)$")[1]
        self._done = 1

    def __call__(self, scene, *arguments, **names):
        line = json.dumps([scene, arguments, names]) + "\n"
        self.program.process.stdin.write(line.encode())
        self.program.process.stdin.flush()
        self._done += 1
        while len(self.program.lines()) < self._done:
            assert self.program.process.poll() is None, self.program.tail()


class Page:
    """The page, as somebody sees it."""

    def __init__(self, driver, wait_until) -> None:
        self.driver = driver
        self._wait_until = wait_until

    def open(self, url):
        self.driver.get(url)
        self.waits_for("document.getElementById('link').textContent === 'Live'")

    def js(self, expression, *arguments):
        return self.driver.execute_script(f"return {expression}", *arguments)

    def waits_for(self, expression):
        self._wait_until(
            lambda: self.js(expression),
            lambda: f"{expression} on\n{self.js('document.body.innerText')}",
        )

    def texts(self, selector):
        """Give the texts of all that is there, seen or not."""
        return self.js(
            "[...document.querySelectorAll(arguments[0])].map((e) => e.textContent.trim())",
            selector,
        )

    def sees(self, selector):
        return self.js("document.querySelector(arguments[0]).checkVisibility()", selector)

    def resize(self, width, height=900):
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def prefer(self, **features):
        self.command(
            "Emulation.setEmulatedMedia",
            features=[
                {"name": f"prefers-{name.replace('_', '-')}", "value": value}
                for name, value in features.items()
            ],
        )

    def command(self, name, **arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def press(self, *keys):
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self):
        return self.js("document.activeElement.textContent.trim() || document.activeElement.id")

    def errors(self):
        """What the console says, but for connections that are refused."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if "net::ERR_" not in entry["message"]
        ]


@pytest.fixture
def play(start_program):
    return Play(start_program)


@pytest.fixture
def new_page(chromium, wait_until):
    page = Page(chromium, wait_until)
    page.resize(1280)
    page.prefer(color_scheme="light")
    chromium.get_log("browser")
    yield page
    assert page.errors() == []
    chromium.get("about:blank")


@pytest.fixture
def page(new_page, play):
    new_page.open(play.url)
    return new_page


def bar(page, selector):
    return page.js("document.querySelector(arguments[0]).value", f"{selector} progress")


def luminance(colour):
    def linear(octet):
        part = int(octet) / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, re.findall(r"\d+", colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def show_everything(play):
    """Have something in every part of the page."""
    play("session", 1)
    play("session", 2, client="", service="IIpamServer")
    play("start", 1, seconds=72)
    play("progress", 1, "46.7", *TWO_PARTS)
    play("start", 2, "ImportAddressBlocks", "CONTOSO\\bob", 4000, attempts=2)
    play(
        "progress", 2, 81,
        {"number": 1, "name": "Read the file", "status": "CompletedWithWarning", "percent": 100},
        {"number": 2, "name": "10.0.0.0/8", "status": "CompletedWithError", "percent": 61,
         "error": "IpamApiInvalidParameter: The block overlaps with 10.1.0.0/16."},
        {"number": 3, "name": "172.16.0.0/12", "status": "NotStarted"},
    )  # fmt: skip
    ends = (
        ("succeeded", None),
        ("failed", "IpamApiAccessDenied: no role has it."),
        ("unknown", "?"),
    )
    for number, (outcome, error) in enumerate(ends, 10):
        play("start", number, "CreateDnsResourceRecord", seconds=number)
        play("end", number, outcome, error)
    play("task", "ServerAvailability", 5, 895, 900, last_result=0, state="Running")
    play("task", "Utilization", 3600, 82_800, 86_400, last_result=5)
    play("run", 1, "Utilization", "failed", "dhcp2 did not answer")
    play("fault", "DeserializationFailed", "the element Scope has an unknown type")
    play("handshake", "the password is wrong")
    play("store", "disk full")


class TestWhatIsShown:
    def test_nothing_in_words_that_help(self, page):
        assert page.js("document.title") == "ipam_progress"
        for part in ("operations", "ended", "tasks", "sessions", "refusals"):
            assert page.sees(f"#{part}-empty")
            assert len(page.texts(f"#{part}-empty")[0]) > 15
        assert not page.js(
            "[...document.querySelectorAll('table')].some((e) => e.checkVisibility())"
        )
        assert page.texts("dd") == ["0"] * 5

    def test_an_operation_from_start_to_end(self, page, play):
        play("session", 1)
        play("start", 1, seconds=5)
        page.waits_for("document.querySelector('#operations h3')")
        assert page.texts("#operations h3") == ["CreateDhcpScope"]
        assert "CONTOSO\\alice, 192.0.2.2:50001" in page.texts("#operations .about")[0]
        assert not page.sees("#operations-empty")
        assert page.js("document.title") == "1 running · ipam_progress"

        play("progress", 1, 20, {"number": 1, "name": "Check the scope", "percent": 40})
        page.waits_for("document.querySelector('.subtasks progress')?.value === 40")
        assert bar(page, "#operations > li") == 20
        assert page.texts("#operations > li > .percent") == ["20 %"]
        assert page.texts("summary") == ["1 subtask"]

        play("progress", 1, "70.9", *TWO_PARTS)
        page.waits_for("document.querySelectorAll('.subtasks > li').length === 2")
        assert bar(page, "#operations > li") == 70.9
        assert page.texts("#operations > li > .percent") == ["70 %"]
        assert page.texts(".subtasks .percent") == ["done", "40 %"]
        assert page.js("document.querySelector('.subtasks > li').dataset.tone") == "good"

        play("end", 1)
        page.waits_for("document.querySelector('#ended tr')")
        assert page.texts("#operations > li") == []
        assert page.sees("#operations-empty")
        assert page.texts("#ended .outcome") == ["succeeded"]
        assert page.texts("#ended .number")[0].endswith(" s")
        assert page.js("document.querySelector('#ended time').dateTime").endswith("Z")
        page.waits_for("document.getElementById('news').textContent")
        assert page.texts("#news") == ["CreateDhcpScope succeeded"]

    def test_every_part(self, page, play):
        show_everything(play)
        page.waits_for("document.getElementById('store').checkVisibility()")
        assert page.texts("#ended .outcome") == ["unknown", "failed", "succeeded"]
        assert page.texts("#ended .error")[1] == "IpamApiAccessDenied: no role has it."
        assert page.texts("#tasks .state") == ["running", ""]
        assert page.texts("#tasks .error") == ["", "dhcp2 did not answer"]
        assert "every 15 minutes" in page.texts("#tasks td")[1]
        assert page.texts("#sessions th span") == ["CONTOSO\\alice", "somebody"]
        assert page.texts("#refusals strong") == ["Handshake failed", "DeserializationFailed"]
        assert "disk full" in page.texts("#store")[0]
        play("store")
        page.waits_for("!document.getElementById('store').checkVisibility()")

    def test_who_comes_later_sees_the_same(self, page, play):
        show_everything(play)
        page.waits_for("document.getElementById('store').checkVisibility()")
        before = page.texts("h3, #ended th, .subtasks .name, #refusals td")
        page.open(play.url)
        page.waits_for("document.querySelector('#refusals tr')")
        assert page.texts("h3, #ended th, .subtasks .name, #refusals td") == before
        assert page.texts("#news") == [""]

    def test_what_comes_from_outside_is_text(self, page, play):
        nasty = "<img src=x onerror=alert(1)><b>"
        play("session", 1, client=nasty)
        play("start", 1, client=nasty)
        play("progress", 1, 5, {"number": 1, "name": nasty, "description": nasty, "error": nasty})
        play("fault", nasty, nasty)
        play("store", nasty)
        page.waits_for("document.getElementById('store').checkVisibility()")
        assert page.texts("#sessions th span") == [nasty]
        assert page.texts("#refusals strong") == [nasty]
        assert page.texts(".subtasks small") == [nasty, nasty]
        assert page.js("document.querySelectorAll('main img, main b').length") == 0

    def test_thousands_do_not_kill_it(self, page, play):
        for number in range(3_000):
            play("start", number)
        page.waits_for("document.getElementById('running').textContent === '3,000'")
        assert page.js("document.querySelectorAll('#operations > li').length") == 50
        assert page.texts("#operations-rest") == ["and 2,950 more that began later"]
        for number in range(100):
            play("end", number, "failed")
        page.waits_for("document.getElementById('running').textContent === '2,900'")
        assert page.js("document.querySelectorAll('#operations > li').length") == 50
        assert page.js("document.querySelectorAll('#ended tr').length") == 50

    def test_under_a_foreign_name_there_is_no_page(self, new_page, play):
        new_page.driver.get(play.url.replace("127.0.0.1", "evil.example"))
        assert "does not go by that name" in new_page.js("document.body.innerText")
        assert any("421" in entry["message"] for entry in new_page.driver.get_log("browser"))


class TestTheConnection:
    def test_lost_and_found(self, new_page, start_program):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        play = Play(start_program, port)
        new_page.open(play.url)
        play("start", 1)
        new_page.waits_for("document.querySelector('#operations h3')")
        play("stop")
        new_page.waits_for("document.getElementById('lost').checkVisibility()")
        assert new_page.texts("#link") == ["Not connected"]
        assert new_page.texts("#operations h3") == ["CreateDhcpScope"]
        play("end", 1)
        play("begin")
        new_page.waits_for("!document.getElementById('lost').checkVisibility()")
        assert new_page.texts("#link") == ["Live"]
        new_page.waits_for("document.querySelector('#ended tr')")
        assert new_page.texts("#operations h3") == []

    def test_a_pause(self, page, play):
        play("start", 1)
        page.waits_for("document.querySelector('#operations h3')")
        page.js("document.getElementById('pause').click()")
        assert page.texts("#link") == ["Paused"]
        play("progress", 1, 50)
        play("end", 1)
        page.waits_for("document.getElementById('news').textContent")
        assert page.texts("#operations h3") == ["CreateDhcpScope"]
        page.js("document.getElementById('pause').click()")
        page.waits_for("!document.querySelector('#operations h3')")
        assert page.texts("#link") == ["Live"]


class TestForEverybody:
    def test_by_keyboard(self, page, play):
        from selenium.webdriver.common.keys import Keys

        play("start", 1)
        play("progress", 1, 10, *TWO_PARTS)
        page.waits_for("document.querySelectorAll('.subtasks > li').length === 2")
        page.press(Keys.TAB)
        assert page.focused() == "Skip to the operations"
        assert page.js("document.activeElement.getBoundingClientRect().top") >= 0
        page.press(Keys.TAB)
        assert page.focused() == "Pause"
        assert page.js("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.press(Keys.SPACE)
        assert page.js("document.activeElement.ariaPressed") == "true"
        page.press(Keys.SPACE)
        page.press(Keys.TAB)
        assert page.focused() == "2 subtasks"
        page.press(Keys.ENTER)
        assert not page.sees(".subtasks")
        play("progress", 1, 60)
        page.waits_for("document.querySelector('#operations > li > progress').value === 60")
        assert page.focused() == "2 subtasks"
        assert not page.sees(".subtasks")
        page.press(Keys.ENTER)
        assert page.sees(".subtasks")

    def test_skip_link(self, page):
        from selenium.webdriver.common.keys import Keys

        page.press(Keys.TAB, Keys.ENTER)
        assert page.js("document.activeElement.id") == "content"

    def test_what_assistive_technology_is_told(self, page, play):
        show_everything(play)
        page.waits_for("document.getElementById('store').checkVisibility()")
        nodes = page.command("Accessibility.getFullAXTree")["nodes"]
        told = [
            (node["role"]["value"], node.get("name", {}).get("value"))
            for node in nodes
            if not node["ignored"]
        ]
        for name in ("CreateDhcpScope", "Check the scope", "172.16.0.0/12"):
            assert ("progressbar", name) in told
        for name in ("Running operations", "Ended operations", "Tasks", "Sessions"):
            assert ("heading", name) in told
            assert ("region", name) in told
        assert [role for role, _ in told].count("table") == 4
        assert [role for role, _ in told].count("caption") == 4
        assert ("columnheader", "Next run") in told
        assert ("rowheader", "Server Availability running") in told
        assert ("main", "") in told

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_readable(self, page, play, tmp_path, scheme):
        show_everything(play)
        page.waits_for("document.getElementById('store').checkVisibility()")
        page.prefer(color_scheme=scheme)
        page.waits_for(f"matchMedia('(prefers-color-scheme: {scheme})').matches")
        ground = page.js("getComputedStyle(document.body).backgroundColor")
        assert (luminance(ground) > 0.5) == (scheme == "light")
        colours = page.js(
            """[...document.querySelectorAll("main *, header *, .notice, .notice *")]
            .filter((e) => e.checkVisibility() && [...e.childNodes].some((c) => c.nodeType === 3))
            .map((e) => {
              let behind = e;
              const colour = (e) => getComputedStyle(e).backgroundColor;
              while (colour(behind) === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
              return [e.textContent, getComputedStyle(e).color, colour(behind)];
            })"""
        )
        assert len(colours) > 50
        poor = [(text, *pair) for text, *pair in colours if contrast(*pair) < 4.5]
        assert not poor
        page.driver.save_screenshot(str(tmp_path / f"page-{scheme}.png"))

    @pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280, 1920])
    def test_nothing_is_wider_than_the_screen(self, page, play, width):
        show_everything(play)
        page.waits_for("document.getElementById('store').checkVisibility()")
        page.resize(width)
        page.waits_for(f"innerWidth === {width}")
        assert page.js("document.documentElement.scrollWidth") <= width
        too_wide = page.js(
            """[...document.querySelectorAll("table")]
            .filter((e) => e.getBoundingClientRect().right > e.parentElement
              .getBoundingClientRect().right + 1).map((e) => e.id)"""
        )
        assert too_wide == []

    def test_without_motion(self, page, play):
        play("start", 1)
        page.waits_for("document.querySelector('#operations progress')")
        pace = "getComputedStyle(document.querySelector('progress')).getPropertyValue('--pace')"
        assert page.js(pace) == "0.25s"
        page.prefer(reduced_motion="reduce")
        assert page.js(pace) == "0s"
