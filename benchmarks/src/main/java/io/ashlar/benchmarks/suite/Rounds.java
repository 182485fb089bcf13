// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;

/**
 * The forks of a question, put together. JMH runs all forks of one contestant before it begins with the next; a machine that gets slower in
 * between then looks like a contestant that is. So each fork of each contestant is a run of its own, in turns.
 */
final class Rounds {

    private final Map<BenchmarkParams, Collection<BenchmarkResult>> forks = new LinkedHashMap<>();

    void add(Collection<RunResult> round) {
        for (RunResult result : round) {
            forks.computeIfAbsent(result.getParams(), params -> new ArrayList<>())
                    .addAll(result.getBenchmarkResults());
        }
    }

    /** One result for each benchmark and its parameters, of all forks, in the order of the first round. */
    List<RunResult> together() {
        return forks.entrySet().stream()
                .map(entry -> new RunResult(entry.getKey(), entry.getValue()))
                .toList();
    }
}
