// SPDX-License-Identifier: Apache-2.0
// A map of the regions: one row each, from its first byte to its last.

import { base, categories, values } from "./axes.js";
import { bytes, count } from "./format.js";

/** More rows than this are no map any more. */
const MOST = 24;

const ROW = 28;
const AROUND = 44;

/** The room that a label of the axis needs. */
const LABEL = 80;

const KINDS = [
  { kind: "slab", name: "Slab", colour: "blue" },
  { kind: "large", name: "Large buffer", colour: "orange" },
  { kind: "bump", name: "Request arena", colour: "green" },
  { kind: "free", name: "Free", colour: "idle" },
];

const title = (region, i) => `${i + 1}${region.dedicated ? " (dedicated)" : ""}`;

const total = (regions, kind) =>
  regions.flatMap((region) => region.parts).filter((part) => part.kind === kind).reduce((sum, part) => sum + part.bytes, 0);

export const regions = {
  id: "regions",

  height: ({ last }) => AROUND + ROW * Math.max(1, Math.min(MOST, last.regions.length)),

  option({ last }, colours, width) {
    const rows = last.regions.slice(0, MOST);
    const longest = Math.max(1, ...rows.map((region) => region.bytes));
    return {
      ...base(colours),
      tooltip: {
        ...base(colours).tooltip,
        formatter: ({ seriesName, value: [y, offset, length] }) =>
          `${seriesName}, ${bytes(length)}\nin region ${title(rows[y], y)} from ${bytes(offset)}`,
      },
      xAxis: values(colours, bytes, {
        max: longest,
        interval: 2 ** Math.ceil(Math.log2(longest / (width / LABEL))),
        splitLine: { show: false },
      }),
      yAxis: categories(colours, rows.map(title), { inverse: true, axisLine: { show: false } }),
      series: KINDS.map(({ kind, name, colour }) => ({
        id: kind,
        name,
        type: "custom",
        encode: { x: [1, 2], y: 0 },
        data: rows.flatMap((region, y) =>
          region.parts.filter((part) => part.kind === kind).map((part) => [y, part.offset, part.bytes])),
        itemStyle: { color: colours[colour] },
        renderItem: rectangle,
      })),
    };
  },

  key: ({ last }) => KINDS.map(({ kind, name, colour }) => [name, colour, bytes(total(last.regions, kind))]),

  sentence({ last }) {
    const { length } = last.regions;
    const shown = length > MOST ? `, of which ${MOST} are shown` : "";
    const free = last.regions.flatMap((region) => region.parts).filter((part) => part.kind === "free").map((part) => part.bytes);
    return `${count(length)} ${length === 1 ? "region" : "regions"}${shown}, ${bytes(last.memory.reserved)} together; `
      + `the longest free part has ${bytes(Math.max(0, ...free))}.`;
  },

  table: ({ last }) => [
    ["Region", "bytes", ...KINDS.map(({ name }) => name)],
    ...last.regions.map((region, i) =>
      [title(region, i), bytes(region.bytes), ...KINDS.map(({ kind }) => bytes(total([region], kind)))]),
  ],
};

/** A part, with a hair of space to the next. */
function rectangle(params, api) {
  const [x, y] = api.coord([api.value(1), api.value(0)]);
  const [width, height] = api.size([api.value(2), 1]);
  const thickness = Math.min(20, height * 0.75);
  return {
    type: "rect",
    shape: { x, y: y - thickness / 2, width: Math.max(1, width - 1), height: thickness },
    style: { fill: api.visual("color") },
  };
}
