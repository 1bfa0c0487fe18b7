/* What the desk is asked over HTTP. A cookie that no script can read says who asks, so the page holds
   no secret. */

/* The desk refused, or could not be asked; `status` is 0 where it did not answer. */
export class ProblemError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

const UNKNOWN = { detail: "The desk answered with something that is no JSON." };

export class DeskApi {
  constructor(refused) {
    this.refused = refused;
  }

  /* An address below the page's own, so that a proxy may put the desk below a path. */
  static address(path, query = {}) {
    const address = new URL(path, document.baseURI.split("#")[0]);
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined && value !== "") address.searchParams.set(name, value);
    }
    return address;
  }

  get(path, query) {
    return this.ask("GET", DeskApi.address(`api/v1/${path}`, query));
  }

  delete(path) {
    return this.ask("DELETE", DeskApi.address(`api/v1/${path}`));
  }

  post(path, body) {
    return this.ask("POST", DeskApi.address(`api/v1/${path}`), body);
  }

  /* A file, as its bytes. */
  send(path, query, file) {
    return this.ask("POST", DeskApi.address(`api/v1/${path}`, query), file);
  }

  async ask(method, address, body) {
    const headers = { Accept: "application/json" };
    const whole = body === undefined || body instanceof Blob;
    if (body !== undefined) headers["Content-Type"] = whole ? "application/octet-stream" : "application/json";
    let answer;
    try {
      answer = await fetch(address, { method, headers, body: whole ? body : JSON.stringify(body), credentials: "same-origin" });
    } catch {
      throw new ProblemError(0, "The desk does not answer.");
    }
    if (answer.status === 204) return null;
    const told = await answer.json().catch(() => UNKNOWN);
    if (answer.ok) return told;
    if (answer.status === 401) this.refused();
    throw new ProblemError(answer.status, told.detail ?? UNKNOWN.detail);
  }
}

/* One call at a time, and one more behind it where it was wanted meanwhile; calls lie `rest`
   milliseconds apart, so that a hundred fills a second ask for one answer. */
export function coalesced(call, rest) {
  let running = null;
  let again = false;
  const run = async () => {
    do {
      again = false;
      await call();
      await new Promise((done) => setTimeout(done, rest));
    } while (again);
    running = null;
  };
  return () => {
    if (running) again = true;
    else running = run();
    return running;
  };
}
