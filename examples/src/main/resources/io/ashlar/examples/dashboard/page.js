// SPDX-License-Identifier: Apache-2.0
// Fetches the figures each second and shows them, for as long as the page is open.

import { ages } from "./ages.js";
import { classes } from "./classes.js";
import * as figures from "./figures.js";
import { History } from "./history.js";
import { latency } from "./latency.js";
import { memory } from "./memory.js";
import { rates } from "./rates.js";
import { regions } from "./regions.js";
import * as theme from "./theme.js";

const EVERY = 1000;
const PATIENCE = 5000;
const GOOD_NEWS_FOR = 5000;

const byId = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

const history = new History();
let colours = theme.colours();
let lostAt = null;
let paused = false;

const cards = [memory, classes, rates, latency, ages, regions].map((its) => {
  const card = byId(its.id);
  const place = card.querySelector(".chart");
  const chart = echarts.init(place);
  new ResizeObserver(() => chart.resize()).observe(place);
  return { its, card, place, chart };
});

function draw({ its, card, place, chart }) {
  if (its.height) {
    place.style.height = `${its.height(history)}px`;
  }
  chart.setOption(its.option(history, colours, chart.getWidth()));
  figures.key(card.querySelector(".key"), its.key(history));
  figures.write(card.querySelector(".sentence"), its.sentence(history));
  if (card.querySelector("details").open) {
    figures.table(card.querySelector("table"), its.table(history));
  }
}

function show() {
  if (!history.last || document.hidden) {
    return;
  }
  figures.write(byId("name"), history.last.name + (history.last.closed ? " (closed)" : ""));
  figures.badge(byId("pressure"), history);
  figures.tiles(byId("tiles"), history);
  cards.forEach(draw);
}

async function refresh() {
  const answer = await fetch("/dashboard/data", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) {
    throw new Error(`status ${answer.status}`);
  }
  history.add(await answer.json());
}

/** Says once that the server is lost, and once that it is back. */
function lost() {
  if (lostAt === null) {
    lostAt = new Date();
    figures.write(byId("notice"), `The server has not answered since ${clock.format(lostAt)}. The charts show what was known then; `
      + "this page asks again every second.");
  }
}

function found() {
  figures.write(byId("updated"), `Updated ${clock.format(new Date())}`);
  if (lostAt !== null) {
    lostAt = null;
    figures.write(byId("notice"), "The server answers again.");
    setTimeout(() => lostAt === null && figures.write(byId("notice"), ""), GOOD_NEWS_FOR);
  }
  show();
}

async function tick() {
  const begun = performance.now();
  try {
    if (!paused) {
      (await refresh().then(() => found, () => lost))();
    }
  } finally {
    setTimeout(tick, Math.max(0, EVERY - (performance.now() - begun)));
  }
}

byId("pause").addEventListener("click", () => {
  paused = !paused;
  byId("pause").setAttribute("aria-pressed", paused);
  figures.write(byId("updated"), paused ? `Paused at ${clock.format(new Date())}` : "Going on");
});
cards.forEach((card) => card.card.querySelector("details").addEventListener("toggle", show));
document.addEventListener("visibilitychange", show);
theme.bind(byId("dark"), () => {
  colours = theme.colours();
  show();
});
tick();
