// Pictures of pages: shots.mjs FOLDER some|all, with URL, AGENT, PASSWORD and
// INSIGHT in the environment. `some`: what the documentation shows; `all`: every
// view, light and dark, wide and narrow, from top to end.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { launch, signIn } from "./browser.mjs";

const [folder, which] = process.argv.slice(2);
const { URL: url, AGENT: agent, PASSWORD: password, INSIGHT: insight } = process.env;
const views = {
  digest: "/", morning: "/morning", insights: "/insights", search: "/insights?q=till&period=28d",
  insight: `/insights/${insight}`, loop: "/loop", subscriptions: "/subscriptions",
  deliveries: "/deliveries", nothing: "/insights?q=zebra", missing: "/insights/999999",
};
const agentViews = {
  tell: "/", inbox: "/inbox", preview: "/", recorded: "/", opened: "/inbox", wrong: "/inbox",
  phone: "/phone", gone: "/none",
};
// What is done on a page of the agent before its picture is taken.
let receipt = "";
const acts = {
  async preview(page) {
    await page.fill("#text", "Card 4111 1111 1111 1111 was charged twice at till 4");
    await page.click(".send button");
    await page.waitForSelector(".preview");
  },
  async recorded(page) {
    await page.fill("#text", "The scanner battery dies before noon");
    await page.click(".send button");
    receipt = (await page.textContent(".receipt")).trim();
  },
  async opened(page) {
    await page.fill("#receipt", receipt);
    await page.click("form[action='/open'] button");
    await page.waitForSelector("form[action='/withdraw']", { state: "attached" });
  },
  async wrong(page) {
    await page.fill("#receipt", "0000-0000-0000");
    await page.click("form[action='/open'] button");
    await page.waitForSelector(".error");
  },
  async phone(page) {
    const show = page.locator("form[action='/phone/show'] button");
    if (await show.count() > 0) await show.click();
    await page.waitForSelector(".qr");
  },
};
const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 780 };

async function picture(page, name, fullPage) {
  if (page.url().endsWith(`/insights/${insight}`)) await page.waitForSelector("#plot canvas");
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage, animations: "disabled" });
}

mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const scheme of which === "all" ? ["light", "dark"] : ["light"]) {
  for (const [size, viewport] of which === "all" ? [["wide", wide], ["narrow", narrow]] : [["", wide]]) {
    const context = await browser.newContext({ colorScheme: scheme, viewport });
    const page = await context.newPage();
    await page.goto(`${url}/sign-in`);
    const suffix = which === "all" ? `-${scheme}-${size}` : "";
    if (which === "all") await picture(page, `sign-in${suffix}`, true);
    await signIn(page, url, "amara", password);
    for (const [view, path] of Object.entries(views)) {
      if (which !== "all" && !["digest", "morning", "insight"].includes(view)) continue;
      await page.goto(url + path);
      await picture(page, `${view}${suffix}`, which === "all");
    }
    if (which !== "all") await page.setViewportSize(narrow);
    for (const [view, path] of Object.entries(agentViews)) {
      if (which !== "all" && view !== "tell" && view !== "phone") continue;
      await page.goto(agent + path);
      await acts[view]?.(page);
      await picture(page, `${view}${suffix}`, which === "all");
    }
    await context.close();
  }
}
await browser.close();
