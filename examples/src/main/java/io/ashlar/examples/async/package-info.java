// SPDX-License-Identifier: Apache-2.0
/**
 * A server whose answers come later and from another thread: how a request keeps its arena meanwhile.
 *
 * <p>Start reading at {@link io.ashlar.examples.async.PriceHandler}. Run it with
 * {@code mvn -q compile exec:java -Dexec.mainClass=io.ashlar.examples.async.AsyncDemo}.
 */
@NullMarked
package io.ashlar.examples.async;

import org.jspecify.annotations.NullMarked;
