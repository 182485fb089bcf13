// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.AverageTimeResult;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.WorkloadParams;
import org.openjdk.jmh.runner.options.TimeValue;

/** What JMH would hand over. */
final class MadeUp {

    private MadeUp() {}

    /** A run of one fork, of which the iterations took so long. */
    static RunResult fork(String contestant, int... nanosPerOperation) {
        WorkloadParams workload = new WorkloadParams();
        workload.put("contestant", contestant, 0);
        TimeValue time = TimeValue.seconds(1);
        IterationParams iteration = new IterationParams(IterationType.MEASUREMENT, 1, time, 1);
        BenchmarkParams params = new BenchmarkParams(
                "a.Benchmark.method",
                "generated",
                false,
                1,
                new int[] {1},
                List.of(),
                1,
                0,
                iteration,
                iteration,
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
        List<IterationResult> iterations = new ArrayList<>();
        for (int nanos : nanosPerOperation) {
            IterationResult result = new IterationResult(params, iteration, null);
            result.addResult(new AverageTimeResult(ResultRole.PRIMARY, "method", 1, nanos, TimeUnit.NANOSECONDS));
            iterations.add(result);
        }
        return new RunResult(params, List.of(new BenchmarkResult(params, iterations)));
    }
}
