// SPDX-License-Identifier: Apache-2.0
/**
 * What an allocator means to a whole server: the example HTTP server on each of them, under the same load.
 *
 * <p>Start reading at {@link io.ashlar.benchmarks.endtoend.EndToEnd}. Each server is a process of its own
 * ({@link io.ashlar.benchmarks.endtoend.ServerProcess}); the load comes from the process that started them.
 */
@NullMarked
package io.ashlar.benchmarks.endtoend;

import org.jspecify.annotations.NullMarked;
