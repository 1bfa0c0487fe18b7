/* What the page knows of the deployments: asked for once, and again when the stream says so. */

import { coalesced } from "./desk_api.js";
import { curveOf, detailOf, lineOf, pointOfState, wayOf } from "./shapes.js";

const LIST_REST_MS = 500; // between two looks at the list
const DETAIL_REST_MS = 60; // and at the deployment that is shown
const CURVE_REST_MS = 2000;
const POINTS = 1000;
const MOST_POINTS = 3 * POINTS; // the live end makes the curve longer, up to this
const DAY_MS = 86400000;
const MOST_ROWS = 500; // of each kind of detail, however long the page stays open
const ALL = "deployments"; // the topic of what the list shows
// Where the rows of each kind of message are kept.
const ROWS = { fill: "fills", trade: "closed", alert: "events", event: "events" };

export const SPANS = { today: "today", week: "1 week", inception: "inception" };

/* Tells its listener what changed: "list", "detail", "curve", "news" (an event that is to be said). */
export class FleetModel {
  constructor(api, changed, failed) {
    Object.assign(this, { api, changed, deployments: new Map(), selected: null, detail: null, span: "today", curve: null });
    this.guarded = (call) => call.call(this).catch(failed);
    this.askList = coalesced(() => this.guarded(this.readList), LIST_REST_MS);
    this.askDetail = coalesced(() => this.guarded(this.readDetail), DETAIL_REST_MS);
    this.askCurve = coalesced(() => this.guarded(this.readCurve), CURVE_REST_MS);
  }

  get rows() {
    return [...this.deployments.values()];
  }

  async readList() {
    const told = await this.api.get("deployments");
    const rows = told.deployments.map((each) => lineOf(each));
    const newer = (row) => ((this.deployments.get(row.id)?.revision ?? -1) > row.revision ? this.deployments.get(row.id) : row);
    this.deployments = new Map(rows.map((each) => [each.id, newer(each)]));
    this.changed("list");
  }

  async readDetail() {
    const id = this.selected;
    if (id === null) return;
    const told = detailOf(await this.api.get(`deployments/${encodeURIComponent(id)}`));
    if (id !== this.selected || told.revision < (this.detail?.revision ?? 0)) return;
    this.show(told);
  }

  show(detail) {
    this.detail = detail;
    this.deployments.set(detail.id, detail);
    this.extend(pointOfState(detail));
    this.changed("detail");
  }

  async readCurve() {
    const [id, span] = [this.selected, this.span];
    if (id === null) return;
    const query = { since: this.since(span), points: POINTS };
    const told = curveOf(await this.api.get(`deployments/${encodeURIComponent(id)}/equity`, query));
    if (id !== this.selected || span !== this.span) return;
    this.curve = told;
    if (this.detail) this.extend(pointOfState(this.detail));
    this.changed("curve");
  }

  /* Where a span begins: today is the account's open day as far as its session tells it. */
  since(span) {
    if (span === "inception") return null;
    const last = Date.parse(this.detail?.state.as_of ?? "") || Date.now();
    if (span === "week") return new Date(last - 7 * DAY_MS).toISOString();
    return new Date(new Date(last).setHours(0, 0, 0, 0)).toISOString();
  }

  /* The live end of the curve. */
  extend(point) {
    const points = this.curve?.points;
    if (!point || !points) return;
    if (points.length && point.time <= points.at(-1).time) return;
    points.push(point);
    if (points.length > MOST_POINTS) this.askCurve();
    this.changed("curve");
  }

  async select(id) {
    if (id === this.selected) return;
    Object.assign(this, { selected: id, detail: null, curve: null });
    this.changed("selected");
    await this.guarded(this.readDetail);
    await this.guarded(this.readCurve);
  }

  setSpan(span) {
    if (span === this.span && this.curve) return; // what is drawn goes on by marks
    this.span = span;
    this.curve = null;
    this.changed("curve");
    this.guarded(this.readCurve);
  }

  /* A message of the stream. Marks hold all that they change, and what happened comes by itself, so
     that nothing is asked again but what a gap or a reset may have changed. */
  hear({ type, topic, data }) {
    if (type === "reset") return void this.refresh();
    if (type === "mark") return this.takeMark(data);
    if (type === "marks") return data.marks.forEach((each) => this.takeMark(each));
    const own = topic !== ALL && data.deployment === this.selected && this.detail;
    if (own && type in ROWS) this.takeRow(this.detail[ROWS[type]], data);
    if (own && type === "gap") {
      this.askDetail();
      this.askCurve();
    }
    if (topic === ALL && type === "alert") this.changed("news", data);
  }

  /* What a deployment is now; its own topic tells the state as well. */
  takeMark(data) {
    const line = lineOf(data);
    if (line.revision < (this.deployments.get(line.id)?.revision ?? 0)) return;
    if (line.id === this.selected && this.detail) {
      this.show({ ...this.detail, ...line, state: data.state ?? this.detail.state });
      return;
    }
    this.deployments.set(line.id, line);
    this.changed("list");
  }

  /* A row is told again where more of it is known. */
  takeRow(rows, row) {
    const place = rows.findIndex(({ id }) => id === row.id);
    if (place < 0) rows.push(row);
    else rows[place] = row;
    if (rows.length > MOST_ROWS) rows.sort((left, right) => Date.parse(left.time) - Date.parse(right.time)).splice(0, rows.length - MOST_ROWS);
    this.changed("detail");
  }

  /* What the desk knows of an order; null where it cannot be asked. */
  async way(order) {
    const path = `deployments/${encodeURIComponent(this.selected)}/orders/${order}`;
    return this.api.get(path).then(wayOf, () => null);
  }

  refresh() {
    this.askList();
    this.askDetail();
    this.askCurve();
  }
}
