// Debian's Chromium for tests of pages: nothing is fetched, nothing but the
// programs under test is asked.
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("../../dashboard_feed/web/", import.meta.url));
const require = createRequire(web);
const programs = ["chromium", "chromium-browser", "google-chrome"].flatMap(
  (name) => (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)));

export async function launch() {
  const { chromium } = require("playwright-core");
  const executablePath = programs.find((program) => existsSync(program));
  if (!executablePath) throw new Error("no Chromium is installed; deploy/packages test brings one");
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--disable-dev-shm-usage"],
  });
  // What takes longer than this on a busy machine is not coming.
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(15000);
    return context;
  };
  return browser;
}

export const axeSource = () => require.resolve("axe-core/axe.min.js");

export async function signIn(page, url, leader, password) {
  await page.goto(`${url}/sign-in`);
  await page.fill("#leader", leader);
  await page.fill("#password", password);
  await Promise.all([page.waitForURL(`${url}/`), page.click("button[type=submit]")]);
}
