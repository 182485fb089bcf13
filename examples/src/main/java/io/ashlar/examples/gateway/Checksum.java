// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

import io.ashlar.message.IntField;
import io.ashlar.message.OffHeapObject;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The CRC of a message, which lies in one of its fields; for one thread. */
final class Checksum {

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer bytes;
    private final IntField field;

    Checksum(IntField field) {
        this.field = field;
        this.bytes = ByteBuffer.allocateDirect(field.schema().bytes());
    }

    void seal(OffHeapObject message) {
        field.set(message, of(message));
    }

    /**
     * Fails if the message is not as it was sealed.
     *
     * @throws IllegalStateException if it is not
     */
    void verify(OffHeapObject message) {
        int found = field.get(message);
        int expected = of(message);
        if (found != expected) {
            throw new IllegalStateException(
                    String.format("checksum=%08x, and the bytes give %08x: %s was damaged", found, expected, message));
        }
    }

    private int of(OffHeapObject message) {
        bytes.clear();
        message.getContent(0, bytes);
        bytes.putInt(field.offset(), 0);
        crc.reset();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
