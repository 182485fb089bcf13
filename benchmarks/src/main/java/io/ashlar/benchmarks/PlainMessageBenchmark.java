// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import org.openjdk.jmh.annotations.Fork;

/** What does the same cost on a platform thread that is no event loop? */
@Fork(
        value = 2,
        jvmArgsAppend = {PeerBenchmark.MIN_HEAP, PeerBenchmark.MAX_HEAP})
public class PlainMessageBenchmark extends MessageBenchmark {}
