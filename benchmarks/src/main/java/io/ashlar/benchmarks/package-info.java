// SPDX-License-Identifier: Apache-2.0
/**
 * One class per question, each answered for Ashlar and for Netty's own allocators side by side.
 */
@NullMarked
package io.ashlar.benchmarks;

import org.jspecify.annotations.NullMarked;
