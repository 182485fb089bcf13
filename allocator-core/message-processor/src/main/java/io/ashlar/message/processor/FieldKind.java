// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import com.palantir.javapoet.ClassName;

/** What a field holds: the constants of {@code FieldType}, and how the generated class comes by such a field. */
enum FieldKind {
    INT8(1, "int8", "IntField"),
    UINT8(1, "uint8", "IntField"),
    INT16(2, "int16", "IntField"),
    UINT16(2, "uint16", "IntField"),
    INT32(4, "int32", "IntField"),
    UINT32(4, "uint32", "LongField"),
    INT64(8, "int64", "LongField"),
    UINT64(8, "uint64", "LongField"),
    FLOAT32(4, "float32", "FloatField"),
    FLOAT64(8, "float64", "DoubleField"),
    BOOLEAN(1, "bool", "BooleanField"),
    CHAR(2, "char16", "CharField"),
    ENUM(1, "enumeration", "EnumField"),
    BYTES(1, "bytes", "BytesField"),
    ASCII(1, "ascii", "TextField"),
    UTF8(1, "utf8", "TextField");

    private final int bytes;
    private final String adder;
    private final String field;

    FieldKind(int bytes, String adder, String field) {
        this.bytes = bytes;
        this.adder = adder;
        this.field = field;
    }

    /** The length of one value; a field with natural alignment begins at a multiple of it. */
    int bytes() {
        return bytes;
    }

    /** The method of the schema's builder. */
    String adder() {
        return adder;
    }

    /** The class of the typed field. */
    ClassName fieldType() {
        return Core.type(field);
    }

    /** The method of the schema that finds it: {@code intField}. */
    String finder() {
        return Character.toLowerCase(field.charAt(0)) + field.substring(1);
    }
}
