// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** What does it cost to copy many bytes into or out of a buffer at once? */
public class BulkBenchmark extends ContentsBenchmark {

    /** How many bytes. */
    @Param({"64", "1024", "16384"})
    public int size;

    private byte[] array;
    private ByteBuffer nioDirect;
    private ByteBuf other;

    @Override
    protected int capacity() {
        return size;
    }

    @Override
    protected void prepare() {
        super.prepare();
        array = letters(size);
        nioDirect = ByteBuffer.allocateDirect(size);
        other = kind.allocate(alloc, size).writeBytes(array);
    }

    @Override
    protected void releaseAll() {
        other.release();
        super.releaseAll();
    }

    /**
     * Out, into an array.
     *
     * @return the array
     */
    @Benchmark
    public byte[] getToArray() {
        buf.getBytes(0, array);
        return array;
    }

    /**
     * In, from an array.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf setFromArray() {
        return buf.setBytes(0, array);
    }

    /**
     * Out, into a direct NIO buffer.
     *
     * @return the NIO buffer
     */
    @Benchmark
    public ByteBuffer getToNio() {
        buf.getBytes(0, nioDirect.clear());
        return nioDirect;
    }

    /**
     * In, from a direct NIO buffer.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf setFromNio() {
        return buf.setBytes(0, nioDirect.clear());
    }

    /**
     * Between two buffers of the allocator.
     *
     * @return the one written to
     */
    @Benchmark
    public ByteBuf setFromBuf() {
        return buf.setBytes(0, other, 0, size);
    }

    /**
     * In, from an array, moving the writer index.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf writeFromArray() {
        return buf.clear().writeBytes(array);
    }

    /**
     * Out, into an array, moving the reader index.
     *
     * @return the array
     */
    @Benchmark
    public byte[] readToArray() {
        buf.setIndex(0, size).readBytes(array);
        return array;
    }

    /**
     * Zeroes.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf setZero() {
        return buf.setZero(0, size);
    }

    /**
     * A copy that is a buffer of its own, released at once.
     *
     * @return something that depends on it
     */
    @Benchmark
    public boolean copyAndRelease() {
        return buf.copy(0, size).release();
    }
}
