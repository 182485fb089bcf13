// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import java.util.Locale;
import java.util.stream.Collectors;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;

/** Types and methods as they stand in the source, for messages: without packages and without annotations. */
final class Texts {

    private Texts() {}

    static String of(ExecutableElement method) {
        return "'" + of(method.getReturnType()) + " " + method.getSimpleName()
                + method.getParameters().stream()
                        .map(parameter -> of(parameter.asType()))
                        .collect(Collectors.joining(", ", "(", ")"))
                + "'";
    }

    static String of(TypeMirror type) {
        if (type.getKind().isPrimitive() || type.getKind() == TypeKind.VOID) {
            return type.getKind().name().toLowerCase(Locale.ROOT);
        }
        if (type instanceof ArrayType array) {
            return of(array.getComponentType()) + "[]";
        }
        if (type instanceof DeclaredType declared) {
            return declared.asElement().getSimpleName().toString();
        }
        return type.toString();
    }

    /** The same with its package, so that two types are not taken for one. */
    static String qualified(TypeMirror type) {
        return type instanceof DeclaredType declared ? declared.asElement().toString() : of(type);
    }

    /** What an element is, such as {@code annotation type}. */
    static String kind(Element element) {
        return element.getKind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** The names of a type and of those around it, the outermost first. */
    static String nested(TypeElement type, String separator) {
        return type.getEnclosingElement() instanceof TypeElement outer
                ? nested(outer, separator) + separator + type.getSimpleName()
                : type.getSimpleName().toString();
    }
}
