// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.ExecutableElement;
import org.jspecify.annotations.Nullable;

/** An annotation of an accessor, with a number: it tells what the Java type does not. */
enum Mark {
    ASCII("Ascii", "a String"),
    UTF8("Utf8", "a String"),
    LENGTH("Length", "an accessor with an index, or of a byte[]"),
    UNSIGNED("Unsigned", "an int or a long");

    private final String simpleName;
    private final String place;

    Mark(String simpleName, String place) {
        this.simpleName = simpleName;
        this.place = place;
    }

    String qualifiedName() {
        return Core.type(simpleName).canonicalName();
    }

    /** The number in the annotation; null if a method does not have it. */
    @Nullable
    Integer on(ExecutableElement method) {
        AnnotationMirror annotation = Annotations.find(method, qualifiedName());
        if (annotation == null) {
            return null;
        }
        AnnotationValue only = annotation.getElementValues().values().iterator().next();
        return (Integer) only.getValue();
    }

    /** What it may stand on. */
    String place() {
        return place;
    }

    @Override
    public String toString() {
        return "@" + simpleName;
    }
}
