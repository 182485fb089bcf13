// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On an accessor of a {@link Message}: its {@code String} is one of {@link FieldType#UTF8}. */
@Retention(RetentionPolicy.SOURCE)
@Target(ElementType.METHOD)
public @interface Utf8 {

    /**
     * How long the text may be.
     *
     * @return bytes; a character takes one to four
     */
    int value();
}
