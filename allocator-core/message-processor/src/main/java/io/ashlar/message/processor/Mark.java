// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import io.ashlar.message.Ascii;
import io.ashlar.message.Length;
import io.ashlar.message.Unsigned;
import io.ashlar.message.Utf8;
import java.lang.annotation.Annotation;
import java.util.function.Function;
import javax.lang.model.element.ExecutableElement;
import org.jspecify.annotations.Nullable;

/** An annotation of an accessor, which tells what its Java type does not. */
enum Mark {
    ASCII(Ascii.class, Ascii::value, "a String"),
    UTF8(Utf8.class, Utf8::value, "a String"),
    LENGTH(Length.class, Length::value, "an accessor with an index, or of a byte[]"),
    UNSIGNED(Unsigned.class, Unsigned::value, "an int or a long");

    private final Class<? extends Annotation> annotation;
    private final Function<ExecutableElement, @Nullable Integer> reader;
    private final String place;

    <A extends Annotation> Mark(Class<A> annotation, Function<A, Integer> value, String place) {
        this.annotation = annotation;
        this.reader = method -> {
            A found = method.getAnnotation(annotation);
            return found == null ? null : value.apply(found);
        };
        this.place = place;
    }

    Class<? extends Annotation> annotation() {
        return annotation;
    }

    /** The number in the annotation; null if a method does not have it. */
    @Nullable
    Integer on(ExecutableElement method) {
        return reader.apply(method);
    }

    /** What it may stand on. */
    String place() {
        return place;
    }

    @Override
    public String toString() {
        return "@" + annotation.getSimpleName();
    }
}
