import { post, Refusal, renewForms } from "./api";
import { element, stateTag } from "./rows";

// A decision shows at once, before the router has it; what is refused is taken
// back and says why, with everything that was typed still there.

const stateAfter: Record<string, string> = {
  ack: "acknowledged",
  assign: "committed",
  decline: "declined",
  resolve: "resolved",
  reopen: "reopened",
};

function say(kind: "answer" | "error", text: string): void {
  document.querySelector("#said-by-us")?.remove();
  const role = kind === "error" ? "alert" : "status";
  const line = element("p", { class: kind, role, id: "said-by-us" }, text);
  document.querySelector("main")?.prepend(line);
  line.scrollIntoView({ block: "nearest" });
}

function fieldsOf(form: HTMLFormElement): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") fields[name] = value;
  }
  return fields;
}

// Gives back how it was.
function expect(verb: string): () => void {
  const tag = document.querySelector("#state");
  const state = stateAfter[verb];
  if (!tag || !state) return () => undefined;
  const expected = stateTag(state);
  expected.id = "state";
  tag.replaceWith(expected);
  return () => expected.replaceWith(tag);
}

async function send(form: HTMLFormElement, number: string): Promise<void> {
  const fields = fieldsOf(form);
  const verb = fields["verb"] ?? "";
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  if (button) button.disabled = true;
  const takeBack = expect(verb);
  try {
    const path = verb === "ask" ? "questions" : "decisions";
    const done = await post<{ text: string }>(`/api/v1/insights/${number}/${path}`, fields);
    say("answer", `${done.text}.`);
    form.closest("details")?.removeAttribute("open");
    form.reset();
    await renewForms();
  } catch (error) {
    takeBack();
    say("error", `${error instanceof Refusal ? error.message : "That did not work"}. Nothing was recorded.`);
    await renewForms().catch(() => undefined);
  }
  if (button) button.disabled = false;
}

export function decideInPlace(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>(".decide form")) {
    const number = /\/insights\/(\d+)$/.exec(form.action)?.[1];
    if (!number) continue;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void send(form, number);
    });
  }
}
