// SPDX-License-Identifier: Apache-2.0
package io.ashlar.message.processor;

import com.palantir.javapoet.ClassName;

/**
 * What the processor knows of the core, by name alone. Where an application is a module, the core is on its module path and the processor on the
 * class path or on a path of its own, from which it cannot load the core's classes.
 */
final class Core {

    static final String MESSAGE = "io.ashlar.message.Message";

    static final ClassName OBJECT = type("OffHeapObject");
    static final ClassName SCHEMA = type("Schema");
    static final ClassName FIELD_TYPE = type("FieldType");
    static final ClassName POOL = type("ObjectPool");
    static final ClassName POOL_BUILDER = POOL.nestedClass("Builder");
    static final ClassName SLOT = POOL.nestedClass("Slot");

    /** How long a message may be: {@code Schema.MOST_BYTES}. */
    static final int MOST_BYTES = 16 << 10;
    /** How many constants an enum may have: as many as a byte tells apart. */
    static final int MOST_CONSTANTS = 1 << Byte.SIZE;

    private Core() {}

    static ClassName type(String name) {
        return ClassName.get("io.ashlar.message", name);
    }
}
