// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import java.util.List;
import java.util.stream.Stream;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;

/**
 * Whether the compiler knows everything about an interface. What it does not know may come from another annotation processor; if nobody makes it,
 * the compiler itself says so.
 */
final class Readiness {

    private Readiness() {}

    static boolean of(TypeElement type) {
        return Stream.concat(Stream.of(type), ElementFilter.methodsIn(type.getEnclosedElements()).stream())
                        .flatMap(element -> element.getAnnotationMirrors().stream())
                        .allMatch(Readiness::isKnown)
                && type.getInterfaces().stream().allMatch(Readiness::isKnownInterface)
                && ElementFilter.methodsIn(type.getEnclosedElements()).stream().allMatch(Readiness::isKnown);
    }

    private static boolean isKnownInterface(TypeMirror type) {
        return isKnown(type)
                && type instanceof DeclaredType declared
                && declared.asElement() instanceof TypeElement element
                && element.getInterfaces().stream().allMatch(Readiness::isKnownInterface)
                && ElementFilter.methodsIn(element.getEnclosedElements()).stream()
                        .allMatch(Readiness::isKnown);
    }

    private static boolean isKnown(ExecutableElement method) {
        return isKnown(method.getReturnType())
                && method.getParameters().stream().map(VariableElement::asType).allMatch(Readiness::isKnown)
                && method.getThrownTypes().stream().allMatch(Readiness::isKnown);
    }

    private static boolean isKnown(TypeMirror type) {
        return type instanceof ArrayType array ? isKnown(array.getComponentType()) : type.getKind() != TypeKind.ERROR;
    }

    /** Only those of the message annotations matter; the values of these are numbers, truth values and texts. */
    private static boolean isKnown(AnnotationMirror annotation) {
        if (!MessageProcessor.ANNOTATIONS.contains(Annotations.name(annotation))) {
            return true;
        }
        List<ExecutableElement> elements = ElementFilter.methodsIn(
                annotation.getAnnotationType().asElement().getEnclosedElements());
        return elements.stream().allMatch(element -> {
            AnnotationValue value = annotation.getElementValues().get(element);
            return value == null
                    ? element.getDefaultValue() != null
                    : switch (element.getReturnType().getKind()) {
                        case INT -> value.getValue() instanceof Integer;
                        case BOOLEAN -> value.getValue() instanceof Boolean;
                        default -> !"<error>".equals(value.getValue());
                    };
        });
    }
}
