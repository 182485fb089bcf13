// SPDX-License-Identifier: Apache-2.0
/** The other side of the examples: many requests at once, by the JDK's HTTP client. */
@NullMarked
package io.ashlar.examples.client;

import org.jspecify.annotations.NullMarked;
