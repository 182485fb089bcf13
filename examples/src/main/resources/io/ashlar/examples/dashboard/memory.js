// SPDX-License-Identifier: Apache-2.0
// The memory stack over time. The areas together are the reserved bytes.

import { atOneTime, base, line, time, values } from "./axes.js";
import { bytes, count, nanos, percent } from "./format.js";

/** What is higher than so many times the reserved bytes is not drawn: it would press these flat. */
const IN_SIGHT = 3;

const LAYERS = [
  { name: "Requested", colour: "blue", of: (it) => it.memory.requested },
  { name: "Internal waste", colour: "red", of: (it) => Math.max(0, it.memory.used - it.memory.requested) },
  { name: "Cached", colour: "sky", of: (it) => it.memory.cached },
  { name: "Free", colour: "idle", of: (it) => it.memory.free },
];

export const memory = {
  id: "memory",

  option(history, colours) {
    const most = history.range((it) => it.memory.reserved).most;
    const marks = marksInSight(history.last, most);
    const mark = marks.length > 0 && {
      silent: true,
      symbol: "none",
      label: { color: colours.ink, position: "insideStartTop" },
      data: marks.map(({ at, name, colour }) => ({
        yAxis: at,
        lineStyle: { color: colours[colour], type: "dashed" },
        label: { formatter: name },
      })),
    };
    return {
      ...base(colours),
      tooltip: atOneTime(colours, bytes),
      xAxis: time(colours),
      yAxis: values(colours, bytes, steps(Math.max(most, ...marks.map(({ at }) => at)))),
      series: LAYERS.map(({ name, colour, of }, i) => line(name, colours[colour], history.line(of), {
        stack: "reserved",
        areaStyle: { color: colours[colour], opacity: 1 },
        lineStyle: { width: 0 },
        markLine: i === 0 && mark ? mark : undefined,
      })),
    };
  },

  key: (history) => LAYERS.map(({ name, colour, of }) => [name, colour, bytes(of(history.last))]),

  sentence(history) {
    const { requested, used, reserved, peakReserved, limit } = history.last.memory;
    return `${bytes(requested)} requested, ${bytes(used)} used, ${bytes(reserved)} reserved, at most ${bytes(peakReserved)} so far; `
      + `${percent(reserved / limit)} of the limit of ${bytes(limit)}. ${pressure(history.last.pressure)}`;
  },

  table(history) {
    return [
      ["Bytes", "now", "least", "most"],
      ...LAYERS.map(({ name, of }) => {
        const { least, most } = history.range(of);
        return [name, bytes(of(history.last)), bytes(least), bytes(most)];
      }),
    ];
  },
};

function marksInSight({ memory: { limit }, pressure: { high } }, most) {
  return [
    { at: limit, name: `limit ${bytes(limit)}`, colour: "ink" },
    { at: high, name: `pressure from ${bytes(high)} used`, colour: "orange" },
  ].filter(({ at }) => at <= IN_SIGHT * most);
}

function pressure({ now, low, high, times, nanos: lasted, pausedChannels }) {
  const waiting = now ? `, ${count(pausedChannels)} channels wait` : "";
  const soFar = times > 0 ? `${count(times)} times so far, ${nanos(lasted)} in all` : "never so far";
  return `${now ? "Under pressure" : "No pressure"}${waiting}: it begins at ${bytes(high)} used and ends at ${bytes(low)}; ${soFar}.`;
}

/** Steps of a power of two bytes, at most four of them. */
function steps(most) {
  const interval = 2 ** Math.max(10, Math.ceil(Math.log2((most || 1) / 4)));
  return { interval, max: interval * Math.max(1, Math.ceil(most / interval)) };
}
