// SPDX-License-Identifier: Apache-2.0
// The memory stack over time. The areas together are the reserved bytes.

import { atOneTime, base, line, time, values } from "./axes.js";
import { bytes, percent } from "./format.js";

/** The limit is drawn where it does not press what is below it flat. */
const LIMIT_IN_SIGHT = 3;

const LAYERS = [
  { name: "Requested", colour: "blue", of: (it) => it.memory.requested },
  { name: "Internal waste", colour: "red", of: (it) => Math.max(0, it.memory.used - it.memory.requested) },
  { name: "Cached", colour: "sky", of: (it) => it.memory.cached },
  { name: "Free", colour: "idle", of: (it) => it.memory.free },
];

export const memory = {
  id: "memory",

  option(history, colours) {
    const { limit } = history.last.memory;
    const most = history.range((it) => it.memory.reserved).most;
    const mark = limit <= LIMIT_IN_SIGHT * most && {
      silent: true,
      symbol: "none",
      lineStyle: { color: colours.ink, type: "dashed" },
      label: { color: colours.ink, formatter: `limit ${bytes(limit)}`, position: "insideStartTop" },
      data: [{ yAxis: limit }],
    };
    return {
      ...base(colours),
      tooltip: atOneTime(colours, bytes),
      xAxis: time(colours),
      yAxis: values(colours, bytes, steps(mark ? Math.max(limit, most) : most)),
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
      + `${percent(reserved / limit)} of the limit of ${bytes(limit)}.`;
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

/** Steps of a power of two bytes, at most four of them. */
function steps(most) {
  const interval = 2 ** Math.max(10, Math.ceil(Math.log2((most || 1) / 4)));
  return { interval, max: interval * Math.max(1, Math.ceil(most / interval)) };
}
