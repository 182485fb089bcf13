// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import com.palantir.javapoet.AnnotationSpec;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.FieldSpec;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.NameAllocator;
import com.palantir.javapoet.ParameterizedTypeName;
import com.palantir.javapoet.TypeName;
import com.palantir.javapoet.TypeSpec;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.lang.model.element.Element;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.TypeKind;
import javax.lang.model.util.Elements;

/** Writes the class of one message. */
final class MessageWriter {

    /** Says that a class was generated. A module that does not require {@code java.compiler} cannot have it. */
    static final String GENERATED = "javax.annotation.processing.Generated";

    private static final String SCHEMA = "SCHEMA";

    private final Elements elements;
    private final MessageModel model;
    private final Modifier[] visibility;
    /** What the variables of the fields are called. */
    private final Map<MessageField, String> constants = new LinkedHashMap<>();

    MessageWriter(Elements elements, MessageModel model) {
        this.elements = elements;
        this.model = model;
        visibility = isPublic(model.type()) ? new Modifier[] {Modifier.PUBLIC} : new Modifier[0];
        NameAllocator names = new NameAllocator();
        names.newName(SCHEMA);
        for (MessageField field : model.fields()) {
            constants.put(field, names.newName(constant(field.name())));
        }
    }

    /** Whether the interface can be seen everywhere: what is around it, too. */
    private static boolean isPublic(Element type) {
        return !(type instanceof TypeElement)
                || type.getModifiers().contains(Modifier.PUBLIC) && isPublic(type.getEnclosingElement());
    }

    /** {@code bestBid} becomes {@code BEST_BID}. */
    private static String constant(String field) {
        return field.replaceAll("(?<=[\\p{Ll}\\d])(?=\\p{Lu})", "_").toUpperCase(Locale.ROOT);
    }

    JavaFile file() {
        ClassName type = ClassName.get(model.type());
        TypeSpec.Builder result = TypeSpec.classBuilder(model.className())
                .addOriginatingElement(model.type())
                .avoidClashesWithNestedClasses(model.type())
                .addJavadoc("The message {@link $T}, in a block of off-heap memory.\n", type)
                .addModifiers(visibility)
                .addModifiers(Modifier.FINAL)
                .superclass(Core.OBJECT)
                .addSuperinterface(type);
        TypeElement generated = elements.getTypeElement(elements.getModuleOf(model.type()), GENERATED);
        if (generated != null) {
            result.addAnnotation(AnnotationSpec.builder(ClassName.get(generated))
                    .addMember("value", "$S", MessageProcessor.class.getName())
                    .build());
        }
        if (usesDeprecated()) {
            result.addAnnotation(AnnotationSpec.builder(SuppressWarnings.class)
                    .addMember("value", "{$S, $S}", "deprecation", "removal")
                    .build());
        }
        result.addField(schema());
        constants.forEach((field, constant) -> result.addField(typedField(field, constant)));
        result.addMethod(constructor()).addMethod(pool());
        for (MessageField field : model.fields()) {
            field.accessors().forEach(accessor -> result.addMethod(accessor(field, accessor)));
        }
        return JavaFile.builder(model.className().packageName(), result.build())
                .indent("    ")
                .build();
    }

    private boolean usesDeprecated() {
        Stream<Element> used = model.fields().stream()
                .flatMap(field -> Stream.concat(
                        Stream.ofNullable(field.enumType()),
                        field.accessors().stream().map(Accessor::method)));
        return Stream.concat(Stream.of(model.type()), used).anyMatch(this::isDeprecated);
    }

    /** By itself, or by what is around it. */
    private boolean isDeprecated(Element element) {
        return elements.isDeprecated(element)
                || element.getEnclosingElement() instanceof TypeElement outer && isDeprecated(outer);
    }

    // ---- the schema and its fields

    private FieldSpec schema() {
        CodeBlock.Builder code = CodeBlock.builder()
                .add("$T.builder($S)$>$>", Core.SCHEMA, model.options().name());
        if (model.options().bigEndian()) {
            code.add("\n.order($T.BIG_ENDIAN)", ByteOrder.class);
        }
        if (model.options().packed()) {
            code.add("\n.packed()");
        }
        if (model.options().wholeCacheLines()) {
            code.add("\n.wholeCacheLines()");
        }
        model.fields().forEach(field -> code.add("\n").add(added(field)));
        return FieldSpec.builder(Core.SCHEMA, SCHEMA, visibility)
                .addModifiers(Modifier.STATIC, Modifier.FINAL)
                .addJavadoc("Where each field lies.\n")
                .initializer(code.add("\n.build()$<$<").build())
                .build();
    }

