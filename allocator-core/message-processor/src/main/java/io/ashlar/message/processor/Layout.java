// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

/** Lays fields out as the schema will, to say now what it would refuse when the generated class is used first. */
final class Layout {

    private final boolean packed;
    private int end;

    Layout(boolean packed) {
        this.packed = packed;
    }

    void add(MessageField field, Problems problems) {
        int alignment = packed ? 1 : field.kind().bytes();
        int offset = end + alignment - 1 & -alignment;
        long bytes = (long) field.length() * field.kind().bytes();
        if (bytes <= 0) {
            problems.at(
                    field.place(),
                    "field=" + field.name() + " has length=" + field.length() + ", which is not positive");
        } else if (bytes > Core.MOST_BYTES - offset) {
            problems.at(
                    field.place(),
                    "field=" + field.name() + " with bytes=" + bytes + " at offset=" + offset
                            + " does not fit: a message has at most " + Core.MOST_BYTES + " bytes");
        } else {
            end = offset + (int) bytes;
        }
    }
}
