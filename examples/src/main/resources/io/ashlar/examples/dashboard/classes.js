// SPDX-License-Identifier: Apache-2.0
// A heat map: how full the slabs of each size class were, second by second.

import { ago, base, categories, time } from "./axes.js";
import { bytes, count, percent } from "./format.js";
import { SPAN } from "./history.js";

/** How many labels the axis has room for. */
const LABELS = 14;

/** The rows that have a label: powers of two, from the top, as far as they do not touch. */
function labelled(history, rows) {
  const apart = Math.ceil(rows.length / LABELS);
  const found = new Set();
  let last = Infinity;
  for (let y = rows.length - 1; y >= 0; y--) {
    const isPowerOfTwo = Number.isInteger(Math.log2(history.last.sizeClasses[rows[y]].blockBytes));
    if (last - y >= apart && (isPowerOfTwo || rows.length <= LABELS)) {
      found.add(y);
      last = y;
    }
  }
  return found;
}

/** The classes that had a slab in the time that is shown. */
function shown(history) {
  const had = new Set();
  for (const { sizeClasses } of history.samples) {
    sizeClasses.forEach((its, i) => its.slabBytes && had.add(i));
  }
  return [...had].sort((a, b) => a - b);
}

export const classes = {
  id: "classes",

  option(history, colours) {
    const rows = shown(history);
    const cells = history.seconds.flatMap((sample, x) =>
      rows
        .map((i, y) => [x, y, sample?.sizeClasses[i].occupancy, sample?.sizeClasses[i].slabBytes])
        .filter(([, , , slabs]) => slabs > 0));
    const labels = labelled(history, rows);
    const label = (i) => bytes(history.last.sizeClasses[i].blockBytes);
    return {
      ...base(colours),
      tooltip: {
        ...base(colours).tooltip,
        formatter: ({ value: [x, y, occupancy, slabs] }) =>
          `${label(rows[y])}, ${ago(x - SPAN)}\n${percent(occupancy)} of ${bytes(slabs)} handed out`,
      },
      xAxis: time(colours, { boundaryGap: true }),
      yAxis: categories(colours, rows.map(label), {
        axisLine: { show: false },
        axisLabel: { color: colours.soft, fontSize: 12, interval: (y) => labels.has(y) },
      }),
      visualMap: {
        show: false,
        dimension: 2,
        min: 0,
        max: 1,
        inRange: { color: [0, 1, 2, 3].map((i) => colours[`heat-${i}`]) },
      },
      series: [{ id: "classes", type: "heatmap", data: cells, progressive: 0, emphasis: { disabled: true } }],
    };
  },

  key: () => [["Handed out: none", "heat-0", ""], ["a third", "heat-1", ""], ["two thirds", "heat-2", ""], ["all", "heat-3", ""]],

  sentence(history) {
    const now = history.last.sizeClasses.filter((its) => its.slabBytes);
    const slabs = now.reduce((sum, its) => sum + its.slabBytes, 0);
    const out = now.reduce((sum, its) => sum + its.slabBytes * its.occupancy, 0);
    return slabs
      ? `${now.length} of ${history.last.sizeClasses.length} classes have slabs: ${bytes(slabs)}, ${percent(out / slabs)} handed out.`
      : "No class has a slab: nothing small is or was in use.";
  },

  table: (history) => [
    ["Block", "outstanding", "slabs", "handed out"],
    ...shown(history).map((i) => {
      const its = history.last.sizeClasses[i];
      return [bytes(its.blockBytes), count(its.outstanding), bytes(its.slabBytes), percent(its.occupancy)];
    }),
  ],
};
