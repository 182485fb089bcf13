// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import org.jspecify.annotations.Nullable;

/** Makes a field of its accessors: finds its type, and says where they do not fit together. */
final class FieldReader {

    private final Problems problems;
    private final String name;
    private final List<Accessor> accessors;
    private final Accessor first;
    private final Map<Mark, Marked> marks = new EnumMap<>(Mark.class);

    /** The number of an annotation, and where it stands. */
    private record Marked(int number, ExecutableElement at) {}

    FieldReader(Problems problems, List<Accessor> accessors) {
        this.problems = problems;
        this.accessors = accessors;
        this.first = accessors.get(0);
        this.name = first.field();
    }

    /** The field; null if something is wrong with it. */
    @Nullable
    MessageField read() {
        return agree() & isRead() & collectMarks() ? typed() : null;
    }

    // ---- do the accessors fit together?

    private boolean agree() {
        boolean agree = true;
        Map<Object, Accessor> seen = new HashMap<>();
        for (Accessor accessor : accessors) {
            if (!accessor.holds().equals(first.holds())) {
                problems.at(
                        accessor.method(),
                        "field=" + name + " is of type=" + first.holds() + " in " + Texts.of(first.method())
                                + ", and of type=" + accessor.holds() + " in " + Texts.of(accessor.method()));
                agree = false;
                continue;
            }
            Accessor earlier = seen.putIfAbsent(accessor.form(), accessor);
            if (earlier != null) {
                problems.at(
                        accessor.method(),
                        "field=" + name + " has two accessors that do the same: " + Texts.of(earlier.method()) + " and "
                                + Texts.of(accessor.method()));
                agree = false;
            }
        }
        return agree;
    }

    /** A name that is misspelt makes two fields of one: that is seen by the one that nothing reads. */
    private boolean isRead() {
        if (accessors.stream().anyMatch(accessor -> accessor.form().reads())) {
            return true;
        }
        problems.at(
                first.method(),
                "field=" + name + " has no getter: is its name misspelt in " + Texts.of(first.method()) + "?");
        return false;
    }

    private boolean collectMarks() {
        boolean agree = true;
        for (Accessor accessor : accessors) {
            for (Mark mark : Mark.values()) {
                Integer number = mark.on(accessor.method());
                if (number == null) {
                    continue;
                }
                Marked earlier = marks.putIfAbsent(mark, new Marked(number, accessor.method()));
                if (earlier != null && earlier.number() != number) {
                    problems.at(
                            accessor.method(),
                            "field=" + name + " has " + mark + "(" + earlier.number() + ") on "
                                    + Texts.of(earlier.at()) + ", and " + mark + "(" + number + ") on "
                                    + Texts.of(accessor.method()));
                    agree = false;
                }
            }
        }
        return agree;
    }

    // ---- what is its type?

    private @Nullable MessageField typed() {
        if (first.isText()) {
            return text();
        }
        if (first.holds().equals("byte[]")) {
            return allows(Set.of(Mark.LENGTH)) && has(Mark.LENGTH) ? field(FieldKind.BYTES, Mark.LENGTH) : null;
        }
        for (Accessor accessor : accessors) {
            if (accessor.value().getKind() == TypeKind.ARRAY) { // int[], of which other accessors may read one
                return unsupported(accessor, null);
            }
        }
        TypeMirror value = first.value();
        boolean isArray = first.form().hasIndex();
        if (value instanceof DeclaredType declared && declared.asElement() instanceof TypeElement element) {
            if (element.getKind() == ElementKind.ENUM && !isArray) {
                return enumeration(element);
            }
            return unsupported(first, element);
        }
        if (!value.getKind().isPrimitive()) {
            return unsupported(first, null);
        }
        TypeKind kind = value.getKind();
        Set<Mark> numbers = kind == TypeKind.INT || kind == TypeKind.LONG ? Set.of(Mark.UNSIGNED) : Set.of();
        if (!isArray) {
            FieldKind type = allows(numbers) ? primitive(kind) : null;
            return type == null ? null : field(type, null);
        }
        Set<Mark> both = numbers.isEmpty() ? Set.of(Mark.LENGTH) : Set.of(Mark.LENGTH, Mark.UNSIGNED);
        FieldKind type = allows(both) & has(Mark.LENGTH) ? primitive(kind) : null;
        return type == null ? null : field(type, Mark.LENGTH);
    }

    private @Nullable MessageField text() {
        if (!allows(Set.of(Mark.ASCII, Mark.UTF8))) {
            return null;
        }
        if (marks.size() != 1) {
            problems.at(
                    first.method(),
                    "field=" + name + " of type=String needs either @Ascii or @Utf8, with its greatest length, and has "
                            + (marks.isEmpty() ? "neither" : "both"));
            return null;
        }
        return marks.containsKey(Mark.ASCII) ? field(FieldKind.ASCII, Mark.ASCII) : field(FieldKind.UTF8, Mark.UTF8);
    }

