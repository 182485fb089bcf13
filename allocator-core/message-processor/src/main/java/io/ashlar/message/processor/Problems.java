// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import javax.annotation.processing.Messager;
import javax.lang.model.element.Element;
import javax.tools.Diagnostic;

/** Reports what is wrong with one interface, each thing where it is, and knows whether anything is. */
final class Problems {

    private final Messager messager;
    private boolean any;

    Problems(Messager messager) {
        this.messager = messager;
    }

    void at(Element element, String text) {
        any = true;
        messager.printMessage(Diagnostic.Kind.ERROR, text, element);
    }

    boolean any() {
        return any;
    }
}
