// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import io.ashlar.message.FieldType;
import io.ashlar.message.Schema;
import java.util.List;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import org.jspecify.annotations.Nullable;

/**
 * A field of a message.
 *
 * @param name its name
 * @param type what it holds
 * @param length how many values; 1 if it is no array, no bytes and no text
 * @param enumType the enum of {@link FieldType#ENUM}, null for all other types
 * @param accessors its methods
 * @param place where to say what is wrong with its length
 */
record MessageField(
        String name,
        FieldType type,
        int length,
        @Nullable TypeElement enumType,
        List<Accessor> accessors,
        ExecutableElement place) {

    /** Adds to a schema a field as long as the one in the schema of the generated class. */
    void addTo(Schema.Builder schema) {
        switch (type) {
            case ASCII -> schema.ascii(name, length);
            case UTF8 -> schema.utf8(name, length);
            case BYTES -> schema.bytes(name, length);
            case ENUM -> schema.uint8(name);
            default -> schema.array(name, type, length);
        }
    }

    /** Whether it is an array of a primitive type. */
    boolean isArray() {
        return accessors.get(0).form().hasIndex() && type != FieldType.BYTES;
    }
}
