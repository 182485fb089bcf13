// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Direct buffers as they are, read and written at constant offsets. No pool: for the fields alone. */
final class ByteBuffers extends MessageSource<ByteBuffer> {

    /** A slice, so that it lies where a block of a slab may lie, and not where an allocation of the JDK begins. */
    static ByteBuffer slice() {
        return ByteBuffer.allocateDirect(2 * BYTES).slice(BYTES, BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public ByteBuffer acquire() {
        return slice();
    }

    @Override
    public void set(ByteBuffer message, long number) {
        message.putLong(ID, number);
        message.putLong(PRICE, number + 1);
        message.putLong(TIME, number + 2);
        message.putInt(QUANTITY, (int) number + 3);
        message.putInt(FLAGS, (int) number + 4);
    }

    @Override
    public long sum(ByteBuffer message) {
        return message.getLong(ID)
                + message.getLong(PRICE)
                + message.getLong(TIME)
                + message.getInt(QUANTITY)
                + message.getInt(FLAGS);
    }

    @Override
    public void release(ByteBuffer message) {}
}
