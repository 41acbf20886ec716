#!/usr/bin/env python3
"""The leader's page in a real browser, by keyboard."""

import unittest

import chromium
import programs
from loop_world import GATE
from page_visit import PASSWORD, PageWorld
from programs import eventually

HOST = "earshot.example.com"


class BrowserTest(PageWorld):
    def setUp(self) -> None:
        program = chromium.installed()
        if program is None:
            self.skipTest("no Chromium is installed; deploy/packages test brings one")
        self.port = programs.free_port()
        self.url = self.base = f"http://{HOST}:{self.port}"
        super().setUp()
        self.browser = chromium.Browser(program, self.folder / "profile", HOST)
        self.addCleanup(self.browser.close)

    def test_a_leader_signs_in_and_decides_by_keyboard_and_nothing_else_is_asked(self) -> None:
        self.report(self.depot, GATE + " <script>document.title='gone'</script>", 6)
        gate = self.insight_of("amara", GATE)
        browser = self.browser
        browser.go(f"{self.base}/insights/{gate}")
        browser.tab_to("leader")
        browser.type("amara")
        browser.tab_to("password")
        browser.type(PASSWORD)
        browser.press("Enter")
        browser.until(f"location.pathname === '/insights/{gate}' && "
                      "document.readyState === 'complete'")
        self.assertIn("#", browser.of("document.title"))
        for pixels in (320, 360, 768, 1280):
            self.assertEqual(browser.wide(pixels), pixels, "nothing scrolls sideways")
        browser.tab_to("Answer everyone who reported it")
        browser.press("Enter")
        browser.tab_to("text")
        browser.type("A new keypad comes on Thursday")
        browser.tab_to("Send this answer")
        self.assertNotEqual(browser.of("getComputedStyle(document.activeElement).outlineStyle"),
                            "none", "where the keyboard is can be seen")
        browser.press("Enter")
        browser.until("document.querySelector('[role=status]') !== null")
        eventually("the depot reads it", lambda: self.inbox_has(self.depot, "A new keypad"))
        browser.go(self.base + "/")
        browser.tab_to("Sign out")
        browser.press("Enter")
        browser.until("location.pathname === '/sign-in'")
        cookies = browser.ask("Network.getCookies")["cookies"]
        self.assertEqual([one["name"] for one in cookies], ["earshot-form"])
        self.assertTrue(all(one["httpOnly"] and one["sameSite"] == "Strict" for one in cookies))
        self.assertEqual([url for url in browser.requested
                          if not url.startswith((self.base + "/", "data:", "about:"))], [])
        self.assertEqual(browser.complaints, [])


if __name__ == "__main__":
    unittest.main()
