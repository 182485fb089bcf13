// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import org.openjdk.jmh.annotations.Fork;

/** What does it cost with a Java heap of 64 MiB? */
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms64m", "-Xmx64m", "-Djmh.executor=CUSTOM", PeerBenchmark.LOOPS})
public class SmallHeap64Benchmark extends SmallHeapBenchmark {}
