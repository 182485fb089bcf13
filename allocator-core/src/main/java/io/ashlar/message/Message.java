// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an interface of which the annotation processor {@code ashlar-message-processor} makes a class of message objects, with its schema.
 * Of the interface {@code Quote} it makes {@code QuoteMessage}, of an interface {@code Quote} within {@code Market} it makes {@code
 * Market_QuoteMessage}.
 *
 * <pre>{@code
 * @Message
 * interface Quote {
 *     long instrument();
 *
 *     Quote instrument(long value);
 *
 *     @Ascii(12)
 *     String symbol();
 *
 *     Quote symbol(CharSequence value);
 * }
 *
 * ObjectPool<QuoteMessage> quotes = QuoteMessage.pool().limit(64 << 20).build();
 * }</pre>
 *
 * <p>The fields lie in the order of the first accessor of each. The annotations are gone in the compiled classes.
 */
@Retention(RetentionPolicy.SOURCE)
@Target(ElementType.TYPE)
public @interface Message {

    /**
     * What the schema is called.
     *
     * @return the name; if empty, that of the interface
     */
    String name() default "";

    /**
     * Whether numbers are big-endian, as in most protocols of the Internet.
     *
     * @return default little-endian
     */
    boolean bigEndian() default false;

    /**
     * Whether there are no gaps between fields.
     *
     * @return default natural alignment
     */
    boolean packed() default false;

    /**
     * Whether the message is a multiple of 64 bytes long, so that no two messages share a cache line.
     *
     * @return default as short as its fields allow
     */
    boolean wholeCacheLines() default false;
}
