// How soon a page is there for a browser that has nothing of it yet, of a feed whose
// page has no digest yet: first_view.mjs URL LEADER PASSWORD. One JSON line.
import { launch } from "./browser.mjs";

const [url, leader, password] = process.argv.slice(2);
const browser = await launch();
const context = await browser.newContext();

// Signed in without loading a page: that would keep parts of it.
const door = await (await context.request.get(`${url}/sign-in`)).text();
const form = /name="form" value="([^"]*)"/.exec(door)[1];
await context.request.post(`${url}/sign-in`, {
  form: { form, leader, password }, headers: { Origin: url }, maxRedirects: 0 });

const page = await context.newPage();
await page.goto(`${url}/`, { waitUntil: "load" });
const view = await page.evaluate(() => {
  const [at] = performance.getEntriesByType("navigation");
  const all = performance.getEntriesByType("resource");
  return {
    page_kib: (at.encodedBodySize + all.reduce((sum, one) => sum + one.encodedBodySize, 0)) / 1024,
    interactive_ms: at.domContentLoadedEventEnd - at.startTime,
  };
});
await page.goto(`${url}/insights`, { waitUntil: "load" });
const filter_ms = await page.evaluate(async () => {
  const box = document.querySelector("#f-severity");
  const rows = document.querySelector("#rows");
  box.value = "5";
  const from = performance.now();
  await new Promise((done) => {
    new MutationObserver(() => requestAnimationFrame(done)).observe(rows, { childList: true });
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return performance.now() - from;
});
await browser.close();
console.log(JSON.stringify({ ...view, filter_ms }));
