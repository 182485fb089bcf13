// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import org.openjdk.jmh.annotations.Benchmark;

/** What does it cost to get or set bytes at given indices, a value at a time? Nanoseconds are for all of them. */
public class GetSetBenchmark extends ValuesBenchmark {

    /**
     * Gets bytes.
     *
     * @return their sum
     */
    @Benchmark
    public int getByte() {
        ByteBuf b = buf;
        int end = size;
        int sum = 0;
        for (int i = 0; i < end; i += 1) {
            sum += b.getByte(i);
        }
        return sum;
    }

    /**
     * Sets bytes.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf setByte() {
        ByteBuf b = buf;
        int end = size;
        for (int i = 0; i < end; i += 1) {
            b.setByte(i, i);
        }
        return b;
    }

    /**
     * Gets shorts.
     *
     * @return their sum
     */
    @Benchmark
    public int getShort() {
        ByteBuf b = buf;
        int end = size;
        int sum = 0;
        for (int i = 0; i < end; i += 2) {
            sum += b.getShort(i);
        }
        return sum;
    }

    /**
     * Sets shorts.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf setShort() {
        ByteBuf b = buf;
        int end = size;
        for (int i = 0; i < end; i += 2) {
            b.setShort(i, i);
        }
        return b;
    }

    /**
     * Gets shorts, little-endian.
     *
     * @return their sum
     */
    @Benchmark
    public int getShortLE() {
        ByteBuf b = buf;
        int end = size;
        int sum = 0;
        for (int i = 0; i < end; i += 2) {
            sum += b.getShortLE(i);
        }
        return sum;
    }

    /**
     * Sets shorts, little-endian.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf setShortLE() {
        ByteBuf b = buf;
        int end = size;
        for (int i = 0; i < end; i += 2) {
            b.setShortLE(i, i);
        }
        return b;
    }

    /**
     * Gets mediums.
     *
     * @return their sum
     */
    @Benchmark
    public int getMedium() {
        ByteBuf b = buf;
        int end = size;
        int sum = 0;
        for (int i = 0; i < end - 2; i += 3) {
            sum += b.getMedium(i);
        }
        return sum;
    }

    /**
     * Sets mediums.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf setMedium() {
        ByteBuf b = buf;
        int end = size;
        for (int i = 0; i < end - 2; i += 3) {
            b.setMedium(i, i);
        }
        return b;
    }

    /**
     * Gets ints.
     *
     * @return their sum
     */
    @Benchmark
    public int getInt() {
        ByteBuf b = buf;
        int end = size;
        int sum = 0;
        for (int i = 0; i < end; i += 4) {
            sum += b.getInt(i);
        }
        return sum;
    }

    /**
     * Sets ints.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf setInt() {
        ByteBuf b = buf;
        int end = size;
        for (int i = 0; i < end; i += 4) {
            b.setInt(i, i);
        }
        return b;
    }

    /**
     * Gets ints, little-endian.
     *
     * @return their sum
     */
    @Benchmark
    public int getIntLE() {
        ByteBuf b = buf;
        int end = size;
        int sum = 0;
        for (int i = 0; i < end; i += 4) {
            sum += b.getIntLE(i);
        }
        return sum;
    }

    /**
     * Sets ints, little-endian.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf setIntLE() {
        ByteBuf b = buf;
        int end = size;
        for (int i = 0; i < end; i += 4) {
            b.setIntLE(i, i);
        }
        return b;
    }

    /**
     * Gets longs.
     *
     * @return their sum
     */
    @Benchmark
    public long getLong() {
        ByteBuf b = buf;
        int end = size;
        long sum = 0;
        for (int i = 0; i < end; i += 8) {
            sum += b.getLong(i);
        }
        return sum;
    }

    /**
     * Sets longs.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf setLong() {
        ByteBuf b = buf;
        int end = size;
        for (int i = 0; i < end; i += 8) {
            b.setLong(i, i);
        }
        return b;
    }

    /**
     * Gets longs, little-endian.
     *
     * @return their sum
     */
    @Benchmark
    public long getLongLE() {
        ByteBuf b = buf;
        int end = size;
        long sum = 0;
        for (int i = 0; i < end; i += 8) {
            sum += b.getLongLE(i);
        }
        return sum;
    }

    /**
     * Sets longs, little-endian.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf setLongLE() {
        ByteBuf b = buf;
        int end = size;
        for (int i = 0; i < end; i += 8) {
            b.setLongLE(i, i);
        }
        return b;
    }

    /**
     * Gets doubles.
     *
     * @return their sum
     */
    @Benchmark
    public double getDouble() {
        ByteBuf b = buf;
        int end = size;
        double sum = 0;
        for (int i = 0; i < end; i += 8) {
            sum += b.getDouble(i);
        }
        return sum;
    }

    /**
     * Sets doubles.
     *
     * @return the buffer
     */
    @Benchmark
    public ByteBuf setDouble() {
        ByteBuf b = buf;
        int end = size;
        for (int i = 0; i < end; i += 8) {
            b.setDouble(i, i);
        }
        return b;
    }
}
