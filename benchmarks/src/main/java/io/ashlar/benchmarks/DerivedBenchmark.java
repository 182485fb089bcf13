// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;

/** What does it cost to make, use and release slices, duplicates, NIO views and composites of direct buffers? */
public class DerivedBenchmark extends ContentsBenchmark {

    private static final int HEADER = 64;
    private static final int PARTS = 4;

    private CompositeByteBuf parts;

    @Override
    protected void prepare() {
        super.prepare();
        parts = alloc.compositeDirectBuffer(PARTS);
        for (int i = 0; i < PARTS; i++) {
            parts.addComponent(true, kind.allocate(alloc, KIB / PARTS).writeZero(KIB / PARTS));
        }
    }

    @Override
    protected void releaseAll() {
        parts.release();
        super.releaseAll();
    }

    /**
     * A slice, and one byte of it.
     *
     * @return the byte
     */
    @Benchmark
    public byte slice() {
        return buf.slice(HEADER, KIB / 2).getByte(HEADER);
    }

    /**
     * A slice that keeps the buffer, released at once.
     *
     * @return false: the buffer lives on
     */
    @Benchmark
    public boolean retainedSlice() {
        return buf.retainedSlice(HEADER, KIB / 2).release();
    }

    /**
     * A duplicate that keeps the buffer, released at once.
     *
     * @return false: the buffer lives on
     */
    @Benchmark
    public boolean retainedDuplicate() {
        return buf.retainedDuplicate().release();
    }

    /**
     * A NIO buffer of its own.
     *
     * @return it
     */
    @Benchmark
    public ByteBuffer nioBuffer() {
        return buf.nioBuffer(HEADER, KIB / 2);
    }

    /**
     * The NIO buffer that the buffer keeps for I/O.
     *
     * @return it
     */
    @Benchmark
    public ByteBuffer internalNioBuffer() {
        return buf.internalNioBuffer(HEADER, KIB / 2);
    }

    /**
     * A message as an encoder makes it: a header of its own and a slice of the body, in one composite.
     *
     * @return something that depends on it
     */
    @Benchmark
    public boolean composeAndRelease() {
        ByteBuf header = alloc.directBuffer(HEADER).writeLong(KIB);
        return alloc.compositeDirectBuffer(2)
                .addComponents(true, header, buf.retainedSlice(0, KIB))
                .release();
    }

    /**
     * Gets the longs of 1 KiB in four parts.
     *
     * @return their sum
     */
    @Benchmark
    public long getLongOfComposite() {
        long sum = 0;
        for (int i = 0; i < KIB; i += Long.BYTES) {
            sum += parts.getLong(i);
        }
        return sum;
    }
}
