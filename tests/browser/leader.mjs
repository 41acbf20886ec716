// The leader's page in a real browser. Environment: URL, PASSWORD, GATE (number of
// an insight), MARKUP (of one whose words are markup).
import { barriers, Checks, equal, pagesOf, sideways, watch } from "./checks.mjs";
import { launch, signIn } from "./browser.mjs";

const { URL: url, PASSWORD: password, GATE: gate, MARKUP: markup } = process.env;
const checks = new Checks();
const browser = await launch();
const views = ["/", "/morning", "/insights", "/insights?q=till", "/insights?q=zebra",
  `/insights/${gate}`, "/loop", "/subscriptions", "/deliveries", "/insights/999999"];

async function visit(leader, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const seen = watch(page, [url]);
  await signIn(page, url, leader, password);
  return { context, page, seen };
}

for (const colorScheme of ["light", "dark"]) {
  const { context, page, seen } = await visit("amara", { colorScheme });
  for (const view of views) {
    await checks.that(`${view} has no barrier (${colorScheme})`, async () => {
      await page.goto(url + view);
      equal(await barriers(page), [], "barriers");
    });
  }
  await checks.that(`pages ask nobody else and complain of nothing (${colorScheme})`, async () => {
    equal(seen.elsewhere, [], "asked elsewhere");
    // The browser itself says so of the page that is not there.
    equal(seen.complaints.filter((text) => !text.includes("404")), [], "complaints");
  });
  await context.close();
}

{
  const { context, page } = await visit("amara", { viewport: { width: 320, height: 640 } });
  for (const view of views) {
    await checks.that(`${view} fits 320 pixels`, async () => {
      await page.goto(url + view);
      equal(await sideways(page), 0, "pixels sideways");
    });
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await checks.that("the morning fits one screen and one sheet", async () => {
    await page.goto(`${url}/morning`);
    equal(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), true,
      "it fits 1280 by 800");
    equal(pagesOf(await page.pdf({ format: "A4" })), 1, "sheets");
  });
  await context.close();
}

{
  const { context, page } = await visit("amara", { javaScriptEnabled: false });
  await checks.that("without script everything is read, searched and decided", async () => {
    for (const view of views) await page.goto(url + view);
    await page.goto(`${url}/insights`);
    await page.selectOption("#f-state", "open");
    await page.fill("#f-q", "keypad gate");
    await page.click(".filters button");
    equal(new globalThis.URL(page.url()).searchParams.get("state"), "open", "the address");
    await page.goto(`${url}/insights/${gate}`);
    await page.click("summary:has-text('Rename it')");
    await page.fill("#rename-title", "The gate of the dock");
    await page.click("button:has-text('Rename')");
    await page.waitForSelector("[role=status]");
  });
  await context.close();
}

{
  const { context, page, seen } = await visit("amara");
  await checks.that("a filter shows in the address, at once, and goes back", async () => {
    await page.goto(`${url}/insights`);
    const before = await page.locator("#rows > li").count();
    await page.evaluate(() => { globalThis.sameDocument = true; });
    await page.selectOption("#f-severity", "5");
    await page.waitForFunction((count) => document.querySelectorAll("#rows > li").length < count, before);
    equal(new globalThis.URL(page.url()).search, "?severity=5", "the address");
    equal(await page.evaluate(() => globalThis.sameDocument), true, "no page was loaded");
    for (const tag of await page.locator("#rows .tag:nth-child(2)").allTextContents()) {
      equal(tag, "severity 5", "a tag");
    }
    await page.goBack();
    await page.waitForFunction((count) => document.querySelectorAll("#rows > li").length === count, before);
    equal(await page.inputValue("#f-severity"), "", "the box");
  });
  await checks.that("words with markup and script are text, with script and without", async () => {
    await page.goto(`${url}/insights?q=onerror`);
    await page.selectOption("#f-state", "open");
    await page.waitForFunction(() => location.search.includes("state=open"));
    await page.waitForSelector(`#rows [data-insight="${markup}"]`);
    equal(await page.evaluate(() => globalThis.broken ?? "no"), "no", "nothing ran");
    equal(await page.locator("#rows img").count(), 0, "pictures");
    await page.goto(`${url}/insights/${markup}`);
    equal(await page.evaluate(() => globalThis.broken ?? "no"), "no", "nothing ran");
  });
  await checks.that("a plot is drawn, and its days can be pointed at", async () => {
    await page.goto(`${url}/insights/${gate}`);
    await page.waitForSelector("#plot canvas");
    await page.hover("#plot .u-over");
    await page.waitForFunction(() => /\d{4}-\d\d-\d\d/.test(
      document.querySelector("#plot .u-legend")?.textContent ?? ""));
  });
  await checks.that("the page complained of nothing", async () => equal(seen.complaints, [], "complaints"));
  await context.close();
}

