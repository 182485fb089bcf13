// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

/** One of those that are measured side by side, and its column of the table. Implemented by enums; the first constant is ours. */
public interface Column {

    /**
     * How JMH calls it.
     *
     * @return the name of the constant
     */
    String name();

    /**
     * How tables call it.
     *
     * @return the name
     */
    String title();
}
