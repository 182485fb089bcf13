// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import java.util.List;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
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

    ReservedMethods(Elements elements, Types types) {
        this.types = types;
        this.inherited =
                ElementFilter.methodsIn(elements.getAllMembers(elements.getTypeElement(Core.OBJECT.canonicalName())))
                        .stream()
                        .filter(method -> method.getModifiers().contains(Modifier.PUBLIC)
                                || method.getModifiers().contains(Modifier.PROTECTED))
                        .toList();
    }

    /** Why the class cannot have a method of an interface as well; null if it can. */
    @Nullable
    String clash(ExecutableElement method) {
        if (method.getSimpleName().contentEquals(POOL) && method.getParameters().isEmpty()) {
            return Texts.of(method)
                    + " has the name of the method of the generated class that makes a builder of pools:"
                    + " choose another";
        }
        ExecutableElement same = inherited(method);
        return same == null
                ? null
                : Texts.of(method) + " has the name of a method of " + Core.OBJECT.simpleName()
                        + ", which the generated class extends: choose another";
    }

    /** Whether the class has a method of an interface by its superclass: {@code close()} of {@link AutoCloseable}. */
    boolean isImplemented(ExecutableElement method) {
        ExecutableElement same = inherited(method);
        if (same == null || !same.getModifiers().contains(Modifier.PUBLIC)) {
            return false;
        }
        TypeMirror has = same.getReturnType();
        TypeMirror wanted = method.getReturnType();
        return has instanceof DeclaredType ? types.isSubtype(has, wanted) : types.isSameType(has, wanted);
    }

    private @Nullable ExecutableElement inherited(ExecutableElement method) {
        for (ExecutableElement one : inherited) {
            if (method.getSimpleName().equals(one.getSimpleName())
                    && types.isSubsignature((ExecutableType) method.asType(), (ExecutableType) one.asType())) {
                return one;
            }
        }
        return null;
    }
}
