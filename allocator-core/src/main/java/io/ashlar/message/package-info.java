// SPDX-License-Identifier: Apache-2.0
/**
 * Fixed-size message objects: Java objects whose fields lie in blocks of slabs, laid out by a schema.
 *
 * <p>What happens before what: everything done to an object before it is released happens before everything done by whoever acquires it
 * next. An object is handed from thread to thread as any other, with a happens-before edge.
 */
@NullMarked
package io.ashlar.message;

import org.jspecify.annotations.NullMarked;
