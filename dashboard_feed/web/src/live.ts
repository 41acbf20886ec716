import { base, type News } from "./api";
import { refresh } from "./filters";
import { countsOf, element, stateTag } from "./rows";

// What changes while a page is open. Numbers of insights that it shows change
// in place; what else would be different is offered, never done under the
// reader's eyes.

const changed = new Set<number>();
const bar = element("p", { class: "live", role: "status" });

function offer(): void {
  const many = changed.size;
  const button = element("button", { type: "button" },
    many === 0 ? "The page is out of date: load it again"
      : `${many} ${many === 1 ? "insight has" : "insights have"} changed: show`);
  button.addEventListener("click", () => {
    changed.clear();
    bar.replaceChildren();
    if (document.querySelector("#rows")) void refresh();
    else location.reload();
  });
  bar.replaceChildren(button);
}

function apply(news: News): void {
  const places = document.querySelectorAll<HTMLElement>(`[data-insight="${news.insight}"]`);
  for (const place of places) {
    const counts = place.querySelector(".counts");
    const { observations, reporters, sites } = news;
    if (counts && observations !== undefined && reporters !== undefined) {
      counts.textContent = countsOf({ observations, reporters, sites });
    }
    const tag = place.querySelector(".tag");
    if (tag && news.state && tag.textContent !== news.state) tag.replaceWith(stateTag(news.state));
    place.classList.remove("fresh");
    requestAnimationFrame(() => place.classList.add("fresh"));
  }
}

function parse(event: Event): News | null {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as News;
  } catch {
    return null;
  }
}

export function goLive(): void {
  if (!("EventSource" in window) || !document.body.classList.contains("wide")) return;
  document.querySelector("main")?.prepend(bar);
  const source = new EventSource(`${base}/api/v1/events`);
  source.addEventListener("insight", (event) => {
    const news = parse(event);
    if (!news) return;
    apply(news);
    changed.add(news.insight);
    offer();
  });
  source.addEventListener("gone", (event) => {
    const news = parse(event);
    if (!news) return;
    changed.add(news.insight);
    offer();
  });
  source.addEventListener("reload", () => {
    changed.clear();
    offer();
  });
  source.addEventListener("open", () => document.body.classList.remove("cut-off"));
  source.addEventListener("error", () => document.body.classList.add("cut-off"));
  window.addEventListener("pagehide", () => source.close());
}
