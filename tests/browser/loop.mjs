// The whole loop through both pages: somebody tells, a leader answers and says that
// it is done, and whoever told says whether it is. Environment: URL, AGENT, PASSWORD.
import { barriers, Checks, equal, sideways, watch } from "./checks.mjs";
import { launch, signIn } from "./browser.mjs";

const { URL: url, AGENT: agent, PASSWORD: password } = process.env;
const checks = new Checks();
const browser = await launch();
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true };
const words = "The lift to the loading bay stops between two floors";

async function open(path, options = {}) {
  const context = await browser.newContext({ ...phone, ...options });
  const page = await context.newPage();
  const seen = watch(page, [agent]);
  await page.goto(agent + path);
  return { context, page, seen };
}

const receiptOn = async (page) =>
  /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(await page.textContent("main"))?.[0] ?? "";

async function again(what, check) {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await check();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`never: ${what}`);
}

for (const locale of ["en-GB", "es-ES", "fr-FR"]) {
  for (const colorScheme of ["light", "dark"]) {
    const { context, page, seen } = await open("/", { locale, colorScheme });
    await checks.that(`the front line's page has no barrier (${locale}, ${colorScheme})`, async () => {
      equal(await page.getAttribute("html", "lang"), locale.slice(0, 2), "language");
      equal(await barriers(page), [], "on /");
      await page.goto(`${agent}/inbox`);
      equal(await barriers(page), [], "on /inbox");
      await page.setViewportSize({ width: 320, height: 640 });
      equal(await sideways(page), 0, "pixels sideways");
      await page.goto(`${agent}/`);
      equal(await sideways(page), 0, "pixels sideways");
      equal(seen.elsewhere, [], "asked elsewhere");
      equal(seen.complaints, [], "complaints");
    });
    await context.close();
  }
}

let receipt = "";
await checks.that("by keyboard alone somebody tells what they saw, and has a receipt", async () => {
  const { context, page } = await open("/");
  await page.focus("#text");
  await page.keyboard.type(`${words} <b onmouseover=broken=1>today</b>`);
  for (let steps = 0; steps < 30; steps += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.id === "quote" && !document.activeElement.checked)) {
      await page.keyboard.press("Space");
    }
    if (await page.evaluate(() => document.activeElement?.matches("button[type=submit]"))) break;
  }
  await page.keyboard.press("Enter");
  receipt = await again("a receipt", () => receiptOn(page));
  equal(await barriers(page), [], "on the receipt");
  await context.close();
});

await checks.that("what would be removed is shown before it is sent", async () => {
  const { context, page } = await open("/", { javaScriptEnabled: false });
  await page.fill("#text", "Card 4111 1111 1111 1111 was refused twice");
  await page.click(".send button");
  await page.waitForSelector(".preview mark");
  equal((await page.textContent(".preview")).includes("4111"), false, "the number shows");
  await context.close();
});

await checks.that("a leader reads it, answers, and says that it is done", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, url, "amara", password);
  const number = await again("the leader sees it", async () => {
    await page.goto(`${url}/insights?q=loading+bay`);
    return page.evaluate(() => document.querySelector("#rows li")?.dataset.insight);
  });
  await page.goto(`${url}/insights/${number}`);
  equal(await page.evaluate(() => globalThis.broken ?? "no"), "no", "nothing ran");
  await page.click("summary:has-text('Resolve')");
  await page.fill("#resolve-text", "The lift was repaired this morning.");
  await page.click("button:has-text('Tell them it is done')");
  await page.waitForSelector("#said-by-us.answer");
  await context.close();
});

await checks.that("whoever told opens the answer by the receipt, and says that it is not fixed", async () => {
  const { context, page } = await open("/inbox");
  await again("the answer is there", async () => {
    await page.goto(`${agent}/inbox`);
    await page.fill("[name=receipt]", receipt);
    await page.click("form[action='/open'] button");
    await page.waitForLoadState();
    return (await page.textContent("main")).includes("repaired this morning");
  });
  equal(await barriers(page), [], "on the answer");
  await page.check("#fixed-no", { force: true });
  await page.fill("#reason", "It stopped again an hour later");
  await page.click("form[action='/verdict'] button[type=submit]");
  await page.waitForLoadState();
  await context.close();
});

await checks.that("the leader's page says that it is back", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, url, "amara", password);
  await again("it is reopened", async () => {
    await page.goto(`${url}/insights?q=loading+bay`);
    return page.evaluate(() => document.querySelector("#rows li .tag")?.textContent === "reopened");
  });
  await context.close();
});

await browser.close();
checks.end();
