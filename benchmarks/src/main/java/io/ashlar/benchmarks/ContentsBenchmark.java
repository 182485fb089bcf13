// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Param;

/**
 * What benchmarks of reading and writing have in common: one buffer of the allocator, full of small letters. It is not
 * the allocator's first one, so that it does not begin where a region or an array begins.
 */
public abstract class ContentsBenchmark extends PeerBenchmark {

    /** The length of the buffer in bytes, unless a benchmark says otherwise. */
    static final int KIB = 1024;

    /** Where the bytes lie. */
    @Param("DIRECT")
    public BufferKind kind;

    /** The buffer that is read and written; its writer index is at its capacity. */
    protected ByteBuf buf;

    private ByteBuf neighbour;

    /**
     * How large the buffer is.
     *
     * @return bytes
     */
    protected int capacity() {
        return KIB;
    }

    @Override
    protected void prepare() {
        neighbour = kind.allocate(alloc, capacity());
        buf = kind.allocate(alloc, capacity());
        buf.writeBytes(letters(capacity()));
    }

    @Override
    protected void releaseAll() {
        buf.release();
        neighbour.release();
    }

    /**
     * Small letters, the same each time.
     *
     * @param length how many
     * @return the letters
     */
    static byte[] letters(int length) {
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) random.nextInt('a', 'z' + 1);
        }
        return bytes;
    }
}
