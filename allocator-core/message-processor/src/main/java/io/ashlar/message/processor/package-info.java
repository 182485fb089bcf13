// SPDX-License-Identifier: Apache-2.0
/**
 * The annotation processor of message objects. {@link io.ashlar.message.processor.MessageProcessor} is what the compiler calls; it reads an
 * interface into a {@code MessageModel}, or says what is wrong with it, and writes the class.
 */
@NullMarked
package io.ashlar.message.processor;

import org.jspecify.annotations.NullMarked;
