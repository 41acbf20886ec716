// A list of things that must hold, each said as it is found; and what every page
// of ours must be: quiet, self-contained, usable by everybody.
import { readFileSync } from "node:fs";

import { axeSource } from "./browser.mjs";

export class Checks {
  failed = 0;

  async that(name, check) {
    try {
      await check();
      console.log(`ok      ${name}`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED  ${name}\n        ${String(error.stack ?? error).replaceAll("\n", "\n        ")}`);
    }
  }

  end() {
    console.log(this.failed === 0 ? "all hold" : `${this.failed} failed`);
    process.exitCode = this.failed === 0 ? 0 : 1;
  }
}

export function equal(found, wanted, what) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
  }
}

// What a page asks for and complains of, from here on.
export function watch(page, ownUrls) {
  const found = { elsewhere: [], complaints: [] };
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith("data:") && !ownUrls.some((own) => url.startsWith(`${own}/`))) {
      found.elsewhere.push(url);
    }
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) found.complaints.push(message.text());
  });
  page.on("pageerror", (error) => found.complaints.push(String(error)));
  return found;
}

// What axe-core finds that is serious or worse: [rule, where].
export async function barriers(page) {
  // Not by a tag: the page's own policy forbids that, and says so.
  await page.evaluate(readFileSync(axeSource(), "utf8"));
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => [one.id, one.nodes.map((node) => node.html).slice(0, 3)]);
}

// Pixels that one would have to scroll sideways.
export const sideways = (page) => page.evaluate(
  () => document.documentElement.scrollWidth - document.documentElement.clientWidth);

export function pagesOf(pdf) {
  return (pdf.toString("latin1").match(/\/Type\s*\/Page(?![a-zA-Z])/g) ?? []).length;
}
