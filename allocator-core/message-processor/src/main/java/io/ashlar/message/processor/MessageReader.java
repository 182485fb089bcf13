// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import com.palantir.javapoet.ClassName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import org.jspecify.annotations.Nullable;

/** Reads one interface, and says all that is wrong with it. */
final class MessageReader {

    private static final String FORMS = String.join(
            ", ", Arrays.stream(Accessor.Form.values()).map(Object::toString).toList());

    private final Elements elements;
    private final Types types;
    private final ReservedMethods reserved;
    private final Problems problems;
    private final TypeElement type;
    private final Map<String, List<Accessor>> accessors = new LinkedHashMap<>();

    MessageReader(Elements elements, Types types, Problems problems, TypeElement type) {
        this.elements = elements;
        this.types = types;
        this.reserved = new ReservedMethods(elements, types);
        this.problems = problems;
        this.type = type;
    }

    /** What it says; null if something is wrong. */
    @Nullable
    MessageModel read() {
        if (!isPossible()) {
            return null;
        }
        ElementFilter.methodsIn(type.getEnclosedElements()).forEach(this::readMethod);
        ElementFilter.methodsIn(elements.getAllMembers(type)).forEach(this::checkInherited);
        if (accessors.isEmpty() && !problems.any()) {
            problems.at(type, type.getSimpleName() + " has no accessors, and a message needs a field");
        }
        MessageOptions options = MessageOptions.of(type, elements);
        if (options.name().isBlank()) {
            problems.at(
                    type,
                    "the schema of " + type.getSimpleName() + " needs a name, and name='" + options.name()
                            + "' is blank");
        }
        Layout layout = new Layout(options.packed());
        List<MessageField> fields = new ArrayList<>();
        for (List<Accessor> ofField : accessors.values()) {
            MessageField field = new FieldReader(problems, ofField).read();
            if (field != null) {
                layout.add(field, problems);
                fields.add(field);
            }
        }
        return problems.any() ? null : new MessageModel(type, options, className(), fields);
    }

    private ClassName className() {
        String packageName = elements.getPackageOf(type).getQualifiedName().toString();
        return ClassName.get(packageName, Texts.nested(type, "_") + "Message");
    }

    // ---- the interface

    private boolean isPossible() {
        String name = type.getSimpleName().toString();
        if (type.getKind() != ElementKind.INTERFACE) {
            problems.at(type, "@Message is for an interface, and " + name + " is of kind=" + Texts.kind(type));
            return false;
        }
        if (!type.getTypeParameters().isEmpty()) {
            problems.at(
                    type,
                    name + " has the type parameters " + type.getTypeParameters()
                            + ", and the fields of a message have fixed types");
        }
        if (type.getModifiers().contains(Modifier.SEALED)) {
            problems.at(type, name + " is sealed, so that the generated class could not implement it");
        }
        for (Element element = type; element instanceof TypeElement; element = element.getEnclosingElement()) {
            if (element.getModifiers().contains(Modifier.PRIVATE)) {
                problems.at(
                        type,
                        name + " cannot be seen by the generated class: " + element.getSimpleName() + " is private");
            }
        }
        return !problems.any();
    }

    private void checkInherited(ExecutableElement method) {
        Element from = method.getEnclosingElement();
        if (from.equals(type) || from.getKind() != ElementKind.INTERFACE || isItsOwn(method)) {
            return;
        }
        if (reserved.isImplemented(method)) {
            return;
        }
        String clash = reserved.clash(method);
        if (method.getModifiers().contains(Modifier.ABSTRACT)) {
            problems.at(
                    type,
                    type.getSimpleName() + " inherits the abstract " + Texts.of(method) + " of " + from.getSimpleName()
                            + ": an accessor has to be declared in " + type.getSimpleName() + " itself");
        } else if (clash != null) {
            problems.at(type, "inherited from " + from.getSimpleName() + ": " + clash);
        }
    }

    // ---- its methods

    private void readMethod(ExecutableElement method) {
        String clash = isItsOwn(method) ? null : reserved.clash(method);
        if (reserved.isImplemented(method) && isRepeated(method)) {
            return; // as in: @Override void close();
        }
        if (clash != null) {
            problems.at(method, clash);
        } else if (!method.getModifiers().contains(Modifier.ABSTRACT)) {
            checkUnmarked(method);
        } else if (!method.getTypeParameters().isEmpty()) {
            problems.at(
                    method,
                    Texts.of(method) + " has the type parameters " + method.getTypeParameters()
                            + ", and a field has a fixed type");
        } else if (mayFail(method)) {
            problems.at(
                    method,
                    Texts.of(method) + " throws " + method.getThrownTypes()
                            + ", and access to a field throws no checked exception");
        } else {
            readAccessor(method);
        }
    }

    /** Whether an abstract method is one of an interface that this one extends, too. */
    private boolean isRepeated(ExecutableElement method) {
        return method.getModifiers().contains(Modifier.ABSTRACT)
                && type.getInterfaces().stream()
                        .flatMap(above ->
                                ElementFilter.methodsIn(elements.getAllMembers((TypeElement) types.asElement(above)))
                                        .stream())
                        .anyMatch(above -> above.getEnclosingElement().getKind() == ElementKind.INTERFACE
                                && elements.overrides(method, above, type));
    }

    private void readAccessor(ExecutableElement method) {
        Accessor accessor = Accessor.of(method, type);
        if (accessor == null) {
            problems.at(
                    method,
                    Texts.of(method) + " is no accessor: there are " + FORMS
                            + ", and instead of void the result may be " + type.getSimpleName());
            return;
        }
        accessors.computeIfAbsent(accessor.field(), name -> new ArrayList<>()).add(accessor);
    }

    private void checkUnmarked(ExecutableElement method) {
        for (Mark mark : Mark.values()) {
            if (mark.on(method) != null) {
                problems.at(method, mark + " is for accessors, and " + Texts.of(method) + " has a body");
            }
        }
    }

    /** Whether the class does not inherit it. */
    private static boolean isItsOwn(ExecutableElement method) {
        return method.getModifiers().contains(Modifier.STATIC)
                || method.getModifiers().contains(Modifier.PRIVATE);
    }

    private boolean mayFail(ExecutableElement method) {
        return method.getThrownTypes().stream()
                .anyMatch(thrown -> !isA(thrown, RuntimeException.class) && !isA(thrown, Error.class));
    }

    private boolean isA(TypeMirror thrown, Class<?> wanted) {
        return types.isSubtype(thrown, elements.getTypeElement(wanted.getName()).asType());
    }
}
