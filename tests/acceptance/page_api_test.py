#!/usr/bin/env python3
"""The page as JSON: docs/reference/api.yaml against the running feed."""

import datetime
import re
import unittest
from typing import Any

import yaml

from es1_client import SOURCE
from loop_world import GATE
from page_visit import URL, Answer, PageWorld, Stream, Visit
from programs import eventually

SPEC = yaml.safe_load((SOURCE / "docs/reference/api.yaml").read_text(encoding="utf-8"))
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool,
         "null": type(None)}


def resolve(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        found: Any = SPEC
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def mistakes(value: Any, schema: dict[str, Any], at: str = "$") -> list[str]:
    """Where the value is not as the schema has it, as far as ours say anything."""
    schema = resolve(schema)
    found = [mistake for part in schema.get("allOf", []) for mistake in mistakes(value, part, at)]
    wanted = schema.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if wanted and not any(type(value) is TYPES[name] for name in wanted):
        return [*found, f"{at} is a {type(value).__name__}"]
    if isinstance(value, dict):
        found += [f"{at}.{name} is not there" for name in schema.get("required", [])
                  if name not in value]
        for name, part in schema.get("properties", {}).items():
            if name in value:
                found += mistakes(value[name], part, f"{at}.{name}")
    if isinstance(value, list) and "items" in schema:
        for index, one in enumerate(value):
            found += mistakes(one, schema["items"], f"{at}[{index}]")
    return found


class ApiTest(PageWorld):
    def script(self, leader: str = "amara") -> Visit:
        return self.visit(self.feed.command("token", leader).strip())

    def check(self, answer: Answer, method: str, path: str) -> None:
        """It is one of the answers that the description has for the path."""
        operation = SPEC["paths"][path][method]
        self.assertIn(str(answer.status), operation["responses"], (path, answer.body))
        described = resolve(operation["responses"][str(answer.status)])
        self.covered.add((path, method, str(answer.status)))
        if answer.status == 304:
            self.assertEqual(answer.body, "")
            return
        kind = answer.headers["Content-Type"]
        self.assertIn(kind, described["content"])
        if kind == "text/event-stream":
            return
        self.assertEqual(mistakes(answer.json(), described["content"][kind]["schema"]), [])
        if "headers" in described:
            self.assertTrue(answer.headers["ETag"])

    def check_writing(self, script: Visit, browser: Visit, path: str, real: str,
                      good: dict[str, str] | None, bad: dict[str, str] | None,
                      missing: dict[str, str]) -> None:
        self.check(browser.send_json(real, good or {}), "post", path)
        self.check(script.ask("POST", real, {"a": "b"}), "post", path)
        nowhere = re.sub("/[0-9]+/", "/9999/", real)
        self.check(script.send_json(nowhere, missing), "post", path)
        if good is not None and bad is not None:
            self.check(script.send_json(real, good), "post", path)
            self.check(script.send_json(real, bad), "post", path)

    def test_every_path_and_status_of_the_description_is_served_and_no_other(self) -> None:
        self.covered: set[tuple[str, str, str]] = set()
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        script, nobody, browser = self.script(), self.visit(), self.visit()
        browser.sign_in("amara")
        served = {(one["path"], method) for one in script.get("/api/v1").json()["paths"]
                  for method in one["methods"]}
        described = {(path, method) for path, operations in SPEC["paths"].items()
                     for method in operations if method in ("get", "post")}
        self.assertEqual(served, described)
        for path, method in sorted(described):
            real = path.replace("{number}", str(gate))
            self.check(nobody.ask(method.upper(), real), method, path)
            if path == "/api/v1/events":
                self.assertEqual(script.ask("HEAD", real).status, 200)
                streams = [Stream(script, real) for _ in range(8)]
                self.check(streams[0].answer(), method, path)
                self.check(script.get(real), method, path)
                for stream in streams:
                    stream.close()
            elif method == "get":
                answer = script.get(real)
                self.check(answer, method, path)
                tag = answer.headers["ETag"]
                self.check(script.get(real, If_None_Match=tag), method, path)
                self.assertEqual(script.get(real, If_None_Match='W/"other"').status, 200)
                self.assertEqual(script.ask("HEAD", real).status, 200)
        decisions, path = f"/api/v1/insights/{gate}/decisions", \
            "/api/v1/insights/{number}/decisions"
        for query in ("?limit=0", "?limit=201", "?limit=x", "?cursor=zz", "?limit=%zz"):
            self.check(script.get("/api/v1/insights" + query), "get", "/api/v1/insights")
        self.check(script.get("/api/v1/insights/9999"), "get", "/api/v1/insights/{number}")
        for visit, answer in (
                (script, {"verb": "sell"}), (browser, {"verb": "ack"}),
                (script, {"verb": "ack"})):
            self.check(visit.send_json(decisions, answer), "post", path)
        eventually("it is acknowledged", lambda: script.get(
            f"/api/v1/insights/{gate}").json()["state"] == "acknowledged")
        self.check(script.send_json(decisions, {"verb": "ack"}), "post", path)
        self.check(script.send_json("/api/v1/insights/9999/decisions", {"verb": "ack"}),
                   "post", path)
        self.check(script.ask("POST", decisions, {"verb": "ack"}), "post", path)
        next_week = (datetime.date.today() + datetime.timedelta(days=7)).isoformat()
        for name, good, bad, missing in (
                ("insights/{number}/questions", {"text": "Since when?"},
                 {"text": "Since when?", "answers": "x"}, {"text": "Since when?"}),
                ("subscriptions", {"id": "amara-own", "at": "07:00"}, {"id": "x", "at": "25:00"},
                 {"act": "pause", "id": "nobodys"}),
                # Without a deputy it is nothing about a subscription either.
                ("deputies", {"deputy": "jonas", "until": next_week},
                 {"deputy": "jonas", "until": "someday"},
                 {"deputy": "nobody", "until": next_week}),
                ("deliveries/{number}/retry", None, None, {})):
            path = "/api/v1/" + name
            self.check_writing(script, browser, path, path.replace("{number}", str(gate)), good,
                               bad, missing)
        # channels_test.py has something to send again; the others are of forms that
        # were sent before, as the next test's.
        not_here = {("/api/v1/deliveries/{number}/retry", "post", status)
                    for status in ("202", "400", "409")}
        not_here.add(("/api/v1/insights/{number}/questions", "post", "409"))
        not_here |= {(f"/api/v1/{name}", "post", "409")
                     for name in ("subscriptions", "deputies")}
        self.assertEqual(self.covered | not_here, {
            (path, method, status) for path, method in described
            for status in SPEC["paths"][path][method]["responses"]})
        for wrong, status in (("/api/v1/nothing", 404), (decisions, 405), ("/api/v1/", 404)):
            answer = script.get(wrong)
            self.assertEqual(answer.status, status)
            self.assertEqual(answer.json()["status"], status)
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")

    def test_a_script_answers_and_the_reporters_read_it(self) -> None:
        self.report(self.depot, GATE, 6)
        gate = self.insight_of("amara", GATE)
        script = self.script()
        one = script.get(f"/api/v1/insights/{gate}").json()
        self.assertIn("answer", one["verbs"])
        said = script.send_json(f"/api/v1/insights/{gate}/decisions", {
            "verb": "answer", "text": "Call 0171 555 0199: a new keypad comes",
            "opened_by": one["opened_by"]})
        self.assertEqual(said.status, 202)
        self.assertIn("removed", said.json()["text"])
        eventually("the depot reads it", lambda: self.inbox_has(self.depot, "a new keypad comes"))
        self.assertFalse(self.inbox_has(self.depot, "0199"))
        other = script.send_json(f"/api/v1/insights/{gate}/decisions", {
            "verb": "decline", "reason": "x", "opened_by": "00" * 16})
        self.assertEqual(other.status, 409)
        self.assertIn("another insight", other.json()["detail"])

    def test_a_browser_decides_with_what_its_session_was_given_once(self) -> None:
        self.report(self.depot, GATE, 6)
        path = f"/api/v1/insights/{self.insight_of('amara', GATE)}/decisions"
        browser = self.visit()
        browser.sign_in("amara")
        form = browser.get("/api/v1/me").json()["form"]
        self.assertNotIn("form", self.script().get("/api/v1/me").json())
        rename = {"verb": "rename", "title": "The gate", "form": form}
        self.assertEqual(browser.send_json(path, rename, Origin="https://evil.example").status, 403)
        self.assertEqual(browser.send_json(path, rename | {"form": ""}).status, 403)
        self.assertEqual(browser.send_json(path, rename, Origin=URL).status, 202)
        self.assertEqual(browser.send_json(path, rename, Origin=URL).status, 409)
        self.assertEqual(self.counted()["decided"], 1)

    def test_pages_of_a_listing_hold_each_insight_once_by_priority(self) -> None:
        texts = ["The till froze while a customer waited", GATE, "Lorry ramp lights are broken",
                 "Uniform sizes are wrong again", "Parking fees went up for employees"]
        for text in texts:
            self.report(self.depot, text, 6)
        script = self.script()

        def listed() -> list[int]:
            return [item["insight"] for item in script.get("/api/v1/insights").json()["items"]]

        eventually("all are there", lambda: len(listed()) == len(texts))
        whole = listed()
        for limit in (1, 2, len(whole)):
            found, cursor = [], ""
            for _ in range(len(whole) + 1):
                page = script.get(f"/api/v1/insights?limit={limit}{cursor}").json()
                self.assertLessEqual(len(page["items"]), limit)
                found += [item["insight"] for item in page["items"]]
                if page["next"] is None:
                    break
                cursor = "&cursor=" + page["next"]
            self.assertEqual(found, whole, limit)

    def test_a_token_is_worth_nothing_once_revoked_and_is_in_no_file(self) -> None:
        script, other = self.script(), self.script("jonas")
        self.assertEqual(script.get("/api/v1/me").json()["leader"], "amara")
        self.assertEqual(other.get("/api/v1/me").json()["leader"], "jonas")
        self.assertEqual(script.get("/").headers["Location"], "/sign-in", "pages are for sessions")
        self.assertEqual(self.feed.command("token", "amara", "--revoke"),
                         "1 token is good no more\n")
        self.assertEqual(script.get("/api/v1/me").status, 401)
        self.assertEqual(other.get("/api/v1/me").status, 200)
        secret = re.sub("^earshot_", "", other.token)
        files = b"".join(path.read_bytes() for path in (self.feed.folder / "state").iterdir()
                         if path.is_file()) + self.log_text().encode()
        self.assertNotIn(secret.encode(), files)


if __name__ == "__main__":
    unittest.main()
