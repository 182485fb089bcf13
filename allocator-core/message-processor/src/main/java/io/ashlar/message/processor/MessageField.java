// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import java.util.List;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import org.jspecify.annotations.Nullable;

/**
 * A field of a message.
 *
 * @param name its name
 * @param kind what it holds
 * @param length how many values; 1 if it is no array, no bytes and no text
 * @param enumType the enum of {@link FieldKind#ENUM}, null for all others
 * @param accessors its methods
 * @param place where to say what is wrong with its length
 */
record MessageField(
        String name,
        FieldKind kind,
        int length,
        @Nullable TypeElement enumType,
        List<Accessor> accessors,
        ExecutableElement place) {

    /** Whether it is an array of a primitive type. */
    boolean isArray() {
        return accessors.get(0).form().hasIndex() && kind != FieldKind.BYTES;
    }
}
