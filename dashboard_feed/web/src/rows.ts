import { base, type Count, type Daily, type Item } from "./api";

type Part = Node | string;

// An element with text in it: what people wrote is never markup.
export function element(name: string, attributes: Record<string, string>, ...parts: Part[]): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...parts);
  return made;
}

export function counted(count: Count, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

export function countsOf(item: { observations: Count; reporters: Count; sites?: Count | undefined }): string {
  const sites = typeof item.sites === "number" ? `, ${counted(item.sites, "site", "sites")}` : "";
  return `${counted(item.observations, "observation", "observations")}, ` +
    `${counted(item.reporters, "person", "people")}${sites}`;
}

export function stateTag(state: string): HTMLElement {
  return element("span", { class: `tag state-${state}` }, state);
}

// As the server draws it (page/plot.h).
function spark(daily: Daily | null): Node | null {
  const values = daily?.observations ?? [];
  const largest = Math.max(0, ...values);
  if (values.length < 2 || largest === 0) return null;
  const edge = 1.5;
  const step = (96 - 2 * edge) / (values.length - 1);
  const points = values.map((value, i) =>
    `${(edge + step * i).toFixed(1)},${(24 - edge - ((24 - 2 * edge) * value) / largest).toFixed(1)}`);
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [key, value] of Object.entries({
    class: "spark", viewBox: "0 0 96 24", width: "96", height: "24", "aria-hidden": "true",
  })) svg.setAttribute(key, value);
  const line = document.createElementNS(space, "polyline");
  line.setAttribute("points", points.join(" "));
  svg.append(line);
  return svg;
}

// The day, and the minute where that may be told: as the server wrote it, in
// the leader's zone.
function lastSeen(item: Item): string {
  if (!item.last_seen) return "";
  return ` · last seen ${item.times_exact
    ? item.last_seen.slice(0, 16).replace("T", " ") : item.last_seen.slice(0, 10)}`;
}

export function row(item: Item): HTMLElement {
  const path = `${base}/insights/${item.insight}`;
  const facts = element("p", { class: "facts" }, stateTag(item.state));
  if (item.severity_max > 0) {
    facts.append(" ", element("span", { class: `tag severity-${item.severity_max}` },
      `severity ${item.severity_max}`));
  }
  facts.append(" ", element("a", { href: `${path}#where`, class: "counts" }, countsOf(item)));
  for (const word of [item.topic, item.kind]) if (word) facts.append(` · ${word}`);
  facts.append(`${lastSeen(item)} · #${item.insight}`);
  const line = element("li", { class: "row", "data-insight": String(item.insight) },
    element("div", {}, element("h2", {}, element("a", { href: path }, item.title)), facts));
  const drawn = spark(item.daily);
  if (drawn) line.append(drawn);
  return line;
}
