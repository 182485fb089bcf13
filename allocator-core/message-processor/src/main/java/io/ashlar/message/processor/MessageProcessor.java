// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.FilerException;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;

/**
 * Makes of every interface with {@code @Message} a class of message objects, with its schema. The compiler finds it by itself, on JDK 23
 * and later if it is told to run processors.
 */
public final class MessageProcessor extends AbstractProcessor {

    /** The names of all annotations that it is for. */
    static final Set<String> ANNOTATIONS = Stream.concat(
                    Stream.of(Core.MESSAGE), Arrays.stream(Mark.values()).map(Mark::qualifiedName))
            .collect(Collectors.toUnmodifiableSet());

    /** Interfaces of which the compiler does not know everything yet. */
    private Set<String> waiting = new LinkedHashSet<>();

    /** For the compiler. */
    public MessageProcessor() {}

    /**
     * Its own, and that of generated classes. All of them are taken, because lint warns of annotations that no processor takes: that would
     * be an error for who has {@code -Werror}.
     */
    @Override
    public Set<String> getSupportedAnnotationTypes() {
        return Stream.concat(ANNOTATIONS.stream(), Stream.of(MessageWriter.GENERATED))
                .collect(Collectors.toSet());
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
        return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
        Elements elements = processingEnv.getElementUtils();
        Set<String> again = waiting;
        waiting = new LinkedHashSet<>();
        again.stream().map(elements::getTypeElement).forEach(this::process);
        for (TypeElement annotation : annotations) {
            String name = annotation.getQualifiedName().toString();
            for (Element element : round.getElementsAnnotatedWith(annotation)) {
                if (name.equals(Core.MESSAGE) && element instanceof TypeElement type) {
                    process(type);
                } else if (ANNOTATIONS.contains(name) && element instanceof ExecutableElement method) {
                    checkPlace(annotation, method);
                }
            }
        }
        return true; // the annotations are taken; see above
    }

    private void process(TypeElement type) {
        Problems problems = new Problems(processingEnv.getMessager());
        try {
            if (!Readiness.of(type)) {
                waiting.add(type.getQualifiedName().toString());
                return;
            }
            MessageModel model = new MessageReader(
                            processingEnv.getElementUtils(), processingEnv.getTypeUtils(), problems, type)
                    .read();
            if (model != null) {
                write(model, problems);
            }
        } catch (RuntimeException mistake) { // one of this program, not of who uses it
            problems.at(
                    type,
                    "there is no class for " + type.getSimpleName() + ", because its annotation processor failed: "
                            + mistake + "; please report it, with the interface");
        }
    }

    private void write(MessageModel model, Problems problems) {
        try {
            new MessageWriter(processingEnv.getElementUtils(), model).file().writeTo(processingEnv.getFiler());
        } catch (FilerException exists) {
            problems.at(
                    model.type(),
                    "the class for " + model.type().getSimpleName() + " is called " + model.className()
                            + ", and there is another of this name: rename one");
        } catch (IOException failed) {
            problems.at(model.type(), model.className() + " cannot be written: " + failed);
        }
    }

    /** An annotation on a method of another type would be without effect. */
    private void checkPlace(TypeElement annotation, ExecutableElement method) {
        Element type = method.getEnclosingElement();
        if (Annotations.find(type, Core.MESSAGE) == null) {
            new Problems(processingEnv.getMessager())
                    .at(
                            method,
                            "@" + annotation.getSimpleName() + " is for the accessors of a message, and "
                                    + type.getSimpleName() + " has no @Message");
        }
    }
}
