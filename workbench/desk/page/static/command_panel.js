/* Commands to a run on this machine, for who may give them: each says what became of it, and one that
   is written into the books is asked about first. */

import { by, write } from "./elements.js";
import { FORMATS } from "./numbers.js";

const CONFIRMED = new Set(["flow"]);
const NUMBERS = new Set(["amount"]);

export class CommandPanel {
  constructor(api) {
    Object.assign(this, { api, allowed: false, detail: null });
    this.section = by("section-commands");
    this.forms = [...this.section.querySelectorAll("form")];
    for (const form of this.forms) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.ask(form);
      });
    }
  }

  /* Whether who is logged in may command. */
  allow(allowed) {
    this.allowed = allowed;
    if (this.detail) this.show(this.detail);
  }

  /* What was typed for one deployment is not sent to another. */
  clear() {
    this.detail = null;
    this.section.hidden = true;
    for (const form of this.forms) form.reset();
    this.say("", "");
  }

  show(detail) {
    this.detail = detail;
    this.section.hidden = !(this.allowed && detail.source === "watched");
  }

  async ask(form) {
    const { detail } = this;
    const body = bodyOf(form);
    if (CONFIRMED.has(body.command) && !(await confirmed(detail, body))) return;
    this.busy(true);
    this.say(`${body.command} was sent to ${detail.name}.`, "");
    try {
      const { done } = await this.api.post(`deployments/${encodeURIComponent(detail.id)}/commands`, body);
      this.tell(detail, done ? `${body.command} was done by ${detail.name}.` : `${detail.name} has ${body.command}, and did not answer yet.`, "");
      form.reset();
    } catch (problem) {
      this.tell(detail, "", problem.message);
    }
    this.busy(false);
    if (document.activeElement === document.body) form.querySelector("button").focus();
  }

  /* An answer that comes when another deployment is shown names its own, and is said all the same. */
  tell({ id, name }, answer, problem) {
    const elsewhere = problem && id !== this.detail?.id ? `${name}: ` : "";
    this.say(answer, `${elsewhere}${problem}`);
  }

  say(answer, problem) {
    write(by("command-answer"), answer);
    write(by("command-problem"), problem, problem ? "bad" : "");
  }

  busy(busy) {
    for (const form of this.forms) form.querySelector("button").disabled = busy;
  }
}

/* A command with what was given; a field that was left empty is not. */
function bodyOf(form) {
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  return { command: form.dataset.command, ...Object.fromEntries(given.map(([name, value]) => [name, NUMBERS.has(name) ? Number(value) : value])) };
}

/* Ask whether a flow is meant; the button that is safe has the focus. */
function confirmed({ name, currency }, { amount, currency: given, note }) {
  const dialog = by("confirm");
  const text = `${FORMATS.signed(amount)} ${given ?? currency}`;
  write(by("confirm-text"), `${name} expects ${text}: what comes of that amount is ${amount < 0 ? "a withdrawal" : "a deposit"}, and no profit or loss${note ? ` (${note})` : ""}.`);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((decided) => dialog.addEventListener("close", () => decided(dialog.returnValue === "yes"), { once: true }));
}
