// A phone at the front line's page: it reads the code that the machine shows, is
// paired, and tells. Environment: AGENT.
import { createRequire } from "node:module";

import { barriers, Checks, equal, sideways, watch } from "./checks.mjs";
import { launch } from "./browser.mjs";

const jsQR = createRequire(new URL("../../dashboard_feed/web/", import.meta.url))("jsqr");
const { AGENT: agent } = process.env;
const checks = new Checks();
const browser = await launch();
const words = "The cold room door does not close any more";

// What a camera makes of a picture of an element.
async function read(element) {
  const png = (await element.screenshot()).toString("base64");
  const page = await browser.newPage();
  const pixels = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = `data:image/png;base64,${source}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const { data, width, height } = canvas.getImageData(0, 0, image.width, image.height);
    return { data: [...data], width, height };
  }, png);
  await page.close();
  return jsQR(Uint8ClampedArray.from(pixels.data), pixels.width, pixels.height)?.data ?? "";
}

const machine = await (await browser.newContext()).newPage();
await machine.goto(`${agent}/phone`);
await machine.click("form[action='/phone/show'] button");
let address = "";
for (const colorScheme of ["light", "dark"]) {
  await checks.that(`a camera reads the code (${colorScheme})`, async () => {
    await machine.emulateMedia({ colorScheme });
    const found = await read(machine.locator("svg.qr"));
    equal(found, (await machine.textContent(".address")).trim(), "the code");
    equal(/^https:\/\/127\.0\.0\.1:\d+\/pair\/[0-9A-Z]{16}$/.test(found), true, "an address");
    address = found;
  });
}

const url = new URL(address).origin;
// The machine's own certificate: whom it trusts is tested in phone_page_test.py.
const phone = (options = {}) => browser.newContext({
  viewport: { width: 360, height: 740 }, hasTouch: true, ignoreHTTPSErrors: true, ...options,
});

for (const locale of ["en-GB", "es-ES", "fr-FR"]) {
  for (const colorScheme of ["light", "dark"]) {
    await checks.that(`no barrier before, at and after pairing (${locale}, ${colorScheme})`, async () => {
      const desk = await (await browser.newContext({ locale, colorScheme })).newPage();
      const deskSeen = watch(desk, [agent]);
      await desk.goto(`${agent}/phone`);
      equal(await barriers(desk), [], "at the machine");
      await desk.setViewportSize({ width: 320, height: 640 });
      equal(await sideways(desk), 0, "pixels sideways");
      equal([deskSeen.elsewhere, deskSeen.complaints], [[], []], "at the machine");
      await desk.context().close();
      const context = await phone({ locale, colorScheme });
      const page = await context.newPage();
      await page.goto(`${url}/`);
      equal(await barriers(page), [], "not paired");
      await page.goto(address);
      equal(await page.getAttribute("html", "lang"), locale.slice(0, 2), "language");
      equal(await barriers(page), [], "asked");
      await page.setViewportSize({ width: 320, height: 640 });
      equal(await sideways(page), 0, "pixels sideways");
      const seen = watch(page, [url]);
      await Promise.all([page.waitForURL(`${url}/`), page.click("main button")]);
      equal(await barriers(page), [], "paired");
      await page.goto(`${url}/phone`);
      equal(await barriers(page), [], "this phone");
      equal(await sideways(page), 0, "pixels sideways");
      equal([seen.elsewhere, seen.complaints], [[], []], "on the phone");
      await context.close();
    });
  }
}

await checks.that("by touch alone, without script, a phone is paired and tells", async () => {
  const context = await phone({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(address);
  await Promise.all([page.waitForURL(`${url}/`), page.tap("main button")]);
  await page.fill("#text", words);
  await page.tap(".send button");
  const told = await page.textContent(".receipt");
  equal(/[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/.test(told), true, "a receipt");
  await context.close();
});

await checks.that("a phone that lost the network says so, and that it is back", async () => {
  const context = await phone();
  const page = await context.newPage();
  await page.goto(address);
  await Promise.all([page.waitForURL(`${url}/`), page.click("main button")]);
  const away = await page.getAttribute("#link", "data-away");
  await context.setOffline(true);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.waitForFunction((text) => {
    const link = document.getElementById("link");
    return !link.hidden && link.textContent === text;
  }, away);
  await context.setOffline(false);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.waitForFunction(() => document.getElementById("link").hidden);
  await context.close();
});

await checks.that("unpaired at the machine, no phone comes in", async () => {
  const context = await phone();
  const page = await context.newPage();
  await page.goto(address);
  await Promise.all([page.waitForURL(`${url}/`), page.click("main button")]);
  await machine.goto(`${agent}/phone`);
  await machine.click("form[action='/phone/unpair'] button");
  equal((await page.goto(`${url}/`)).status(), 403, "status");
  await context.close();
});

await browser.close();
checks.end();
