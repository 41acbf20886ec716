// How soon a page is there: first_view.mjs URL LEADER PASSWORD. One JSON line.
import { launch, signIn } from "./browser.mjs";

const [url, leader, password] = process.argv.slice(2);
const rounds = 5;
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const browser = await launch();
const found = { server: [], bytes: [], ready: [], filter: [] };

for (let round = 0; round < rounds; round += 1) {
  // A browser that has nothing of it yet, and a digest that is made anew.
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, url, leader, password);
  await page.waitForTimeout(10500);
  await page.goto("about:blank");
  const fresh = await context.newPage();
  await fresh.goto(`${url}/`, { waitUntil: "load" });
  const seen = await fresh.evaluate(() => {
    const [at] = performance.getEntriesByType("navigation");
    const all = performance.getEntriesByType("resource");
    return {
      server: at.responseStart - at.requestStart,
      ready: at.domContentLoadedEventEnd - at.startTime,
      bytes: at.encodedBodySize + all.reduce((sum, one) => sum + one.encodedBodySize, 0),
    };
  });
  found.server.push(seen.server);
  found.ready.push(seen.ready);
  found.bytes.push(seen.bytes);
  await fresh.goto(`${url}/insights`, { waitUntil: "load" });
  found.filter.push(await fresh.evaluate(async () => {
    const box = document.querySelector("#f-severity");
    const rows = document.querySelector("#rows");
    box.value = "5";
    const from = performance.now();
    await new Promise((done) => {
      new MutationObserver(() => requestAnimationFrame(done)).observe(rows, { childList: true });
      box.dispatchEvent(new Event("change", { bubbles: true }));
    });
    return performance.now() - from;
  }));
  await context.close();
}
await browser.close();
console.log(JSON.stringify({
  first_view_ms: Math.round(median(found.server) * 10) / 10,
  page_kib: Math.round(median(found.bytes) / 102.4) / 10,
  interactive_ms: Math.round(median(found.ready)),
  filter_ms: Math.round(median(found.filter)),
}));
