// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ashlar.message.Ascii;
import io.ashlar.message.FieldType;
import io.ashlar.message.Length;
import io.ashlar.message.Message;
import io.ashlar.message.Schema;
import io.ashlar.message.Unsigned;
import io.ashlar.message.Utf8;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the processor knows of the core by name and by number is so. */
class CoreTest {

    @Test
    void theAnnotationsAreThoseOfTheCore() {
        assertEquals(
                Stream.of(Message.class, Ascii.class, Utf8.class, Length.class, Unsigned.class)
                        .map(Class::getName)
                        .collect(Collectors.toSet()),
                Set.copyOf(MessageProcessor.ANNOTATIONS));
    }

    @Test
    void theKindsAreThoseOfTheCore() {
        assertEquals(
                Arrays.stream(FieldType.values())
                        .map(type -> type + " " + type.bytes())
                        .toList(),
                Arrays.stream(FieldKind.values())
                        .map(kind -> kind + " " + kind.bytes())
                        .toList());
    }

    @Test
    void aMessageMayBeAsLongAsInTheCore() {
        assertEquals(Schema.MOST_BYTES, Core.MOST_BYTES);
    }
}
