// SPDX-License-Identifier: Apache-2.0
/**
 * The thread-safe pool: size classes, shards, regions.
 */
@NullMarked
package io.ashlar.pool;

import org.jspecify.annotations.NullMarked;