    private @Nullable MessageField enumeration(TypeElement type) {
        if (!allows(Set.of())) {
            return null;
        }
        long constants = type.getEnclosedElements().stream()
                .filter(element -> element.getKind() == ElementKind.ENUM_CONSTANT)
                .count();
        if (constants == 0 || constants > Core.MOST_CONSTANTS) {
            problems.at(
                    first.method(),
                    "field=" + name + " is of type=" + type + " with constants=" + constants + ", not 1 to "
                            + Core.MOST_CONSTANTS);
            return null;
        }
        if (!isVisible(type)) {
            problems.at(
                    first.method(),
                    "field=" + name + " is of type=" + type
                            + ", which the generated class cannot see: it, or a type around it, is private or protected");
            return null;
        }
        return new MessageField(name, FieldKind.ENUM, 1, type, accessors, first.method());
    }

    /** The generated class lies in the package of the interface, in no other class. */
    private boolean isVisible(TypeElement type) {
        PackageElement from = packageOf(first.method());
        for (Element element = type; element instanceof TypeElement; element = element.getEnclosingElement()) {
            boolean near = packageOf(element).equals(from);
            Set<Modifier> modifiers = element.getModifiers();
            if (near ? modifiers.contains(Modifier.PRIVATE) : !modifiers.contains(Modifier.PUBLIC)) {
                return false;
            }
        }
        return true;
    }

    private static PackageElement packageOf(Element element) {
        return element instanceof PackageElement found ? found : packageOf(element.getEnclosingElement());
    }

    private @Nullable FieldKind primitive(TypeKind kind) {
        Marked unsigned = marks.get(Mark.UNSIGNED);
        if (unsigned != null) {
            return unsigned(kind, unsigned);
        }
        return switch (kind) {
            case BYTE -> FieldKind.INT8;
            case SHORT -> FieldKind.INT16;
            case INT -> FieldKind.INT32;
            case LONG -> FieldKind.INT64;
            case FLOAT -> FieldKind.FLOAT32;
            case DOUBLE -> FieldKind.FLOAT64;
            case BOOLEAN -> FieldKind.BOOLEAN;
            case CHAR -> FieldKind.CHAR;
            default -> throw new AssertionError(kind);
        };
    }

    private @Nullable FieldKind unsigned(TypeKind kind, Marked unsigned) {
        FieldKind type = switch (unsigned.number()) {
            case 8 -> FieldKind.UINT8;
            case 16 -> FieldKind.UINT16;
            case 32 -> FieldKind.UINT32;
            case 64 -> FieldKind.UINT64;
            default -> null;
        };
        if (type == null) {
            problems.at(
                    unsigned.at(),
                    "@Unsigned(" + unsigned.number() + ") on field=" + name
                            + ": the number of bits is 8, 16, 32 or 64");
            return null;
        }
        TypeKind needed = type.bytes() <= Short.BYTES ? TypeKind.INT : TypeKind.LONG;
        if (kind != needed) {
            problems.at(
                    unsigned.at(),
                    "@Unsigned(" + unsigned.number() + ") is for " + (needed == TypeKind.INT ? "an int" : "a long")
                            + ", and field=" + name + " is of type=" + first.holds());
            return null;
        }
        return type;
    }

    private @Nullable MessageField unsupported(Accessor accessor, @Nullable TypeElement type) {
        boolean isMessage = type != null && Annotations.find(type, Core.MESSAGE) != null;
        problems.at(
                accessor.method(),
                "field=" + name + " is of type=" + accessor.holds()
                        + (isMessage
                                ? ", a message itself: declare the accessors of its fields here, or write the class by hand"
                                        + " with Schema.Builder.nested"
                                : ", which no field can be: there are primitive types, String, enums, byte[], and arrays of"
                                        + " primitive types, whose accessors have an index"));
        return null;
    }

    // ---- annotations

    private boolean allows(Set<Mark> allowed) {
        List<Mark> others =
                marks.keySet().stream().filter(mark -> !allowed.contains(mark)).toList();
        for (Mark mark : others) {
            problems.at(
                    marks.get(mark).at(),
                    mark + " is for " + mark.place() + ", and field=" + name + " is of type=" + first.holds());
        }
        return others.isEmpty();
    }

    private boolean has(Mark mark) {
        if (marks.containsKey(mark)) {
            return true;
        }
        problems.at(
                first.method(),
                "field=" + name + " of type=" + first.holds() + " needs " + mark + ", with the number of its values");
        return false;
    }

    private MessageField field(FieldKind type, @Nullable Mark length) {
        Marked found = length == null ? null : marks.get(length);
        return found == null
                ? new MessageField(name, type, 1, null, accessors, first.method())
                : new MessageField(name, type, found.number(), null, accessors, found.at());
    }
}
