// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor.golden;

import io.ashlar.message.Message;

/** Each option of the annotation, and methods that are none of the processor's business. */
@Message(name = "frame", bigEndian = true, packed = true, wholeCacheLines = true)
interface Options extends Described, AutoCloseable {
    /** Setters with results and without, before and after their getters, and a field without one. */
    void sequence(long value);

    byte kind();

    long sequence();

    Options kind(byte value);

    int reserved();

    default boolean isFirst() {
        return sequence() == 0;
    }

    /** The superclass has it. */
    @Override
    void close();

    static boolean isKind(byte kind) {
        return kind > 0;
    }

    private boolean pool() {
        return isKind(kind());
    }
}

interface Described {
    default String shortText() {
        return "a frame";
    }
}
