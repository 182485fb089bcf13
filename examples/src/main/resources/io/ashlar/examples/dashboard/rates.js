// SPDX-License-Identifier: Apache-2.0
// How many buffers come and go each second.

import { atOneTime, base, line, time, values } from "./axes.js";
import { count, rate } from "./format.js";

const LINES = [
  { name: "Allocations", colour: "blue", of: (it) => it.rates?.allocations },
  { name: "Frees", colour: "orange", dash: [6, 6], of: (it) => it.rates?.frees },
  { name: "Remote frees", colour: "green", of: (it) => it.rates?.remoteFrees },
];

export const rates = {
  id: "rates",

  option: (history, colours) => ({
    ...base(colours),
    tooltip: atOneTime(colours, rate),
    xAxis: time(colours),
    yAxis: values(colours, rate),
    series: LINES.map(({ name, colour, dash, of }) =>
      line(name, colours[colour], history.line(of), { lineStyle: { width: 2, color: colours[colour], type: dash ?? "solid" } })),
  }),

  key: (history) => LINES.map(({ name, colour, dash, of }) => [name, colour, rate(of(history.last)), dash]),

  sentence({ last }) {
    const { allocations, failures } = last.counts;
    return `${count(allocations)} allocations so far, ${count(failures)} refused.`;
  },

  table: (history) => [
    ["Each second", "now", "least", "most"],
    ...LINES.map(({ name, of }) => {
      const { least, most } = history.range(of);
      return [name, rate(of(history.last)), rate(least), rate(most)];
    }),
  ],
};
