// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import org.openjdk.jmh.annotations.Fork;

/** How fast do direct buffers flow from a plain thread that allocates them to another thread that releases them? */
@Fork(
        value = 2,
        jvmArgsAppend = {PeerBenchmark.MIN_HEAP, PeerBenchmark.MAX_HEAP})
public class HandOverFromPlainBenchmark extends HandOverBenchmark {}
