// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import org.openjdk.jmh.annotations.Fork;

/** What does the same cost on a virtual thread? Needs JDK 21 or newer. */
@Fork(
        value = 2,
        jvmArgsAppend = {PeerBenchmark.MIN_HEAP, PeerBenchmark.MAX_HEAP, "-Djmh.executor=VIRTUAL"})
public class VirtualThreadBenchmark extends AllocateReleaseBenchmark {}
