// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import org.openjdk.jmh.annotations.Fork;

/** What does it cost with a Java heap of 128 MiB? */
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms128m", "-Xmx128m", "-Djmh.executor=CUSTOM", PeerBenchmark.LOOPS})
public class SmallHeap128Benchmark extends SmallHeapBenchmark {}
