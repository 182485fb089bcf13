// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ByteProcessor;
import org.openjdk.jmh.annotations.Benchmark;

/** What does it cost to search or compare 1 KiB? What is looked for is at the end. */
public class SearchBenchmark extends ContentsBenchmark {

    private ByteBuf same;
    private ByteBuf needle;

    @Override
    protected void prepare() {
        super.prepare();
        buf.setByte(KIB - 1, '\n');
        same = kind.allocate(alloc, KIB).writeBytes(buf, 0, KIB);
        needle = kind.allocate(alloc, 4).writeBytes(buf, KIB - 4, 4);
    }

    @Override
    protected void releaseAll() {
        needle.release();
        same.release();
        super.releaseAll();
    }

    /**
     * One byte, by its index.
     *
     * @return where it is
     */
    @Benchmark
    public int indexOf() {
        return buf.indexOf(0, KIB, (byte) '\n');
    }

    /**
     * One byte, by its distance.
     *
     * @return how far away it is
     */
    @Benchmark
    public int bytesBefore() {
        return buf.bytesBefore((byte) '\n');
    }

    /**
     * One byte, by a processor.
     *
     * @return where it is
     */
    @Benchmark
    public int forEachByte() {
        return buf.forEachByte(ByteProcessor.FIND_LF);
    }

    /**
     * Four bytes.
     *
     * @return where they are
     */
    @Benchmark
    public int indexOfBuf() {
        return ByteBufUtil.indexOf(needle, buf);
    }

    /**
     * Compares with equal contents.
     *
     * @return true
     */
    @Benchmark
    public boolean equalContents() {
        return buf.equals(same);
    }

    /**
     * Hashes.
     *
     * @return the hash
     */
    @Benchmark
    public int hash() {
        return buf.hashCode();
    }
}
