// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/** What one process held from before a burst until it had been idle for a while. */
record Timeline(List<Sample> samples) {

    /** The samples among a process's lines of text. */
    static Timeline parse(List<String> lines) {
        return new Timeline(
                lines.stream().filter(Sample::isSample).map(Sample::parse).toList());
    }

    /** The most there ever was. */
    OptionalLong peak(ToLongFunction<Sample> figure) {
        return samples.stream().mapToLong(figure).max();
    }

    /** What there was so many seconds after all was released, or just later; empty if the process ended before. */
    OptionalLong at(int seconds, ToLongFunction<Sample> figure) {
        return samples.stream()
                .filter(sample -> sample.millis() >= seconds * 1000L)
                .mapToLong(figure)
                .findFirst();
    }
}
