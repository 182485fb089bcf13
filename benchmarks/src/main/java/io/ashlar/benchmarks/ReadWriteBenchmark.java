// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import org.openjdk.jmh.annotations.Benchmark;

/** What does it cost to read or write bytes, one value after the other? Nanoseconds are for all of them. */
public class ReadWriteBenchmark extends ValuesBenchmark {

    /**
     * Reads bytes.
     *
     * @return their sum
     */
    @Benchmark
    public int readByte() {
        ByteBuf b = buf;
        int end = size;
        int sum = 0;
        b.readerIndex(0);
        for (int i = 0; i < end; i += 1) {
            sum += b.readByte();
        }
        return sum;
    }

    /**
     * Writes bytes.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf writeByte() {
        ByteBuf b = buf;
        int end = size;
        b.clear();
        for (int i = 0; i < end; i += 1) {
            b.writeByte(i);
        }
        return b;
    }

    /**
     * Reads shorts.
     *
     * @return their sum
     */
    @Benchmark
    public int readShort() {
        ByteBuf b = buf;
        int end = size;
        int sum = 0;
        b.readerIndex(0);
        for (int i = 0; i < end; i += 2) {
            sum += b.readShort();
        }
        return sum;
    }

    /**
     * Writes shorts.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf writeShort() {
        ByteBuf b = buf;
        int end = size;
        b.clear();
        for (int i = 0; i < end; i += 2) {
            b.writeShort(i);
        }
        return b;
    }

    /**
     * Reads ints.
     *
     * @return their sum
     */
    @Benchmark
    public int readInt() {
        ByteBuf b = buf;
        int end = size;
        int sum = 0;
        b.readerIndex(0);
        for (int i = 0; i < end; i += 4) {
            sum += b.readInt();
        }
        return sum;
    }

    /**
     * Writes ints.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf writeInt() {
        ByteBuf b = buf;
        int end = size;
        b.clear();
        for (int i = 0; i < end; i += 4) {
            b.writeInt(i);
        }
        return b;
    }

    /**
     * Reads longs.
     *
     * @return their sum
     */
    @Benchmark
    public long readLong() {
        ByteBuf b = buf;
        int end = size;
        long sum = 0;
        b.readerIndex(0);
        for (int i = 0; i < end; i += 8) {
            sum += b.readLong();
        }
        return sum;
    }

    /**
     * Writes longs.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf writeLong() {
        ByteBuf b = buf;
        int end = size;
        b.clear();
        for (int i = 0; i < end; i += 8) {
            b.writeLong(i);
        }
        return b;
    }
}
