// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each message of the processor, and that it is told at the line with the mark {@code // here}: that of the method, or of the interface if no
 * method is at fault. There is never a second one.
 */
class ErrorMessagesTest {

    private static final String HERE = "// here";

    private static final String NO_ACCESSOR = " is no accessor: there are "
            + "T name(), void name(T value), T name(int index), void name(int index, T value), void nameTo(StringBuilder target), "
            + "and instead of void the result may be Quote";

    private static final String NO_TYPE = ", which no field can be: there are primitive types, "
            + "String, enums, byte[], and arrays of primitive types, whose accessors have an index";

    @TempDir
    Path directory;

    private void assertError(String expected, String types, String... options) {
        String source = "package p;\n\nimport io.ashlar.message.*;\n\n" + types;
        Compilation compilation =
                new Compilation(directory).source("p/Quote.java", source).options(options);
        assertFalse(compilation.run());
        List<String> lines = source.lines().toList();
        String marked = IntStream.range(0, lines.size())
                .filter(i -> lines.get(i).contains(HERE))
                .mapToObj(i -> "line " + (i + 1) + ": ")
                .collect(Collectors.joining());
        String found = compilation.findings().stream()
                .map(finding -> "line " + finding.getLineNumber() + ": " + finding.getMessage(Locale.ROOT))
                .collect(Collectors.joining("\n"));
        assertEquals(marked + expected, found);
    }

    private void assertErrorOfMethod(String expected, String methods) {
        assertError(expected, "@Message interface Quote {\n" + methods + "\n}\n");
    }

    // ---- the interface

    @Test
    void aClass() {
        assertError("@Message is for an interface, and Quote is of kind=class", "@Message class Quote {} // here");
    }

    @Test
    void anAnnotationType() {
        assertError(
                "@Message is for an interface, and Quote is of kind=annotation type",
                "@Message @interface Quote {} // here");
    }

    @Test
    void typeParametersOfTheInterface() {
        assertError(
                "Quote has the type parameters A,B, and the fields of a message have fixed types",
                "@Message interface Quote<A, B> { long id(); } // here");
    }

    @Test
    void aSealedInterface() {
        assertError("Quote is sealed, so that the generated class could not implement it", """
                @Message sealed interface Quote { // here
                    long id();
                    record Only(long id) implements Quote {}
                }
                """);
    }

    @Test
    void aPrivateInterface() {
        assertError("Quote cannot be seen by the generated class: Quote is private", """
                class Outer {
                    @Message private interface Quote { // here
                        long id();
                    }
                }
                """);
    }

    @Test
    void aPrivateTypeAroundTheInterface() {
        assertError("Quote cannot be seen by the generated class: Middle is private", """
                class Outer {
                    private static class Middle {
                        @Message interface Quote { // here
                            long id();
                        }
                    }
                }
                """);
    }

    @Test
    void noAccessors() {
        assertError("Quote has no accessors, and a message needs a field", """
                @Message interface Quote { // here
                    default long id() {
                        return 0;
                    }
                }
                """);
    }

    @Test
    void anInheritedAbstractMethod() {
        assertError(
                "Quote inherits the abstract 'String name()' of Named: an accessor has to be declared in Quote itself",
                """
                @Message interface Quote extends Named { // here
                    long id();
                }
                interface Named {
                    String name();
                }
                """);
    }

    @Test
    void anInheritedMethodThatTheClassDoesNotShow() {
        assertError(
                "Quote inherits the abstract 'Object clone()' of Cloned: an accessor has to be declared in Quote itself",
                """
                @Message interface Quote extends Cloned { // here
                    long id();
                }
                interface Cloned {
                    Object clone();
                }
                """);
    }

    @Test
    void anInheritedMethodThatTheClassHas() {
        assertError(
                "inherited from Described: 'int schema()' has the name of a method of OffHeapObject, which the generated class extends: choose another",
                """
                @Message interface Quote extends Described { // here
                    long id();
                }
                interface Described {
                    default int schema() {
                        return 0;
                    }
                }
                """);
    }

    @Test
    void aBlankName() {
        assertError(
                "the schema of Quote needs a name, and name=' ' is blank",
                "@Message(name = \" \") interface Quote { long id(); } // here");
    }

    @Test
    void aClassOfTheSameName() {
        assertError(
                "the class for Quote is called p.QuoteMessage, and there is another of this name: rename one",
                """
                @Message interface Quote { // here
                    long id();
                }
                class QuoteMessage {}
                """,
                "-Xlint:-processing");
    }

    // ---- a method

    @Test
    void typeParametersOfAMethod() {
        assertErrorOfMethod("'T id()' has the type parameters T, and a field has a fixed type", "<T> T id(); // here");
    }

    @Test
    void aCheckedException() {
        assertErrorOfMethod(
                "'void id(long)' throws java.io.IOException, and access to a field throws no checked exception", """
                long id() throws IllegalStateException;
                void id(long value) throws java.io.IOException; // here
                """);
    }

