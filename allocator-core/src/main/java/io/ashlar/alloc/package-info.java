// SPDX-License-Identifier: Apache-2.0
/**
 * The three allocators: {@link io.ashlar.alloc.Slab}, {@link io.ashlar.alloc.Buddy} and {@link io.ashlar.alloc.Bump}.
 *
 * <p>Each manages the offsets of one region and is <b>single-threaded</b>: its owner sees to it that two threads never
 * use it at once. What it knows about its blocks it keeps in Java arrays beside the region, never inside free blocks.
 * So a stray write to a released block cannot harm the allocator, a double release is always noticed, and memory that
 * was never handed out is never touched. After construction no allocator creates a Java object.
 *
 * <p>Their semantics come from the Rust crate acid_alloc.
 */
@NullMarked
package io.ashlar.alloc;

import org.jspecify.annotations.NullMarked;
