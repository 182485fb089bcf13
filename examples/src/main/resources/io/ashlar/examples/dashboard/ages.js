// SPDX-License-Identifier: Apache-2.0
// Outstanding buffers by age. A sample is watched; its shares are those of all.

import { base, categories, values } from "./axes.js";
import { bytes, count, nanos } from "./format.js";

function label(ages, i) {
  return ages[i].upTo ? `≤ ${nanos(ages[i].upTo)}` : `> ${nanos(ages[i - 1]?.upTo)}`;
}

const sampled = (ages) => ages.reduce((sum, age) => sum + age.samples, 0);

/** About how many buffers are of each age. */
function estimates({ ages, counts }) {
  const all = sampled(ages);
  return ages.map((age) => (all ? (age.samples / all) * counts.outstanding : 0));
}

export const ages = {
  id: "ages",

  option({ last }, colours) {
    const about = estimates(last);
    return {
      ...base(colours),
      tooltip: {
        ...base(colours).tooltip,
        formatter: ({ dataIndex: i }) =>
          `${label(last.ages, i)}\nabout ${count(about[i])} buffers\n${count(last.ages[i].samples)} in the sample`,
      },
      xAxis: categories(colours, last.ages.map((_, i) => label(last.ages, i))),
      yAxis: values(colours, count, { minInterval: 1 }),
      graphic: {
        id: "nothing",
        type: "text",
        left: "center",
        top: "middle",
        invisible: sampled(last.ages) > 0,
        style: { text: "None of the sample is outstanding.", fill: colours.soft, fontSize: 14 },
      },
      series: [{ id: "ages", name: "Buffers", type: "bar", data: about, color: colours.blue, barCategoryGap: "30%", emphasis: { disabled: true } }],
    };
  },

  key: () => [],

  sentence({ last }) {
    const all = sampled(last.ages);
    const outstanding = `${count(last.counts.outstanding)} buffers are outstanding`;
    return all ? `${outstanding}; ${count(all)} of them are in the sample.` : `${outstanding}; none of them is in the sample.`;
  },

  table({ last }) {
    const about = estimates(last);
    return [
      ["Age", "about", "in the sample", "bytes of these"],
      ...last.ages.map((age, i) => [label(last.ages, i), count(about[i]), count(age.samples), bytes(age.bytes)]),
    ];
  },
};
