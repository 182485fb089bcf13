// SPDX-License-Identifier: Apache-2.0
// Figures as people read them: three digits, and a unit.

const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

const BYTES = [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10], ["B", 1]];
const TIMES = [["min", 60e9], ["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]];

function scaled(value, units) {
  const [unit, size] = units.find(([, least]) => value >= 0.9995 * least) ?? units.at(-1); // 999.9 ms are 1 s
  return `${digits(value / size)} ${unit}`;
}

/** Three significant digits, but never fewer than there are before the point. */
function digits(value) {
  return Math.abs(value) >= 100 ? whole.format(value) : number.format(value);
}

const NONE = "–";

export const bytes = (value) => (value == null ? NONE : scaled(value, BYTES));
export const nanos = (value) => (value == null ? NONE : scaled(value, TIMES));
export const count = (value) => (value == null ? NONE : whole.format(value));
export const rate = (value) => (value == null ? NONE : `${digits(value)}/s`);
export const percent = (part) => (part == null ? NONE : `${number.format(100 * part)} %`);
