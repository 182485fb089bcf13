// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import com.palantir.javapoet.ClassName;
import java.util.List;
import javax.lang.model.element.TypeElement;

/**
 * An interface in which nothing is wrong.
 *
 * @param type the interface
 * @param options its annotation
 * @param className what the class is called
 * @param fields in the order in which they lie
 */
record MessageModel(TypeElement type, MessageOptions options, ClassName className, List<MessageField> fields) {}
