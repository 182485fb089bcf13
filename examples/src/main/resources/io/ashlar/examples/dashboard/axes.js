// SPDX-License-Identifier: Apache-2.0
// What the charts have in common.

import { SPAN } from "./history.js";

const FONT = 12;

export const grid = { left: 8, right: 20, top: 12, bottom: 4, containLabel: true };

/** The beginning of each chart's options. Nothing moves by itself: a picture each second is motion enough. */
export function base(colours) {
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: FONT, color: colours.soft },
    grid,
    tooltip: {
      renderMode: "richText", // on the canvas: as HTML it would need inline styles
      backgroundColor: colours.card,
      borderColor: colours.soft,
      borderWidth: 1,
      textStyle: { color: colours.ink, fontSize: FONT + 1, lineHeight: 20 },
    },
  };
}

function look(colours) {
  return {
    axisLabel: { color: colours.soft, fontSize: FONT, hideOverlap: true },
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: colours.line } },
  };
}

export const ago = (seconds) => (seconds === 0 ? "now" : `${-seconds} s ago`);

/** The seconds of a history. They end now: the grid stays where it is, and the lines go by. */
export function time(colours, more = {}) {
  const its = look(colours);
  return {
    ...its,
    type: "category",
    data: Array.from({ length: SPAN + 1 }, (_, i) => i - SPAN),
    boundaryGap: false,
    splitLine: { show: false },
    axisLabel: { ...its.axisLabel, margin: 10, interval: (i) => i % 30 === 0, formatter: (seconds) => ago(Number(seconds)) },
    axisPointer: { lineStyle: { color: colours.soft } },
    ...more,
  };
}

/** The values, from nothing on. */
export function values(colours, format, more = {}) {
  const its = look(colours);
  return {
    ...its,
    type: "value",
    min: 0,
    splitNumber: 4,
    axisLine: { show: false },
    axisLabel: { ...its.axisLabel, formatter: format },
    ...more,
  };
}

export function categories(colours, data, more = {}) {
  const its = look(colours);
  return { ...its, type: "category", data, splitLine: { show: false }, ...more };
}

/** A tooltip of all lines at one time. */
export function atOneTime(colours, format) {
  return {
    ...base(colours).tooltip,
    trigger: "axis",
    formatter: (lines) => [
      ago(lines[0].dataIndex - SPAN),
      ...lines.map((line) => `${line.seriesName}: ${format(line.value)}`),
    ].join("\n"),
  };
}

export function line(name, colour, data, more = {}) {
  return {
    id: name,
    name,
    type: "line",
    data,
    showSymbol: false,
    color: colour,
    lineStyle: { width: 2, color: colour },
    emphasis: { disabled: true },
    ...more,
  };
}
