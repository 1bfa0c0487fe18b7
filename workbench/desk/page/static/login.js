/* Logging in: the one-time code of the address that the server printed, or a token that is typed.

   The code stands behind `#`, which no browser sends anywhere, and is wiped out of the address and
   the history before anything else is asked. */

import { by } from "./elements.js";

const CODE = /^#code=([\w~.-]+)$/;

/* The one-time code of the address, taken out of it; null where there is none. */
export function takeCode() {
  const found = CODE.exec(location.hash);
  if (!found) return null;
  history.replaceState(null, "", `${location.pathname}${location.search}#/live`);
  return found[1];
}

export class Login {
  constructor(api, entered) {
    Object.assign(this, { api, entered });
    by("login-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.typed();
    });
  }

  show(problem = "") {
    by("login").hidden = false;
    by("login-problem").textContent = problem;
    by("token").focus();
  }

  hide() {
    by("login").hidden = true;
    by("login-problem").textContent = "";
  }

  /* Exchange a code or a token for a cookie; whether it was good. What is wrong with it is told. */
  async exchange(given) {
    try {
      await this.api.post("session", given);
      return true;
    } catch (problem) {
      this.show(problem.message);
      return false;
    }
  }

  /* A token leaves the field, and the page, with the request. */
  async typed() {
    const field = by("token");
    const token = field.value.trim();
    field.value = "";
    if (await this.exchange({ token })) this.entered();
  }
}
