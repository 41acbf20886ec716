// Pictures of every view: shots.mjs URL LEADER PASSWORD INSIGHT FOLDER [agent URL]
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { launch, signIn } from "./browser.mjs";

const [url, leader, password, insight, folder] = process.argv.slice(2);
const views = {
  digest: "/", morning: "/morning", insights: "/insights", search: "/insights?q=till&period=28d",
  insight: `/insights/${insight}`, loop: "/loop", subscriptions: "/subscriptions",
  deliveries: "/deliveries", nothing: "/insights?q=zebra", missing: "/insights/999999",
};
mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const scheme of ["light", "dark"]) {
  for (const [name, width, height] of [["wide", 1280, 900], ["narrow", 360, 780]]) {
    const context = await browser.newContext({
      colorScheme: scheme, viewport: { width, height }, deviceScaleFactor: 1 });
    const page = await context.newPage();
    await page.goto(`${url}/sign-in`);
    await page.screenshot({ path: join(folder, `sign-in-${scheme}-${name}.png`) });
    await signIn(page, url, leader, password);
    for (const [view, path] of Object.entries(views)) {
      await page.goto(url + path, { waitUntil: "load" });
      await page.waitForTimeout(150);
      await page.screenshot({ path: join(folder, `${view}-${scheme}-${name}.png`), fullPage: true });
    }
    await context.close();
  }
}
await browser.close();
