// SPDX-License-Identifier: Apache-2.0
/**
 * Micrometer meters of the allocators, of request arenas, and of pools of message objects.
 *
 * <p>Nothing here is on the path of an allocation: a meter reads the counters that the allocator keeps anyway, at the
 * moment when the registry is scraped.
 */
@NullMarked
package io.ashlar.metrics;

import org.jspecify.annotations.NullMarked;
