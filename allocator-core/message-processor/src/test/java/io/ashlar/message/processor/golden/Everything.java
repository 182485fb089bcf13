// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor.golden;

import io.ashlar.message.Ascii;
import io.ashlar.message.Length;
import io.ashlar.message.Message;
import io.ashlar.message.Unsigned;
import io.ashlar.message.Utf8;

/** Each type, and each form of an accessor. */
@Message
public interface Everything {
    enum Side {
        BUY,
        SELL
    }

    byte int8();

    Everything int8(byte value);

    short int16();

    Everything int16(short value);

    int int32();

    Everything int32(int value);

    long int64();

    Everything int64(long value);

    @Unsigned(8)
    int uint8();

    Everything uint8(int value);

    @Unsigned(16)
    int uint16();

    Everything uint16(int value);

    @Unsigned(32)
    long uint32();

    Everything uint32(long value);

    @Unsigned(64)
    long uint64();

    Everything uint64(long value);

    float float32();

    Everything float32(float value);

    double float64();

    Everything float64(double value);

    boolean bool();

    Everything bool(boolean value);

    char char16();

    Everything char16(char value);

    Side side();

    Everything side(Side value);

    @Ascii(12)
    String ascii();

    void asciiTo(StringBuilder target);

    Everything ascii(CharSequence value);

    @Utf8(20)
    String utf8();

    void utf8To(StringBuilder target);

    Everything utf8(String value);

    @Length(4)
    byte[] bytes();

    byte bytes(int index);

    Everything bytes(byte[] value);

    Everything bytes(int index, byte value);

    @Length(3)
    short int16s(int index);

    Everything int16s(int index, short value);

    @Length(3)
    int int32s(int index);

    Everything int32s(int index, int value);

    @Length(3)
    long int64s(int index);

    Everything int64s(int index, long value);

    @Length(3)
    @Unsigned(8)
    int uint8s(int index);

    Everything uint8s(int index, int value);

    @Length(3)
    @Unsigned(16)
    int uint16s(int index);

    Everything uint16s(int index, int value);

    @Length(3)
    @Unsigned(32)
    long uint32s(int index);

    Everything uint32s(int index, long value);

    @Length(3)
    @Unsigned(64)
    long uint64s(int index);

    Everything uint64s(int index, long value);

    @Length(3)
    float float32s(int index);

    Everything float32s(int index, float value);

    @Length(3)
    double float64s(int index);

    Everything float64s(int index, double value);

    @Length(3)
    boolean bools(int index);

    Everything bools(int index, boolean value);

    @Length(3)
    char chars(int index);

    Everything chars(int index, char value);
}
