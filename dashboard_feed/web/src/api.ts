// The JSON API (docs/reference/api.yaml), which is all that scripts use.

export type Count = number | string; // "<5": too few people to tell

export interface Daily {
  first: string; // 2026-11-02
  observations: number[];
}

export interface Item {
  insight: number;
  title: string;
  topic: string;
  kind: string;
  state: string;
  severity_max: number;
  observations: Count;
  reporters: Count;
  sites: Count;
  last_seen: string | null;
  times_exact: boolean;
  daily: Daily | null;
}

export interface Listing {
  items: Item[];
  found: number;
  more_found: boolean;
  hidden: number;
  next: string | null;
}

// What the router's news of one insight is, as it is pushed.
export interface News {
  insight: number;
  state?: string;
  observations?: Count;
  reporters?: Count;
  sites?: Count;
}

// What went wrong, in words for people.
export class Refusal extends Error {
  constructor(readonly status: number, detail: string) {
    super(detail);
  }
}

export const base = document.body.dataset["base"] ?? "";

async function ask(path: string, options: RequestInit): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(base + path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Refusal(0, "The feed cannot be reached. Check the connection and try again.");
  }
  if (answer.status === 401) {
    location.assign(base + "/sign-in?to=" + encodeURIComponent(location.pathname.slice(base.length)));
  }
  const body = (await answer.json().catch(() => ({}))) as { detail?: string };
  if (!answer.ok) throw new Refusal(answer.status, body.detail ?? `That did not work (${answer.status}).`);
  return body;
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask(path, { signal: signal ?? null, headers: { Accept: "application/json" } }) as Promise<T>;
}

export function post<T>(path: string, fields: Record<string, string>): Promise<T> {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(fields),
  }) as Promise<T>;
}

// A form acts once: after that each form of the page needs what the next may
// bring.
export async function renewForms(): Promise<void> {
  const me = await get<{ form?: string }>("/api/v1/me");
  for (const field of document.querySelectorAll<HTMLInputElement>("input[name=form]")) {
    if (me.form) field.value = me.form;
  }
}
