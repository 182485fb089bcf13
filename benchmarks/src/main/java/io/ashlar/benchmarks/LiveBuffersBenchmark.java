// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import java.util.function.IntUnaryOperator;

/**
 * What the benchmarks on many live direct buffers have in common: the buffers, and the order, drawn beforehand, in which
 * one after the other is replaced.
 */
public abstract class LiveBuffersBenchmark extends PeerBenchmark {

    /** The live buffers. */
    ByteBuf[] buffers;

    /** Which of them is replaced, step by step. */
    int[] slots;

    int step;

    /** Allocates the live buffers; the i-th gets the i-th size. */
    final void fill(int live, IntUnaryOperator sizes) {
        buffers = new ByteBuf[live];
        for (int i = 0; i < live; i++) {
            buffers[i] = alloc.directBuffer(sizes.applyAsInt(i));
        }
    }

    @Override
    protected final void releaseAll() {
        for (ByteBuf buffer : buffers) {
            buffer.release();
        }
    }
}
