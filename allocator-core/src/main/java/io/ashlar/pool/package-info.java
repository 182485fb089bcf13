// SPDX-License-Identifier: Apache-2.0
/**
 * The thread-safe pool: size classes, shards, regions.
 *
 * <p>{@link io.ashlar.pool.MemoryPool} is the whole and {@link io.ashlar.pool.MemoryPoolBuilder} its settings; {@link io.ashlar.pool.OwnedShard} is
 * what a thread allocates from alone. A {@link io.ashlar.pool.ViewFactory} makes the objects through which blocks are used, {@link
 * io.ashlar.pool.Block} is a plain one. {@link io.ashlar.pool.PoolStats} and the other records are its figures.
 */
@NullMarked
package io.ashlar.pool;

import org.jspecify.annotations.NullMarked;
