// SPDX-License-Identifier: Apache-2.0
/**
 * A Netty {@link io.netty.buffer.ByteBufAllocator} on the memory pool of {@code io.ashlar.pool}.
 *
 * <p>{@link io.ashlar.netty.AshlarByteBufAllocator} is all that a server needs; its {@code install} methods put it into
 * a bootstrap. Direct buffers are views of the pool's blocks, all of one concrete class. Who allocates where:
 * <ul>
 *   <li>an event loop thread owns a shard of the pool, opened at its first allocation and retired when the thread or
 *       the allocator ends;</li>
 *   <li>every other thread, plain or virtual, shares the pool's stripes and keeps nothing in a thread-local;</li>
 *   <li>a buffer may be released by any thread.</li>
 * </ul>
 *
 * <p>Happens-before: a buffer that is handed to another thread needs the same edge as any other object, and every way
 * that Netty passes buffers along has one. What the last user wrote happens before the next hand-out of the same block,
 * through the pool.
 */
@NullMarked
package io.ashlar.netty;

import org.jspecify.annotations.NullMarked;
