// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.WorkloadParams;
import org.openjdk.jmh.runner.options.TimeValue;

/** How forks that ran in turns become one result each. */
class RoundsTest {

    private static BenchmarkParams params(int contestant) {
        WorkloadParams workload = new WorkloadParams();
        workload.put("contestant", Integer.toString(contestant), contestant);
        TimeValue time = TimeValue.seconds(1);
        IterationParams iterations = new IterationParams(IterationType.MEASUREMENT, 1, time, 1);
        return new BenchmarkParams(
                "of",
                "of",
                false,
                1,
                new int[] {1},
                List.of(),
                1,
                0,
                iterations,
                iterations,
                Mode.AverageTime,
                workload,
                TimeUnit.NANOSECONDS,
                1,
                "java",
                List.of(),
                "17",
                "a JVM",
                "17",
                "1.37",
                time);
    }

    private static RunResult fork(int contestant) {
        BenchmarkParams params = params(contestant);
        return new RunResult(params, List.of(new BenchmarkResult(params, List.of())));
    }

    @Test
    void eachContestantKeepsItsForksAndItsPlace() {
        Rounds rounds = new Rounds();
        rounds.add(List.of(fork(2), fork(1)));
        rounds.add(List.of(fork(2), fork(1)));
        rounds.add(List.of(fork(2))); // the other one failed

        List<RunResult> together = rounds.together();
        assertEquals(
                List.of("2 of 3", "1 of 2"),
                together.stream()
                        .map(result -> result.getParams().getParam("contestant") + " of "
                                + result.getBenchmarkResults().size())
                        .toList());
    }
}
