// SPDX-License-Identifier: Apache-2.0
/**
 * Regions of memory and the sources they come from.
 *
 * <p>The lowest layer: no policy, and no lock but that of the file that regions are mapped from. Everything above works with offsets inside a
 * {@link io.ashlar.memory.MemoryRegion}, never with raw pointers.
 */
@NullMarked
package io.ashlar.memory;

import org.jspecify.annotations.NullMarked;
