// SPDX-License-Identifier: Apache-2.0
// How long requests take. The scale is logarithmic: the two lines are often a factor of ten apart.

import { atOneTime, base, line, time, values } from "./axes.js";
import { count, nanos, rate } from "./format.js";

const LINES = [
  { name: "Median (p50)", colour: "blue", of: (it) => it.p50 },
  { name: "p99", colour: "red", of: (it) => it.p99 },
];

export const latency = {
  id: "latency",

  option: (history, colours) => ({
    ...base(colours),
    tooltip: atOneTime(colours, nanos),
    xAxis: time(colours),
    yAxis: values(colours, nanos, { type: "log", ...decades(history) }),
    series: LINES.map(({ name, colour, of }) => line(name, colours[colour], history.line(of))),
  }),

  key: (history) => LINES.map(({ name, colour, of }) => [name, colour, nanos(of(history.last))]),

  sentence: ({ last }) =>
    `${rate(last.rates?.requests)} requests now, ${count(last.latency.count)} so far.`,

  table: (history) => [
    ["Latency", "now", "least", "most"],
    ...LINES.map(({ name, of }) => {
      const { least, most } = history.range(of);
      return [name, nanos(of(history.last)), nanos(least), nanos(most)];
    }),
  ],
};

/** The powers of ten around all that is shown. */
function decades(history) {
  const { least } = history.range(LINES[0].of);
  const { most } = history.range(LINES[1].of);
  return { min: 10 ** Math.floor(Math.log10(least ?? 1e4)), max: 10 ** Math.ceil(Math.log10(most ?? 1e7)) };
}
