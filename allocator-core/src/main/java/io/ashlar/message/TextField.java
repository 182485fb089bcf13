// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A field of {@link FieldType#ASCII} or {@link FieldType#UTF8}. What a shorter text leaves of it is filled with zero bytes, and a text ends
 * before the first of them. In a {@code static final} variable its offset and its type are constants to the JIT.
 *
 * <p><b>Thread safety.</b> Immutable. Reads and writes are plain: they belong to whoever has the object.
 *
 * @param schema the schema that it is of
 * @param name its name there
 * @param type what it holds
 * @param offset bytes from the start of the message
 * @param most how many bytes it holds at most; of ASCII, each is a character
 */
public record TextField(Schema schema, String name, FieldType type, int offset, int most) {

    private static final int LAST_OF_ONE_BYTE = 0x7F;
    private static final int LAST_OF_TWO_BYTES = 0x7FF;

    /**
     * For {@link Schema}; anybody else gets what it has.
     *
     * @throws IllegalArgumentException if the schema has no such field there, or of another length
     */
    public TextField {
        schema.check(name, Schema.TEXTS, type, offset, most);
    }

    /**
     * Reads the text into a new string. What is no UTF-8, in a field of that type, becomes replacement characters.
     *
     * @param message an object of the same schema
     * @return the text
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     */
    public String get(OffHeapObject message) {
        byte[] bytes = new byte[bytes(message)];
        message.memory(schema).get(offset, bytes);
        return new String(bytes, type == FieldType.UTF8 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    }

    /**
     * How long the text is.
     *
     * @param message an object of the same schema
     * @return bytes; of ASCII, each is a character
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     */
    public int bytes(OffHeapObject message) {
        ByteBuffer memory = message.memory(schema);
        int bytes = 0;
        while (bytes < most && memory.get(offset + bytes) != 0) {
            bytes++;
        }
        return bytes;
    }

    /**
     * Appends the text to another; if all its characters are ASCII, without a new object.
     *
     * @param message an object of the same schema
     * @param target what to append to
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     */
    public void appendTo(OffHeapObject message, StringBuilder target) {
        ByteBuffer memory = message.memory(schema);
        int bytes = bytes(message);
        int before = target.length();
        for (int i = 0; i < bytes; i++) {
            byte next = memory.get(offset + i);
            if (next < 0 && type == FieldType.UTF8) {
                target.setLength(before);
                target.append(get(message));
                return;
            }
            target.append((char) (next & 0xFF));
        }
    }

    /**
     * Writes a text, without a new object.
     *
     * @param message an object of the same schema
     * @param text characters other than 0; for ASCII, up to 127; for UTF-8, surrogates in pairs
     * @throws IllegalArgumentException if the object is of another schema, or the text is too long or has other characters; then nothing is
     *     written
     * @throws IllegalStateException if the object has been released
     */
    public void set(OffHeapObject message, CharSequence text) {
        ByteBuffer memory = message.memory(schema);
        int bytes = check(text);
        int at = offset;
        if (bytes == text.length()) {
            for (int i = 0; i < bytes; i++) {
                memory.put(at++, (byte) text.charAt(i));
            }
        } else {
            for (int i = 0; i < text.length(); i++) {
                int point = Character.codePointAt(text, i);
                i += Character.charCount(point) - 1;
                at = encode(memory, at, point);
            }
        }
        for (int end = offset + most; at < end; at++) {
            memory.put(at, (byte) 0);
        }
    }

    /** UTF-8, as in RFC 3629. */
    private static int encode(ByteBuffer memory, int at, int point) {
        int next = at;
        if (point <= LAST_OF_ONE_BYTE) {
            memory.put(next++, (byte) point);
            return next;
        }
        if (point <= LAST_OF_TWO_BYTES) {
            memory.put(next++, (byte) (0xC0 | point >> 6));
        } else {
            if (point <= Character.MAX_VALUE) {
                memory.put(next++, (byte) (0xE0 | point >> 12));
            } else {
                memory.put(next++, (byte) (0xF0 | point >> 18));
                memory.put(next++, (byte) (0x80 | point >> 12 & 0x3F));
            }
            memory.put(next++, (byte) (0x80 | point >> 6 & 0x3F));
        }
        memory.put(next++, (byte) (0x80 | point & 0x3F));
        return next;
    }

    /** Returns how many bytes the text takes. */
    private int check(CharSequence text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || c > LAST_OF_ONE_BYTE && type == FieldType.ASCII) {
                throw refused(text, "has the character " + (int) c + " at index=" + i + ", which is not from 1 to 127");
            }
            if (c <= LAST_OF_ONE_BYTE) {
                bytes++;
            } else if (c <= LAST_OF_TWO_BYTES) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (Character.isSupplementaryCodePoint(Character.codePointAt(text, i))) {
                bytes += 4;
                i++;
            } else {
                throw refused(text, "has half of a surrogate pair at index=" + i);
            }
            if (bytes > most) {
                throw refused(text, "with length=" + text.length() + " takes more than " + most + " bytes");
            }
        }
        return bytes;
    }

    private IllegalArgumentException refused(CharSequence text, String reason) {
        return new IllegalArgumentException("text='" + text + "' for field=" + this + " " + reason);
    }

    @Override
    public String toString() {
        return schema.name() + "." + name;
    }
}
