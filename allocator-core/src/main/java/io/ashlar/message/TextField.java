// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A field of {@link FieldType#ASCII}. What a shorter text leaves of it is filled with zero bytes, and a text ends before the first of them. In a
 * {@code static final} variable its offset is a constant to the JIT.
 *
 * <p><b>Thread safety.</b> Immutable. Reads and writes are plain: they belong to whoever has the object.
 *
 * @param schema the schema that it is of
 * @param name its name there
 * @param offset bytes from the start of the message
 * @param most how many characters it holds at most
 */
public record TextField(Schema schema, String name, int offset, int most) {

    /**
     * For {@link Schema}; anybody else gets what it has.
     *
     * @throws IllegalArgumentException if the schema has no such field there, or of another length
     */
    public TextField {
        schema.check(name, FieldType.ASCII, offset, most);
    }

    /**
     * Reads the text into a new string.
     *
     * @param message an object of the same schema
     * @return the text
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     */
    public String get(OffHeapObject message) {
        byte[] bytes = new byte[length(message)];
        message.memory(schema).get(offset, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /**
     * How long the text is.
     *
     * @param message an object of the same schema
     * @return characters
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     */
    public int length(OffHeapObject message) {
        ByteBuffer memory = message.memory(schema);
        int length = 0;
        while (length < most && memory.get(offset + length) != 0) {
            length++;
        }
        return length;
    }

    /**
     * Appends the text to another, without a new object.
     *
     * @param message an object of the same schema
     * @param target what to append to
     * @throws IllegalArgumentException if the object is of another schema
     * @throws IllegalStateException if the object has been released
     */
    public void appendTo(OffHeapObject message, StringBuilder target) {
        ByteBuffer memory = message.memory(schema);
        int length = length(message);
        for (int i = 0; i < length; i++) {
            target.append((char) (memory.get(offset + i) & 0xFF));
        }
    }

    /**
     * Writes a text.
     *
     * @param message an object of the same schema
     * @param text characters from 1 to 127
     * @throws IllegalArgumentException if the object is of another schema, or the text is too long or has other characters; then nothing is
     *     written
     * @throws IllegalStateException if the object has been released
     */
    public void set(OffHeapObject message, CharSequence text) {
        ByteBuffer memory = message.memory(schema);
        check(text);
        int length = text.length();
        for (int i = 0; i < length; i++) {
            memory.put(offset + i, (byte) text.charAt(i));
        }
        for (int i = length; i < most; i++) {
            memory.put(offset + i, (byte) 0);
        }
    }

    private void check(CharSequence text) {
        if (text.length() > most) {
            throw new IllegalArgumentException("text='" + text + "' with length=" + text.length()
                    + " is longer than field=" + this + " with " + most);
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || c > 127) {
                throw new IllegalArgumentException("text='" + text + "' for field=" + this + " has the character "
                        + (int) c + " at index=" + i + ", which is not from 1 to 127");
            }
        }
    }

    @Override
    public String toString() {
        return schema.name() + "." + name;
    }
}