    @Test
    void nothingToReadOrWrite() {
        assertErrorOfMethod("'void reset()'" + NO_ACCESSOR, """
                long id();
                void reset(); // here
                """);
    }

    @Test
    void tooManyParameters() {
        assertErrorOfMethod("'void id(int, long, boolean)'" + NO_ACCESSOR, """
                @Length(3) long id(int index);
                void id(int index, long value, boolean ifAbsent); // here
                """);
    }

    @Test
    void aSetterThatReturnsSomethingElse() {
        assertErrorOfMethod("'boolean id(long)'" + NO_ACCESSOR, """
                long id();
                boolean id(long value); // here
                """);
    }

    /** One would append to a text what was meant to be set. */
    @Test
    void aSetterOfABuilder() {
        assertErrorOfMethod("'void symbol(StringBuilder)'" + NO_ACCESSOR, """
                @Ascii(4) String symbol();
                void symbol(StringBuilder value); // here
                """);
    }

    @Test
    void aMethodOfTheSuperclass() {
        assertErrorOfMethod(
                "'int schema()' has the name of a method of OffHeapObject, which the generated class extends: choose another",
                """
                long id();
                int schema(); // here
                """);
    }

    @Test
    void aMethodOfObject() {
        assertErrorOfMethod(
                "'String toString()' has the name of a method of OffHeapObject, which the generated class extends: choose another",
                """
                long id();
                String toString(); // here
                """);
    }

    /** It would be no field, but seems one. */
    @Test
    void aMethodOfTheSuperclassWithItsResult() {
        assertErrorOfMethod(
                "'boolean isAlive()' has the name of a method of OffHeapObject, which the generated class extends: choose another",
                """
                long id();
                boolean isAlive(); // here
                """);
    }

    @Test
    void aMethodOfTheSuperclassThatTheOtherInterfaceDoesNotHave() {
        assertError(
                "'boolean isAlive()' has the name of a method of OffHeapObject, which the generated class extends: choose another",
                """
                @Message interface Quote extends AutoCloseable {
                    long id();
                    boolean isAlive(); // here
                }
                """);
    }

    @Test
    void aDefaultMethodOfTheSuperclass() {
        assertErrorOfMethod(
                "'void release()' has the name of a method of OffHeapObject, which the generated class extends: choose another",
                """
                long id();
                default void release() {} // here
                """);
    }

    /** The JVM would find the superclass's first, and refuse to call it. */
    @Test
    void aDefaultMethodThatIsHiddenInTheSuperclass() {
        assertErrorOfMethod(
                "'void clear()' has the name of a method of OffHeapObject, which the generated class extends: choose another",
                """
                long id();
                default void clear() {} // here
                """);
    }

    @Test
    void theMethodThatMakesPools() {
        assertErrorOfMethod(
                "'int pool()' has the name of the method of the generated class that makes a builder of pools: choose another",
                """
                long id();
                int pool(); // here
                """);
    }

    @Test
    void anAnnotationOnAMethodWithABody() {
        assertErrorOfMethod("@Ascii is for accessors, and 'String symbol()' has a body", """
                long id();
                @Ascii(4)
                default String symbol() { // here
                    return "";
                }
                """);
    }

    @Test
    void anAnnotationOutsideOfMessages() {
        assertError("@Ascii is for the accessors of a message, and Quote has no @Message", """
                interface Quote {
                    @Ascii(4) String symbol(); // here
                }
                """);
    }

    // ---- the accessors of a field

    @Test
    void aSetterOfAnotherType() {
        assertErrorOfMethod("field=id is of type=long in 'long id()', and of type=int in 'void id(int)'", """
                long id();
                void id(int value); // here
                """);
    }

    @Test
    void anIndexInOneOfTwo() {
        assertErrorOfMethod("field=id is of type=long[] in 'long id(int)', and of type=long in 'void id(long)'", """
                @Length(3) long id(int index);
                void id(long value); // here
                """);
    }

    @Test
    void twoSetters() {
        assertErrorOfMethod(
                "field=symbol has two accessors that do the same: 'void symbol(String)' and 'Quote symbol(CharSequence)'",
                """
                @Ascii(4) String symbol();
                void symbol(String value);
                Quote symbol(CharSequence value); // here
                """);
    }

    @Test
    void aNameThatIsMisspelt() {
        assertErrorOfMethod("field=symbl has no getter: is its name misspelt in 'void symbl(String)'?", """
                @Ascii(4) String symbol();
                @Ascii(4) void symbl(String value); // here
                """);
    }

    @Test
    void twoLengths() {
        assertErrorOfMethod(
                "field=symbol has @Ascii(4) on 'String symbol()', and @Ascii(5) on 'void symbol(String)'", """
                @Ascii(4) String symbol();
                @Ascii(5) void symbol(String value); // here
                """);
    }

