// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On an accessor of a {@link Message}: its number has no sign. The Java type is one that has room for it: {@code int} for 8 and 16 bits, {@code
 * long} for 32 and 64; of the latter, see {@link FieldType#UINT64}.
 */
@Retention(RetentionPolicy.SOURCE)
@Target(ElementType.METHOD)
public @interface Unsigned {

    /**
     * How long the number is in memory.
     *
     * @return bits: 8, 16, 32 or 64
     */
    int value();
}
