// SPDX-License-Identifier: Apache-2.0
/**
 * Message objects that go from thread to thread, and of which only an interface is written by hand.
 *
 * <p>Start reading at {@link io.ashlar.examples.quote.Quote}. Run it with
 * {@code mvn -q compile exec:java -Dexec.mainClass=io.ashlar.examples.quote.QuoteDemo}.
 */
@NullMarked
package io.ashlar.examples.quote;

import org.jspecify.annotations.NullMarked;
