/* The brush and the crosshair over the charts of time: one line through all of them. */

class Pointer {
  constructor(view, onFill) {
    this.view = view;
    this.charts = [];
    this.onFill = onFill;
  }

  /* A chart whose x is time; one of them is brushed. */
  add(chart, { brush = false, tell }) {
    const layer = document.createElement("div");
    layer.className = brush ? "layer brush" : "layer";
    const cross = document.createElement("div");
    cross.className = "cross";
    const tip = document.createElement("div");
    tip.className = "tip";
    const span = document.createElement("div");
    span.className = "span";
    layer.append(span, cross, tip);
    chart.host.append(layer);
    const one = { chart, layer, cross, tip, span, tell };
    this.charts.push(one);
    this.place(one);
    layer.addEventListener("pointermove", (event) => this.move(one, event));
    layer.addEventListener("pointerleave", () => this.leave());
    if (brush) this.brush(one);
    this.show();
    return one;
  }

  place(one) {
    const { left, top, width, height } = one.chart.frame();
    Object.assign(one.layer.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  }

  placeAll() {
    this.charts = this.charts.filter((one) => one.chart.host.isConnected && one.layer.isConnected);
    this.charts.forEach((one) => this.place(one));
    this.show();
  }

  timeAt(one, pixel) {
    const { start, end } = one.chart.x;
    return start + ((end - start) * pixel) / one.layer.clientWidth;
  }

  pixelOf(one, time) {
    const { start, end } = one.chart.x;
    return ((time - start) / (end - start)) * one.layer.clientWidth;
  }

  move(one, event) {
    const time = this.timeAt(one, event.offsetX);
    for (const each of this.charts) {
      const at = this.pixelOf(each, time);
      each.cross.style.transform = `translateX(${at}px)`;
      each.layer.classList.add("on");
      each.tip.replaceChildren(...each.tell(time));
      each.tip.style.transform = `translateX(${at > each.layer.clientWidth / 2 ? at - each.tip.offsetWidth - 10 : at + 10}px)`;
    }
  }

  leave() {
    for (const each of this.charts) each.layer.classList.remove("on");
  }

  brush(one) {
    let from = null, moved = false;
    const day = (pixel) => {
      const time = this.timeAt(one, Math.min(Math.max(pixel, 0), one.layer.clientWidth));
      return Math.floor(time / 86400000) + EPOCH;
    };
    const brushed = (event) => {
      const ends = [day(from), day(event.offsetX)].sort((left, right) => left - right);
      const known = this.view.run.days;
      return [Math.max(ends[0], known[0]), Math.min(ends[1], known[known.length - 1])];
    };
    let waiting = null;
    one.layer.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      [from, moved] = [event.offsetX, false];
      one.layer.setPointerCapture(event.pointerId);
    });
    one.layer.addEventListener("pointermove", (event) => {
      if (from === null || Math.abs(event.offsetX - from) < 4) return;
      moved = true;
      const range = brushed(event);
      if (waiting) cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => this.view.set({ range }, "brush"));
    });
    one.layer.addEventListener("pointerup", (event) => {
      if (from === null) return;
      if (moved) {
        if (waiting) cancelAnimationFrame(waiting);
        this.view.set({ range: brushed(event) }, "brushed");
      } else this.onFill(this.timeAt(one, event.offsetX));
      from = null;
    });
    one.layer.addEventListener("dblclick", () => this.view.set({ range: null, zoom: null }, "reset"));
  }

  /* The brushed range, as a span over each chart. */
  show() {
    const range = this.view.range;
    for (const one of this.charts) {
      one.layer.classList.toggle("ranged", Boolean(range));
      if (!range) continue;
      const width = one.layer.clientWidth;
      const clip = (time) => Math.min(Math.max(this.pixelOf(one, time), 0), width);
      const low = clip((range[0] - EPOCH) * 86400000);
      const high = clip((range[1] - EPOCH + 1) * 86400000);
      one.span.style.left = `${low}px`;
      one.span.style.width = `${Math.max(high - low, 1)}px`;
    }
  }
}
