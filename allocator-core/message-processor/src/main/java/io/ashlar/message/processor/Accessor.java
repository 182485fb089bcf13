// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import org.jspecify.annotations.Nullable;

/**
 * A method that reads or writes a field.
 *
 * @param method the method of the interface
 * @param form what it does
 * @param value the type of what it reads or writes
 */
record Accessor(ExecutableElement method, Form form, TypeMirror value) {

    /** Were it called as the setter is, who sets a text that is in a {@code StringBuilder} would append to that instead. */
    private static final Pattern TO_TEXT = Pattern.compile("(.+)To");

    /** What an accessor may look like. */
    enum Form {
        GET("T name()"),
        SET("void name(T value)"),
        GET_AT("T name(int index)"),
        SET_AT("void name(int index, T value)"),
        APPEND("void nameTo(StringBuilder target)");

        private final String example;

        Form(String example) {
            this.example = example;
        }

        boolean reads() {
            return this == GET || this == GET_AT || this == APPEND;
        }

        boolean hasIndex() {
            return this == GET_AT || this == SET_AT;
        }

        @Override
        public String toString() {
            return example;
        }
    }

    /** The accessor that a method of a message type is; null if it is none. */
    static @Nullable Accessor of(ExecutableElement method, TypeElement messageType) {
        TypeMirror result = method.getReturnType();
        boolean writes = result.getKind() == TypeKind.VOID || is(result, messageType);
        List<? extends VariableElement> parameters = method.getParameters();
        if (parameters.isEmpty()) {
            return result.getKind() == TypeKind.VOID ? null : new Accessor(method, Form.GET, result);
        }
        TypeMirror first = parameters.get(0).asType();
        if (parameters.size() == 1) {
            if (isNamed(first, StringBuilder.class)) {
                boolean appends = result.getKind() == TypeKind.VOID
                        && TO_TEXT.matcher(method.getSimpleName()).matches();
                return appends ? new Accessor(method, Form.APPEND, first) : null;
            }
            if (writes) {
                return new Accessor(method, Form.SET, first);
            }
            return first.getKind() == TypeKind.INT ? new Accessor(method, Form.GET_AT, result) : null;
        }
        return parameters.size() == 2 && writes && first.getKind() == TypeKind.INT
                ? new Accessor(method, Form.SET_AT, parameters.get(1).asType())
                : null;
    }

    static boolean isNamed(TypeMirror type, Class<?> wanted) {
        return type instanceof DeclaredType declared
                && declared.asElement() instanceof TypeElement element
                && element.getQualifiedName().contentEquals(wanted.getName());
    }

    private static boolean is(TypeMirror type, TypeElement wanted) {
        return type instanceof DeclaredType declared && declared.asElement().equals(wanted);
    }

    String field() {
        Matcher toText = TO_TEXT.matcher(method.getSimpleName());
        return form == Form.APPEND && toText.matches()
                ? toText.group(1)
                : method.getSimpleName().toString();
    }

    /** Whether it is of a text: then its type is a {@code CharSequence} or a {@code StringBuilder} at times. */
    boolean isText() {
        return form == Form.APPEND
                || (form == Form.GET || form == Form.SET) && isNamed(value, String.class)
                || form == Form.SET && isNamed(value, CharSequence.class);
    }

    /** What the field is in Java, the same for all its accessors: {@code int[]} for one that reads an {@code int} at an index. */
    String holds() {
        return isText() ? "String" : Texts.qualified(value) + (form.hasIndex() ? "[]" : "");
    }
}
