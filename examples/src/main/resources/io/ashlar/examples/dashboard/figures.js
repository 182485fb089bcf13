// SPDX-License-Identifier: Apache-2.0
// What is not drawn but written: the tiles, and beside each chart its key, a sentence and a table.

import { bytes, count, nanos, percent, rate } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";

function element(name, text = "", className = "") {
  const it = document.createElement(name);
  it.textContent = text;
  if (className) {
    it.className = className;
  }
  return it;
}

/** Changes a text only if it is another: whoever has selected it, or reads it, is not disturbed. */
export function write(target, text) {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

/** Makes the cells of a parent as many as there are texts, and writes these. */
function writeAll(parent, texts, make) {
  while (parent.children.length > texts.length) {
    parent.lastElementChild.remove();
  }
  while (parent.children.length < texts.length) {
    parent.append(make(parent.children.length));
  }
  texts.forEach((text, i) => write(parent.children[i], text));
}

export function tiles(list, { last }) {
  const { memory, counts } = last;
  const all = [
    ["Used", bytes(memory.used), `${percent(memory.used / memory.limit)} of the limit`],
    ["Reserved", bytes(memory.reserved), `peak ${bytes(memory.peakReserved)}`],
    ["Outstanding", count(counts.outstanding), "buffers"],
    ["Requests", rate(last.rates?.requests), `${count(last.latency.count)} so far`],
    ["Latency p99", nanos(last.p99), `median ${nanos(last.p50)}`],
    ["Refused", count(counts.failures), "for want of memory"],
  ];
  if (!list.children.length) {
    for (const [name] of all) {
      const tile = element("div");
      tile.append(element("dt", name), element("dd", "", "value"), element("dd", "", "remark"));
      list.append(tile);
    }
  }
  all.forEach(([, value, remark], i) => {
    write(list.children[i].children[1], value);
    write(list.children[i].children[2], remark);
  });
}

/** Says whether there is pressure, in words and not by the colour alone. It is read aloud when it changes: so no figures here. */
export function badge(target, { last: { pressure } }) {
  write(target, pressure.now ? "Under pressure" : "No pressure");
  target.classList.toggle("now", pressure.now);
}

/** Entries of name, colour, value, and a dash if the line has one. */
export function key(list, entries) {
  if (list.children.length !== entries.length) {
    list.replaceChildren(...entries.map(([name, colour, , dash]) => {
      const entry = element("li");
      entry.append(swatch(colour, dash), element("span", name), element("b"));
      return entry;
    }));
  }
  entries.forEach(([, , value], i) => write(list.children[i].lastElementChild, value));
}

function swatch(colour, dash) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 16 12");
  picture.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, dash ? "line" : "rect");
  const its = dash
    ? { x1: 0, x2: 16, y1: 6, y2: 6, stroke: `var(--${colour})`, "stroke-width": 3, "stroke-dasharray": "4 2" }
    : { width: 16, height: 12, rx: 2, fill: `var(--${colour})` };
  Object.entries(its).forEach(([name, value]) => shape.setAttribute(name, value));
  picture.append(shape);
  return picture;
}

/** The first row is the heads of the columns, the first cell of each other the head of its row. */
export function table(target, [heads, ...rows]) {
  const head = target.tHead ?? target.createTHead();
  const body = target.tBodies[0] ?? target.createTBody();
  const headOf = (scope) => {
    const cell = element("th");
    cell.scope = scope;
    return cell;
  };
  if (!head.rows.length) {
    writeAll(head.insertRow(), heads, () => headOf("col"));
  }
  while (body.rows.length > rows.length) {
    body.deleteRow(-1);
  }
  rows.forEach((row, y) => {
    writeAll(body.rows[y] ?? body.insertRow(), row, (x) => (x === 0 ? headOf("row") : element("td")));
  });
}
