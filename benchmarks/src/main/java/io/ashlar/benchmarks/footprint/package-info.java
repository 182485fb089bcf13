// SPDX-License-Identifier: Apache-2.0
/** How much memory each allocator holds, in processes of their own. */
@NullMarked
package io.ashlar.benchmarks.footprint;

import org.jspecify.annotations.NullMarked;
