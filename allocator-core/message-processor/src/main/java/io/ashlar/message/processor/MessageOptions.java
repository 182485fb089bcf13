// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import java.util.HashMap;
import java.util.Map;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;

/**
 * What is said in {@code @Message}.
 *
 * @param name of the schema
 * @param bigEndian the order of bytes
 * @param packed whether there are no gaps
 * @param wholeCacheLines whether the length is a multiple of 64
 */
record MessageOptions(String name, boolean bigEndian, boolean packed, boolean wholeCacheLines) {

    static MessageOptions of(TypeElement type, Elements elements) {
        Map<String, Object> values = new HashMap<>();
        elements.getElementValuesWithDefaults(Annotations.find(type, Core.MESSAGE))
                .forEach((element, value) -> values.put(element.getSimpleName().toString(), value.getValue()));
        String name = String.valueOf(values.get("name"));
        return new MessageOptions(
                name.isEmpty() ? type.getSimpleName().toString() : name,
                Boolean.TRUE.equals(values.get("bigEndian")),
                Boolean.TRUE.equals(values.get("packed")),
                Boolean.TRUE.equals(values.get("wholeCacheLines")));
    }
}
