// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;
import org.jspecify.annotations.Nullable;

/** Annotations as the compiler has them, found by their names. */
final class Annotations {

    private Annotations() {}

    /** The annotation of an element; null if it has none of that name. */
    static @Nullable AnnotationMirror find(Element element, String name) {
        for (AnnotationMirror annotation : element.getAnnotationMirrors()) {
            if (name(annotation).equals(name)) {
                return annotation;
            }
        }
        return null;
    }

    static String name(AnnotationMirror annotation) {
        return ((TypeElement) annotation.getAnnotationType().asElement())
                .getQualifiedName()
                .toString();
    }
}
