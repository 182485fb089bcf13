// SPDX-License-Identifier: Apache-2.0
// Outstanding buffers by age. A sample of them is watched.

import { base, categories, values } from "./axes.js";
import { count, nanos } from "./format.js";

function label(ages, i) {
  return ages[i].upTo ? `≤ ${nanos(ages[i].upTo)}` : `> ${nanos(ages[i - 1]?.upTo)}`;
}

const sampled = (ages) => ages.reduce((sum, age) => sum + age.samples, 0);

export const ages = {
  id: "ages",

  option({ last }, colours) {
    return {
      ...base(colours),
      tooltip: {
        ...base(colours).tooltip,
        formatter: ({ dataIndex: i }) =>
          `${label(last.ages, i)}\nabout ${count(last.ages[i].blocks)} buffers\n${count(last.ages[i].samples)} in the sample`,
      },
      xAxis: values(colours, count, { minInterval: 1, splitNumber: 3 }),
      yAxis: categories(colours, last.ages.map((_, i) => label(last.ages, i)), { inverse: true }),
      graphic: {
        id: "nothing",
        type: "text",
        left: "center",
        top: "middle",
        invisible: sampled(last.ages) > 0,
        style: { text: "None of the sample is outstanding.", fill: colours.soft, fontSize: 14 },
      },
      series: [{ id: "ages", name: "Buffers", type: "bar", data: last.ages.map((age) => age.blocks), color: colours.blue, barCategoryGap: "30%", emphasis: { disabled: true } }],
    };
  },

  key: () => [],

  sentence({ last }) {
    const all = sampled(last.ages);
    return `${count(last.counts.outstanding)} buffers are outstanding, ${count(all)} of them in the sample.`;
  },

  table: ({ last }) => [
    ["Age", "buffers, about", "in the sample"],
    ...last.ages.map((age, i) => [label(last.ages, i), count(age.blocks), count(age.samples)]),
  ],
};