    // ---- types

    @Test
    void aTypeThatNoFieldCanBe() {
        assertErrorOfMethod("field=quantity is of type=java.lang.Integer" + NO_TYPE, """
                long id();
                Integer quantity(); // here
                """);
    }

    @Test
    void anArrayAsAWhole() {
        assertErrorOfMethod("field=levels is of type=long[]" + NO_TYPE, """
                @Length(3) long levels(int index);
                long[] levels(); // here
                """);
    }

    @Test
    void anArrayOfTexts() {
        assertErrorOfMethod(
                "field=names is of type=java.lang.String[]" + NO_TYPE, "@Length(3) String names(int index); // here");
    }

    @Test
    void aMessageWithinAMessage() {
        assertError(
                "field=header is of type=p.Quote.Header, a message itself: declare the accessors of its fields here, or write the class by hand with Schema.Builder.nested",
                """
                @Message interface Quote {
                    Header header(); // here

                    @Message interface Header {
                        long id();
                    }
                }
                """);
    }

    @Test
    void aTextWithoutLength() {
        assertErrorOfMethod(
                "field=symbol of type=String needs either @Ascii or @Utf8, with its greatest length, and has neither",
                "String symbol(); // here");
    }

    @Test
    void aTextOfTwoKinds() {
        assertErrorOfMethod(
                "field=symbol of type=String needs either @Ascii or @Utf8, with its greatest length, and has both",
                "@Ascii(4) @Utf8(4) String symbol(); // here");
    }

    @Test
    void aTextThatIsNone() {
        assertErrorOfMethod("@Ascii is for a String, and field=id is of type=long", """
                long id();
                @Ascii(4) Quote id(long value); // here
                """);
    }

    @Test
    void anArrayWithoutLength() {
        assertErrorOfMethod(
                "field=levels of type=int[] needs @Length, with the number of its values",
                "int levels(int index); // here");
    }

    @Test
    void bytesWithoutLength() {
        assertErrorOfMethod(
                "field=hash of type=byte[] needs @Length, with the number of its values", "byte[] hash(); // here");
    }

    @Test
    void aLengthOfASingleValue() {
        assertErrorOfMethod(
                "@Length is for an accessor with an index, or of a byte[], and field=level is of type=int",
                "@Length(3) int level(); // here");
    }

    @Test
    void aLengthThatIsNotPositive() {
        assertErrorOfMethod("field=hash has length=0, which is not positive", """
                @Length(3) int levels(int index);
                @Length(0) byte[] hash(); // here
                """);
    }

    @Test
    void aTextThatIsNotPositive() {
        assertErrorOfMethod("field=symbol has length=-1, which is not positive", """
                String symbol();
                @Utf8(-1) void symbol(String value); // here
                """);
    }

    @Test
    void bitsThatNoNumberHas() {
        assertErrorOfMethod(
                "@Unsigned(24) on field=level: the number of bits is 8, 16, 32 or 64",
                "@Unsigned(24) int level(); // here");
    }

    @Test
    void bitsThatNeedALong() {
        assertErrorOfMethod(
                "@Unsigned(32) is for a long, and field=level is of type=int", "@Unsigned(32) int level(); // here");
    }

    @Test
    void bitsThatNeedAnInt() {
        assertErrorOfMethod(
                "@Unsigned(8) is for an int, and field=level is of type=long[]",
                "@Length(2) @Unsigned(8) long level(int index); // here");
    }

    @Test
    void anUnsignedShort() {
        assertErrorOfMethod(
                "@Unsigned is for an int or a long, and field=level is of type=short",
                "@Unsigned(16) short level(); // here");
    }

    @Test
    void anEnumWithoutConstants() {
        assertError("field=side is of type=p.Quote.Side with constants=0, not 1 to 256", """
                @Message interface Quote {
                    enum Side {}
                    Side side(); // here
                }
                """);
    }

    @Test
    void anEnumWithTooManyConstants() {
        String constants = IntStream.range(0, 257).mapToObj(i -> "C" + i).collect(Collectors.joining(", "));
        assertErrorOfMethod(
                "field=side is of type=p.Quote.Side with constants=257, not 1 to 256",
                "enum Side { " + constants + " }\nSide side(); // here");
    }

    @Test
    void anEnumThatTheClassCannotSee() {
        assertError(
                "field=side is of type=p.Outer.Side, which the generated class cannot see: it, or a type around it, is private or protected",
                """
                class Outer {
                    private enum Side { BUY }
                    @Message interface Quote {
                        Side side(); // here
                    }
                }
                """);
    }

    @Test
    void aMessageThatIsTooLong() {
        assertErrorOfMethod(
                "field=comment with bytes=400 at offset=16008 does not fit: a message has at most 16384 bytes", """
                long id();
                @Length(2000) long levels(int index);
                @Ascii(400) String comment(); // here
                byte flag();
                """);
    }
}
