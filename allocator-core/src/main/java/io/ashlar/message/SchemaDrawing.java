// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;

/** How a schema is printed: a table of the fields, and a drawing of where each byte belongs. */
final class SchemaDrawing {

    /** How many bytes a row of the drawing has. */
    private static final int ROW = 16;

    private SchemaDrawing() {}

    static String of(Schema schema) {
        int bytes = schema.bytes();
        StringBuilder text = new StringBuilder("Schema " + schema.name() + ", " + bytes + " bytes, "
                + (schema.order() == ByteOrder.LITTLE_ENDIAN ? "little-endian" : "big-endian")
                + System.lineSeparator());
        text.append(String.format("  %6s %6s  %-12s %s%n", "offset", "bytes", "type", "field"));
        char letter = 'a';
        byte[] owners = new byte[bytes];
        for (Schema.Field field : schema.fields()) {
            text.append(String.format(
                    "%c %6d %6d  %-12s %s%n", letter, field.offset(), field.bytes(), typeName(field), field.name()));
            Arrays.fill(owners, field.offset(), field.end(), (byte) letter);
            letter = next(letter);
        }
        for (int row = 0; row < bytes; row += ROW) {
            text.append(String.format("%8d ", row));
            for (int i = row; i < Math.min(row + ROW, bytes); i++) {
                text.append(' ').append(owners[i] == 0 ? '.' : (char) owners[i]);
            }
            text.append(System.lineSeparator());
        }
        return text.toString();
    }

    private static String typeName(Schema.Field field) {
        FieldType type = field.type();
        String lower = type.name().toLowerCase(Locale.ROOT);
        boolean single = field.length() == 1 && type != FieldType.BYTES && !field.isText();
        return single ? lower : lower + "[" + field.length() + "]";
    }

    private static char next(char letter) {
        return letter == 'z' ? 'A' : letter == 'Z' ? 'a' : (char) (letter + 1);
    }
}
