import { base, get, type Listing, Refusal } from "./api";
import { element, row } from "./rows";

// The list of insights follows the filter without a page being loaded; the
// address says what is chosen, so that it can be kept, sent, and gone back to.

const form = document.querySelector<HTMLFormElement>("#filters");
const found = document.querySelector<HTMLElement>("#found");
let running: AbortController | null = null;

function chosen(): URLSearchParams {
  const query = new URLSearchParams();
  if (!form) return query;
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value !== "") query.set(name, value);
  }
  return query;
}

function foundText(listing: Listing): string {
  if (listing.found === 0) return "Nothing that may be shown is so.";
  return `${listing.more_found ? "More than " : ""}${listing.found} ` +
    (listing.found === 1 ? "insight" : "insights");
}

function rows(): HTMLElement {
  const there = document.querySelector<HTMLElement>("#rows");
  if (there) return there;
  const made = element("ol", { class: "plain rows", id: "rows" });
  document.querySelector("#none")?.remove();
  form?.after(made);
  return made;
}

function show(listing: Listing, query: URLSearchParams): void {
  rows().replaceChildren(...listing.items.map(row));
  if (found) found.textContent = foundText(listing);
  document.querySelector("#next")?.remove();
  if (!listing.next) return;
  const next = new URLSearchParams(query);
  next.set("cursor", listing.next);
  const link = element("a", { class: "button", href: `${base}/insights?${next}` }, "The next ones");
  rows().after(element("p", { class: "act", id: "next" }, link));
}

export async function refresh(): Promise<void> {
  if (!form) return;
  const query = chosen();
  running?.abort();
  const mine = (running = new AbortController());
  form.setAttribute("aria-busy", "true");
  try {
    show(await get<Listing>(`/api/v1/insights?${query}`, mine.signal), query);
  } catch (error) {
    if (mine.signal.aborted) return;
    if (found) found.textContent = error instanceof Refusal ? error.message : "That did not work.";
  }
  if (running === mine) form.removeAttribute("aria-busy");
}

function follow(): void {
  const query = chosen().toString();
  history.pushState(null, "", `${base}/insights${query ? `?${query}` : ""}`);
  void refresh();
}

function fill(): void {
  if (!form) return;
  const query = new URLSearchParams(location.search);
  for (const field of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")) {
    field.value = query.get(field.name) ?? "";
  }
}

export function followFilters(): void {
  if (!form) return;
  let typing = 0;
  form.addEventListener("change", follow);
  form.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    clearTimeout(typing);
    typing = window.setTimeout(follow, 250);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    follow();
  });
  window.addEventListener("popstate", () => {
    fill();
    void refresh();
  });
}