    private static CodeBlock added(MessageField field) {
        FieldKind kind = field.kind();
        if (field.isArray()) {
            return CodeBlock.of(".array($S, $T.$L, $L)", field.name(), Core.FIELD_TYPE, kind, field.length());
        }
        return switch (kind) {
            case ASCII, UTF8, BYTES -> CodeBlock.of(".$L($S, $L)", kind.adder(), field.name(), field.length());
            case ENUM -> CodeBlock.of(".$L($S, $T.class)", kind.adder(), field.name(), enumType(field));
            default -> CodeBlock.of(".$L($S)", kind.adder(), field.name());
        };
    }

    private static FieldSpec typedField(MessageField field, String constant) {
        FieldKind kind = field.kind();
        boolean isEnum = kind == FieldKind.ENUM;
        TypeName type = isEnum ? ParameterizedTypeName.get(kind.fieldType(), enumType(field)) : kind.fieldType();
        return FieldSpec.builder(type, constant, Modifier.PRIVATE, Modifier.STATIC, Modifier.FINAL)
                .initializer(
                        isEnum
                                ? CodeBlock.of(
                                        "$L.$L($S, $T.class)", SCHEMA, kind.finder(), field.name(), enumType(field))
                                : CodeBlock.of("$L.$L($S)", SCHEMA, kind.finder(), field.name()))
                .build();
    }

    private static ClassName enumType(MessageField field) {
        if (field.enumType() == null) {
            throw new IllegalArgumentException("field=" + field.name() + " has no enum");
        }
        return ClassName.get(field.enumType());
    }

    // ---- constructor and pool

    /** As visible as the class: a framework may have pools of its own, which ask for it as their factory. */
    private MethodSpec constructor() {
        return MethodSpec.constructorBuilder()
                .addJavadoc("For the factory of a pool.\n\n@param slot what the factory was given\n")
                .addModifiers(visibility)
                .addParameter(Core.SLOT, "slot")
                .addStatement("super(slot)")
                .build();
    }

    private MethodSpec pool() {
        return MethodSpec.methodBuilder(ReservedMethods.POOL)
                .addJavadoc("Starts the configuration of a pool of these messages.\n\n")
                .addJavadoc("@return a builder with the default values\n")
                .addModifiers(visibility)
                .addModifiers(Modifier.STATIC)
                .returns(ParameterizedTypeName.get(Core.POOL_BUILDER, model.className()))
                .addStatement("return $T.builder($L, $T::new)", Core.POOL, SCHEMA, model.className())
                .build();
    }

    // ---- accessors

    private MethodSpec accessor(MessageField field, Accessor accessor) {
        MethodSpec.Builder method = MethodSpec.methodBuilder(
                        accessor.method().getSimpleName().toString())
                .addAnnotation(Override.class)
                .addModifiers(Modifier.PUBLIC);
        if (accessor.form().hasIndex()) {
            method.addParameter(int.class, "index");
        }
        String constant = constants.get(field);
        switch (accessor.form()) {
            case GET, GET_AT ->
                read(
                        method.returns(type(accessor)),
                        field,
                        constant,
                        accessor.form().hasIndex());
            case APPEND ->
                method.addParameter(StringBuilder.class, "target").addStatement("$L.appendTo(this, target)", constant);
            case SET, SET_AT -> {
                write(method.addParameter(type(accessor), "value"), field, constant, accessor);
                if (accessor.method().getReturnType().getKind() != TypeKind.VOID) {
                    method.returns(model.className()).addStatement("return this");
                }
            }
        }
        return method.build();
    }

    private static void read(MethodSpec.Builder method, MessageField field, String constant, boolean atIndex) {
        if (field.kind() == FieldKind.BYTES && !atIndex) {
            method.addStatement("byte[] value = new byte[$L.length()]", constant)
                    .addStatement("$L.get(this, value, 0)", constant)
                    .addStatement("return value");
            return;
        }
        String cast = switch (field.kind()) {
            case INT8 -> "(byte) ";
            case INT16 -> "(short) ";
            default -> "";
        };
        method.addStatement("return $L$L.get(this$L)", cast, constant, atIndex ? ", index" : "");
    }

    private static void write(MethodSpec.Builder method, MessageField field, String constant, Accessor accessor) {
        if (field.kind() == FieldKind.BYTES && !accessor.form().hasIndex()) {
            method.beginControlFlow("if (value.length != $L.length())", constant)
                    .addStatement(
                            "throw new $T($S + value.length + $S + $L + $S + $L.length())",
                            IllegalArgumentException.class,
                            "length=",
                            " of the bytes for field=",
                            constant,
                            " is not ",
                            constant)
                    .endControlFlow()
                    .addStatement("$L.set(this, value, 0)", constant);
            return;
        }
        method.addStatement("$L.set(this, $Lvalue)", constant, accessor.form().hasIndex() ? "index, " : "");
    }

    private static TypeName type(Accessor accessor) {
        return TypeName.get(accessor.value());
    }
}
