// SPDX-License-Identifier: Apache-2.0
/** Message objects and their peers: what gets a message of the same five fields, each in its own way. */
@NullMarked
package io.ashlar.benchmarks.message;

import org.jspecify.annotations.NullMarked;