// Two leaders at one insight: each sees what the other decided, and a decision
// that another's stands in the way of is refused and says so.
{
  const amara = await visit("amara");
  const jonas = await visit("jonas");
  const list = await jonas.context.newPage();
  await checks.that("a leader's decision shows on another's page, at once", async () => {
    for (const { page } of [amara, jonas]) await page.goto(`${url}/insights/${markup}`);
    await list.goto(`${url}/insights?q=onerror`);
    const counts = await list.textContent(`#rows [data-insight="${markup}"] .counts`);
    equal(await jonas.page.textContent("#state"), "heard", "before");
    await amara.page.click("summary:has-text('Decline')");
    await amara.page.fill("#decline-reason", "That is no report");
    await amara.page.click("button:has-text('Decline with this reason')");
    equal(await amara.page.textContent("#state"), "declined", "on her page before it is sent");
    await amara.page.waitForSelector("#said-by-us.answer");
    await jonas.page.waitForSelector(".live button");
    await list.waitForFunction((number) => document.querySelector(
      `#rows [data-insight="${number}"] .tag`)?.textContent === "declined", markup);
    equal(await list.textContent(`#rows [data-insight="${markup}"] .counts`), counts,
      "numbers that did not change, as they were told");
  });
  await checks.that("what another's decision stands in the way of is taken back, and says why", async () => {
    await jonas.page.click("summary:has-text('Acknowledge')");
    await jonas.page.click("button:has-text('Acknowledge')");
    await jonas.page.waitForSelector("#said-by-us.error");
    const said = await jonas.page.textContent("#said-by-us");
    equal(said.includes("declined") && said.includes("Nothing was recorded"), true, said);
    equal(await jonas.page.textContent("#state"), "heard", "as it was on this page");
    await jonas.page.click(".live button");
    await jonas.page.waitForFunction(() => document.querySelector("#state")?.textContent === "declined");
  });
  await amara.context.close();
  await jonas.context.close();
}

// What changes while a connection is cut is told once it is back, each once.
{
  const { context, page } = await visit("amara");
  const other = await visit("jonas");
  await checks.that("a connection that was cut goes on where it was", async () => {
    await page.goto(`${url}/insights`);
    await page.evaluate((base) => {
      globalThis.told = [];
      globalThis.source = new EventSource(`${base}/api/v1/events`);
      globalThis.source.addEventListener("insight", (event) => globalThis.told.push(event.lastEventId));
      return new Promise((done) => globalThis.source.addEventListener("open", done, { once: true }));
    }, url);
    const decide = async (title) => {
      await other.page.goto(`${url}/insights/${markup}`);
      await other.page.click("summary:has-text('Rename it')");
      await other.page.fill("#rename-title", title);
      await other.page.click("button:has-text('Rename')");
      await other.page.waitForSelector("#said-by-us.answer");
    };
    await decide("first");
    await page.waitForFunction(() => globalThis.told.length === 1);
    await context.setOffline(true);
    await decide("second");
    await decide("third");
    await context.setOffline(false);
    await page.waitForFunction(() => new Set(globalThis.told).size >= 2, undefined, { timeout: 20000 });
    const told = await page.evaluate(() => globalThis.told);
    equal(new Set(told).size, told.length, `each once: ${told}`);
  });
  await context.close();
  await other.context.close();
}

await browser.close();
checks.end();
