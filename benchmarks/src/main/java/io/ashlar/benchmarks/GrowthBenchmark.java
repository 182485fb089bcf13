// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * What does it cost to fill a direct buffer of 256 bytes with 64 KiB, in portions of 256 bytes, so that it grows on the
 * way?
 */
public class GrowthBenchmark extends PeerBenchmark {

    private static final int PORTION = 256;
    private static final int FINAL_SIZE = 64 << 10;

    private final byte[] portion = new byte[PORTION];

    /**
     * One buffer that grows.
     *
     * @return something that depends on it
     */
    @Benchmark
    public boolean growByWriting() {
        return fill(alloc.directBuffer(PORTION));
    }

    /**
     * One buffer that has its final size from the start: what growing costs is the difference.
     *
     * @return something that depends on it
     */
    @Benchmark
    public boolean writeWithoutGrowing() {
        return fill(alloc.directBuffer(FINAL_SIZE));
    }

    private boolean fill(ByteBuf buffer) {
        for (int written = 0; written < FINAL_SIZE; written += PORTION) {
            buffer.writeBytes(portion);
        }
        return buffer.release();
    }
}
