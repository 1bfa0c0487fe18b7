/* The desk's stream of messages: it resumes behind the last one that came, and never gives up. */

import { DeskApi } from "./desk_api.js";

export const FIRST_WAIT_MS = 500;
export const LONGEST_WAIT_MS = 15000;
const OVERFLOW = 4008; // too slow for the stream: what was missed is asked for again, at once
const REFUSED = new Set([1008, 4401, 4403]);

/* States: "connecting", "live", "waiting" (with the milliseconds), "refused". */
export class DeskStream {
  constructor({ heard, changed }) {
    Object.assign(this, { heard, changed, topics: [], last: null, wait: FIRST_WAIT_MS, socket: null, timer: null });
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  /* Hear of these topics from now on. */
  subscribe(topics) {
    this.topics = topics;
    if (this.socket?.readyState === WebSocket.OPEN) this.ask();
  }

  open() {
    clearTimeout(this.timer);
    this.timer = null;
    this.changed("connecting");
    const address = DeskApi.address("api/v1/stream");
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.addEventListener("open", () => this.ask());
    socket.addEventListener("message", ({ data }) => this.take(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => this.socket === socket && this.closed(code));
  }

  close() {
    const { socket } = this;
    this.socket = null;
    clearTimeout(this.timer);
    this.timer = null;
    socket?.close();
  }

  ask() {
    const after = this.last === null ? {} : { after: this.last };
    this.socket.send(JSON.stringify({ subscribe: this.topics, ...after }));
  }

  /* A reset counts from where the desk is now, which may be lower: it was started anew. A hello
     only says that the desk is there. */
  take(message) {
    this.wait = FIRST_WAIT_MS;
    if (this.told !== "live") this.tell("live");
    if (message.type === "reset") this.last = message.seq || null;
    else if (message.type !== "hello") this.last = Math.max(this.last ?? 0, message.seq);
    this.heard(message);
  }

  tell(state, wait) {
    this.told = state;
    this.changed(state, wait);
  }

  closed(code) {
    this.socket = null;
    if (REFUSED.has(code)) {
      this.tell("refused");
      return;
    }
    const wait = code === OVERFLOW ? 0 : this.wait * (0.5 + Math.random() / 2);
    if (code !== OVERFLOW) this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    this.tell("waiting", wait);
    this.timer = setTimeout(() => this.open(), wait);
  }

  /* The network is back, or the reader is: a wait that is running ends now. */
  hurry() {
    if (this.timer) this.open();
  }
}
