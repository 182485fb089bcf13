// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import org.openjdk.jmh.annotations.Fork;

/** What does it cost with a Java heap of 512 MiB? */
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-Djmh.executor=CUSTOM", PeerBenchmark.LOOPS})
public class SmallHeap512Benchmark extends SmallHeapBenchmark {}
