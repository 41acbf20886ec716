"""A real browser, driven over a pipe by the Chrome DevTools Protocol."""

import json
import os
import pathlib
import shutil
import subprocess
from typing import Any

from programs import eventually

NAMES = ("chromium", "chromium-browser", "google-chrome")


def installed() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One tab of an installed Chromium; `host` is this machine to it."""

    def __init__(self, program: str, profile: pathlib.Path, host: str) -> None:
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()

        def as_three_and_four() -> None:
            first, second = os.dup(to_browser), os.dup(from_browser)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--remote-debugging-pipe", f"--user-data-dir={profile}",
             f"--host-resolver-rules=MAP {host} 127.0.0.1", "about:blank"],
            preexec_fn=as_three_and_four, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.number = 0
        self.came = b""
        self.session = ""
        self.requested: list[str] = []
        self.complaints: list[Any] = []  # of the console
        targets = self.ask("Target.getTargets")["targetInfos"]
        page = next(one for one in targets if one["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=page["targetId"],
                                flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(domain + ".enable")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.write_end)
        os.close(self.read_end)

    def next_message(self) -> dict[str, Any]:
        while b"\0" not in self.came:
            part = os.read(self.read_end, 1 << 16)
            if not part:
                raise AssertionError("the browser has ended")
            self.came += part
        message, _, self.came = self.came.partition(b"\0")
        return json.loads(message)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next_message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self.note(answer)

    def note(self, event: dict[str, Any]) -> None:
        name, params = event.get("method"), event.get("params", {})
        if name == "Network.requestWillBeSent":
            self.requested.append(params["request"]["url"])
        elif name in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            self.complaints.append(params)

    def of(self, expression: str) -> Any:
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return result["result"].get("value")

    def until(self, expression: str) -> Any:
        return eventually(expression, lambda: self.of(expression))

    def go(self, url: str) -> None:
        self.ask("Page.navigate", url=url)
        self.until(f"location.href.startsWith({json.dumps(url)}) || location.search !== ''")

    def press(self, key: str) -> None:
        code = {"Tab": 9, "Enter": 13}[key]
        text = "\r" if key == "Enter" else ""
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, text=text,
                     windowsVirtualKeyCode=code)

    def type(self, text: str) -> None:
        self.ask("Input.insertText", text=text)

    def tab_to(self, name: str) -> None:
        """By keyboard alone, to what has this id, name or text."""
        wanted = json.dumps(name)
        for _ in range(40):
            self.press("Tab")
            if self.of(f"[document.activeElement.id, document.activeElement.name,"
                       f" document.activeElement.textContent.trim()].includes({wanted})"):
                return
        raise AssertionError(f"no key leads to {name}")

    def wide(self, pixels: int) -> int:
        """How wide the page is then."""
        self.ask("Emulation.setDeviceMetricsOverride", width=pixels, height=800,
                 deviceScaleFactor=1, mobile=True)
        return self.of("document.documentElement.scrollWidth")
