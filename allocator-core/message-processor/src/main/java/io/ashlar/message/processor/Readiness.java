// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import java.util.List;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;

/**
 * Whether the compiler knows what an interface is made of. What it does not know may come from another annotation processor; if nobody makes it,
 * the compiler itself says so.
 */
final class Readiness {

    private Readiness() {}

    static boolean of(TypeElement type) {
        List<ExecutableElement> methods = ElementFilter.methodsIn(type.getEnclosedElements());
        return knowsInterfaces(type)
                && methods.stream().allMatch(Readiness::knowsTypes)
                && methods.stream()
                        .flatMap(method -> method.getAnnotationMirrors().stream())
                        .allMatch(Readiness::knowsNumber);
    }

    private static boolean knowsInterfaces(TypeElement type) {
        return type.getInterfaces().stream()
                .allMatch(above -> isKnown(above)
                        && above instanceof DeclaredType declared
                        && knowsInterfaces((TypeElement) declared.asElement()));
    }

    private static boolean knowsTypes(ExecutableElement method) {
        return isKnown(method.getReturnType())
                && method.getParameters().stream().map(VariableElement::asType).allMatch(Readiness::isKnown);
    }

    private static boolean isKnown(TypeMirror type) {
        return type instanceof ArrayType array ? isKnown(array.getComponentType()) : type.getKind() != TypeKind.ERROR;
    }

    /** In place of a number that makes no sense there is a text, or nothing. */
    private static boolean knowsNumber(AnnotationMirror annotation) {
        return !MessageProcessor.ANNOTATIONS.contains(Annotations.name(annotation))
                || annotation.getElementValues().values().stream()
                        .anyMatch(value -> value.getValue() instanceof Integer);
    }
}
