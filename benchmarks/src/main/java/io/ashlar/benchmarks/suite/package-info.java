// SPDX-License-Identifier: Apache-2.0
/** Runs the benchmarks, and makes one table of what they say. */
@NullMarked
package io.ashlar.benchmarks.suite;

import org.jspecify.annotations.NullMarked;
