// SPDX-License-Identifier: Apache-2.0
// The last snapshots, and what follows from two of them: rates, and latencies of the time between.

/** How far back the charts go, in seconds. */
export const SPAN = 90;

/** A latency is that of the requests of so many seconds, so that a 99th percentile has enough of them. */
const LATENCY_SPAN = 5;

/** A sample stands for the time around it, in seconds: they do not come at exactly one a second. */
const MOMENT = 1;

export class History {
  #samples = [];

  /** Takes in a snapshot: a sample is it, the time, and what happened since the one before. */
  add(snapshot) {
    const at = snapshot.nanos / 1e9;
    const last = this.#samples.at(-1);
    if (last && (at <= last.at || snapshot.counts.allocations < last.counts.allocations)) {
      this.#samples = []; // another server
    }
    const before = this.#samples.at(-1);
    const window = this.#samples.find((sample) => sample.at >= at - LATENCY_SPAN - 0.5);
    this.#samples.push({
      ...snapshot,
      at,
      rates: before && rates(before, snapshot, at - before.at),
      p50: window && quantile(0.5, window.latency, snapshot.latency),
      p99: window && quantile(0.99, window.latency, snapshot.latency),
    });
    this.#samples = this.#samples.filter((sample) => sample.at >= at - SPAN - 1);
  }

  get last() {
    return this.#samples.at(-1);
  }

  get samples() {
    return this.#samples;
  }

  /** The samples by seconds, from SPAN seconds ago to now; undefined where there is none within a moment. */
  get seconds() {
    return Array.from({ length: SPAN + 1 }, (_, i) => {
      const at = this.last.at - SPAN + i;
      return this.#samples.findLast((sample) => Math.abs(sample.at - at) <= MOMENT);
    });
  }

  /** What a line of a chart shows: a value for each second, null where there is a gap. */
  line(value) {
    return this.seconds.map((sample) => (sample ? value(sample) ?? null : null));
  }

  /** The least and the greatest value of the time that is shown. */
  range(value) {
    const values = this.#samples.map(value).filter((it) => it != null);
    return values.length ? { least: Math.min(...values), most: Math.max(...values) } : { least: null, most: null };
  }
}

function rates(before, now, seconds) {
  const rate = (count) => (count(now) - count(before)) / seconds;
  return {
    allocations: rate((it) => it.counts.allocations),
    frees: rate((it) => it.counts.frees),
    remoteFrees: rate((it) => it.counts.remoteFrees),
    requests: rate((it) => it.latency.count),
  };
}

/** The quantile of what two histograms differ by, as Prometheus has it: straight lines within a bucket. */
function quantile(q, before, now) {
  const rank = q * (now.count - before.count);
  if (rank <= 0) {
    return null;
  }
  let below = { upTo: 0, count: 0 };
  for (const [i, bucket] of now.buckets.entries()) {
    const count = bucket.count - before.buckets[i].count;
    if (count >= rank) {
      return below.upTo + (bucket.upTo - below.upTo) * (rank - below.count) / (count - below.count);
    }
    below = { upTo: bucket.upTo, count };
  }
  return below.upTo;
}
