// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

/**
 * One of the blocks that are out, as {@link MemoryPool#sampledBlocks()} shows them.
 *
 * @param requestedBytes what was asked for when it was handed out
 * @param blockBytes its length
 * @param ageNanos nanoseconds since then
 */
public record SampledBlock(int requestedBytes, int blockBytes, long ageNanos) {}
