// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On an accessor of a {@link Message}, one with an index or of a {@code byte[]}: the field has several values. */
@Retention(RetentionPolicy.SOURCE)
@Target(ElementType.METHOD)
public @interface Length {

    /**
     * How many values the field has.
     *
     * @return the length
     */
    int value();
}
