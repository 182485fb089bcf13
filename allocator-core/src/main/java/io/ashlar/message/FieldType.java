// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

/** What a field of a {@link Schema} holds. */
public enum FieldType {
    /** A byte, -128 to 127. */
    INT8(1),
    /** A byte, 0 to 255. */
    UINT8(1),
    /** Two bytes, -32,768 to 32,767. */
    INT16(2),
    /** Two bytes, 0 to 65,535. */
    UINT16(2),
    /** Four bytes with sign. */
    INT32(4),
    /** Four bytes, 0 to 4,294,967,295. */
    UINT32(4),
    /** Eight bytes with sign. */
    INT64(8),
    /** Eight bytes without sign, in a {@code long} as {@link Long#toUnsignedString(long)} understands it. */
    UINT64(8),
    /** A float of IEEE 754 in four bytes. */
    FLOAT32(4),
    /** A double of IEEE 754 in eight bytes. */
    FLOAT64(8),
    /** One byte, 0 for false and 1 for true. */
    BOOLEAN(1),
    /** Two bytes, a unit of UTF-16. */
    CHAR(2),
    /** One byte, the ordinal of a constant of a Java enum: new constants have to be added behind the others. */
    ENUM(1),
    /** Bytes without further meaning, of fixed length. */
    BYTES(1),
    /** Text of 7-bit characters, one byte each, filled up with zero bytes. */
    ASCII(1),
    /** Text in UTF-8, filled up with zero bytes. */
    UTF8(1);

    private final int bytes;

    FieldType(int bytes) {
        this.bytes = bytes;
    }

    /**
     * The length of one value: of a number, or of one byte of a text.
     *
     * @return bytes; a field with natural alignment begins at a multiple of it
     */
    public int bytes() {
        return bytes;
    }
}
