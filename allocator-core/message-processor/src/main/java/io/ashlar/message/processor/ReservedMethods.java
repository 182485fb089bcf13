// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import java.util.List;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.ExecutableType;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import org.jspecify.annotations.Nullable;

/** The methods that every generated class has, so that no field may be called so: those of its superclass, and its own. */
final class ReservedMethods {

    /** What makes a builder of pools. */
    static final String POOL = "pool";

    private final Types types;
    private final List<ExecutableElement> inherited;
    /** Those that only the superclass or its package sees. The compiler overlooks them, the JVM does not. */
    private final List<ExecutableElement> hidden;

    ReservedMethods(Elements elements, Types types) {
        this.types = types;
        TypeElement superclass = elements.getTypeElement(Core.OBJECT.canonicalName());
        this.inherited = ElementFilter.methodsIn(elements.getAllMembers(superclass)).stream()
                .filter(ReservedMethods::isVisible)
                .toList();
        this.hidden = ElementFilter.methodsIn(superclass.getEnclosedElements()).stream()
                .filter(method -> !isVisible(method))
                .toList();
    }

    private static boolean isVisible(ExecutableElement method) {
        return method.getModifiers().contains(Modifier.PUBLIC)
                || method.getModifiers().contains(Modifier.PROTECTED);
    }

    /** Why the class cannot have a method of an interface as well; null if it can. */
    @Nullable
    String clash(ExecutableElement method) {
        if (method.getSimpleName().contentEquals(POOL) && method.getParameters().isEmpty()) {
            return Texts.of(method)
                    + " has the name of the method of the generated class that makes a builder of pools:"
                    + " choose another";
        }
        boolean hasBody = !method.getModifiers().contains(Modifier.ABSTRACT); // then the class does not have it as well
        return find(method, inherited) == null && (!hasBody || find(method, hidden) == null)
                ? null
                : Texts.of(method) + " has the name of a method of " + Core.OBJECT.simpleName()
                        + ", which the generated class extends: choose another";
    }

    /** Whether the class has a method of an interface by its superclass: {@code close()} of {@link AutoCloseable}. */
    boolean isImplemented(ExecutableElement method) {
        ExecutableElement same = find(method, inherited);
        if (same == null || !same.getModifiers().contains(Modifier.PUBLIC)) {
            return false;
        }
        TypeMirror has = same.getReturnType();
        TypeMirror wanted = method.getReturnType();
        return has instanceof DeclaredType ? types.isSubtype(has, wanted) : types.isSameType(has, wanted);
    }

    private @Nullable ExecutableElement find(ExecutableElement method, List<ExecutableElement> among) {
        for (ExecutableElement one : among) {
            if (method.getSimpleName().equals(one.getSimpleName())
                    && types.isSubsignature((ExecutableType) method.asType(), (ExecutableType) one.asType())) {
                return one;
            }
        }
        return null;
    }
}
