// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;

/** What does it cost to write and to read text in UTF-8, 1 KiB of it? Reading makes a string each time. */
public class TextBenchmark extends ContentsBenchmark {

    private String ascii;
    private String mixed;
    private ByteBuf mixedBytes;
    private ByteBuf target;

    @Override
    protected void prepare() {
        super.prepare();
        ascii = new String(letters(KIB), StandardCharsets.US_ASCII);
        mixed = "Gr\u00fc\u00dfe, \u4e16\u754c! ".repeat(KIB / 17);
        // Netty asks for three bytes per letter, whatever the letter.
        target = kind.allocate(alloc, 3 * KIB);
        mixedBytes = kind.allocate(alloc, 2 * KIB);
        mixedBytes.writeCharSequence(mixed, StandardCharsets.UTF_8);
    }

    @Override
    protected void releaseAll() {
        target.release();
        mixedBytes.release();
        super.releaseAll();
    }

    /**
     * Writes ASCII.
     *
     * @return the number of bytes
     */
    @Benchmark
    public int writeUtf8Ascii() {
        return ByteBufUtil.writeUtf8(target.clear(), ascii);
    }

    /**
     * Writes letters of one to three bytes.
     *
     * @return the number of bytes
     */
    @Benchmark
    public int writeUtf8Mixed() {
        return ByteBufUtil.writeUtf8(target.clear(), mixed);
    }

    /**
     * Reads ASCII.
     *
     * @return the text
     */
    @Benchmark
    public String readUtf8Ascii() {
        return buf.toString(0, KIB, StandardCharsets.UTF_8);
    }

    /**
     * Reads letters of one to three bytes.
     *
     * @return the text
     */
    @Benchmark
    public String readUtf8Mixed() {
        return mixedBytes.toString(StandardCharsets.UTF_8);
    }
}
